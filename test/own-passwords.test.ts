/** Passwords that people choose themselves, through the front door of a whole hub. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkText } from '../src/config/load.ts';
import { openLoginWays } from '../src/main/login-ways.ts';
import { openSqliteStore } from '../src/store/sqlite/sqlite-store.ts';
import { press, ShownPage, show } from './pages/shown.ts';
import { startHub } from './support/hub.ts';

/** A hub as this file sets up its logins. @param config of `hub.config`, as YAML in one line */
async function open(config: string, rest = '') {
  const loaded = checkText(`hub: {config: ${config}}\n${rest}`, 'config.yaml');
  if (loaded.config === undefined) throw new Error(JSON.stringify(loaded.findings));
  const folder = await mkdtemp(join(tmpdir(), 'polder-passwords-'));
  const store = await openSqliteStore(join(folder, 'hub.sqlite'));
  const ways = await openLoginWays(loaded.config.login, loaded.secrets, store);
  const hub = await startHub({ ways, store, bounds: { failedLogins: loaded.config.limits.failedLogins } });
  const logIn = async (username: string, password: string) => {
    const browser = await hub.browser();
    const fields = { username, password };
    const page = await ShownPage.of(
      await press(browser, await show(browser, '/hub/login'), { button: 'Log in', fields }),
    );
    return { browser, page, status: page.status };
  };
  const signUp = async (username: string, password: string, again = password) => {
    const browser = await hub.browser();
    const fields = { username, password, again };
    const response = await press(browser, await show(browser, '/hub/signup'), { button: 'Sign up', fields });
    return ShownPage.of(response);
  };
  return {
    hub,
    store,
    logIn,
    signUp,
    [Symbol.asyncDispose]: async () => {
      await hub[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}

const NATIVE = '{JupyterHub: {authenticator_class: native}, Authenticator: {admin_users: [teacher]}}';
const FIRST_USE =
  '{JupyterHub: {authenticator_class: firstuseauthenticator.FirstUseAuthenticator}, Authenticator: {allow_all: true}}';

describe('signing up', () => {
  it('waits for an administrator, who approves or discards', async () => {
    await using at = await open(NATIVE);
    expect((await show(await at.hub.browser(), '/hub/login')).links.get('No account yet? Sign up')).toBe(
      '/hub/signup',
    );
    expect((await at.signUp('Anna', 'tide and wave')).heading).toBe('Your account waits for approval');
    expect((await at.signUp('ben', 'tide and wave')).status).toBe(200);
    const early = await at.logIn('anna', 'tide and wave');
    expect(early.status).toBe(403);
    expect(early.page.text).toContain('Your account waits for somebody who teaches to approve it.');
    expect((await at.logIn('anna', 'wrong password')).page.text).not.toContain('waits');

    // Whoever administers is the first.
    expect((await at.signUp('teacher', 'the teacher knows')).heading).toBe('Your account is ready');
    const { browser } = await at.logIn('teacher', 'the teacher knows');
    const accounts = await show(browser, '/hub/authorize');
    await press(browser, accounts, { button: 'Approve', fields: { name: 'anna' } });
    await press(browser, accounts, { button: 'Discard', fields: { name: 'ben' } });
    expect((await at.logIn('anna', 'tide and wave')).status).toBe(303);
    expect((await at.logIn('ben', 'tide and wave')).status).toBe(403);
    expect((await at.store.passwords.list()).map(({ name }) => name)).toEqual(['anna', 'teacher']);
  });

  it('is shown and approved by nobody else', async () => {
    await using at = await open(NATIVE);
    const browser = await at.hub.browser('anna');
    expect((await browser.get('/hub/authorize')).status).toBe(403);
    const { fields } = (await show(browser, '/hub/token')).form('Make the token');
    const response = await browser.post('/hub/authorize/approve', { ...fields, name: 'anna' });
    expect(response.status).toBe(403);
  });

  it.each([
    ['anna', 'short', 'short', 400, 'Choose a password of at least 8 characters.'],
    ['an/na', 'tide and wave', 'tide and wave', 400, 'This cannot be your name'],
    ['anna', 'tide and wave', 'tide and waves', 400, 'The two passwords are not the same.'],
    ['mallory1', 'mallory1', 'mallory1', 400, 'Choose a password that is not your name.'],
    ['taken', 'tide and wave', 'tide and wave', 409, 'There is an account “taken” already.'],
  ])('as %s with %s is refused in words', async (name, password, again, status, words) => {
    await using at = await open(NATIVE);
    await at.signUp('taken', 'somebody elses');
    const page = await at.signUp(name, password, again);
    expect(page.status).toBe(status);
    expect(page.text).toContain(words);
  });

  it('lets in at once where it is open, and only those who are named where some are', async () => {
    const named =
      '{JupyterHub: {authenticator_class: nativeauthenticator.NativeAuthenticator}, NativeAuthenticator: {open_signup: true}, Authenticator: {allowed_users: [anna]}}';
    await using at = await open(named);
    expect((await at.signUp('anna', 'tide and wave')).heading).toBe('Your account is ready');
    expect((await at.logIn('anna', 'tide and wave')).status).toBe(303);
    expect((await at.signUp('ben', 'tide and wave')).status).toBe(403);
  });

  it('has no page where the file takes it away', async () => {
    await using at = await open(
      '{JupyterHub: {authenticator_class: native}, NativeAuthenticator: {enable_signup: false, allowed_failed_logins: 2}}',
    );
    expect((await (await at.hub.browser()).get('/hub/signup')).status).toBe(404);
    for (const status of [403, 403, 429]) expect((await at.logIn('anna', 'wrong')).status).toBe(status);
  });
});

describe('a first use', () => {
  it('chooses the password, which is kept as a hash', async () => {
    await using at = await open(FIRST_USE);
    expect((await show(await at.hub.browser(), '/hub/login')).text).toContain('choose a password');
    const short = await at.logIn('anna', 'short');
    expect(short.page.text).toContain('Choose a password of at least 7 characters.');
    expect((await at.logIn('anna', 'tide and wave')).status).toBe(303);
    expect((await at.logIn('anna', 'another password')).status).toBe(403);
    expect((await at.logIn('anna', 'tide and wave')).status).toBe(303);
    expect((await at.store.passwords.get('anna'))!.hash).toMatch(/^\$scrypt\$/);
  });

  it('keeps no password of somebody who is not let in', async () => {
    await using at = await open(
      '{JupyterHub: {authenticator_class: firstuse}, Authenticator: {allowed_users: [anna]}, FirstUseAuthenticator: {create_users: false}}',
    );
    expect((await at.logIn('mallory', 'tide and wave')).status).toBe(403);
    expect((await at.logIn('anna', 'tide and wave')).status).toBe(403);
    expect(await at.store.passwords.list()).toEqual([]);
    await at.hub.user('anna');
    expect((await at.logIn('anna', 'tide and wave')).status).toBe(303);
  });

  it('is not how staff come in where the course has a password for them', async () => {
    const config =
      '{JupyterHub: {authenticator_class: firstuse}, Authenticator: {allow_all: true, admin_users: [teacher]}}';
    await using at = await open(config, 'course: {adminPassword: a password of the staff}');
    expect((await at.logIn('teacher', 'chosen by mallory')).status).toBe(403);
    expect((await at.logIn('teacher', 'a password of the staff')).status).toBe(303);
    expect(await at.store.passwords.list()).toEqual([]);
  });
});

describe('changing one’s password', () => {
  it('needs the old one, and logs out the other browsers', async () => {
    await using at = await open(FIRST_USE);
    const { browser: phone } = await at.logIn('anna', 'tide and wave');
    const { browser } = await at.logIn('anna', 'tide and wave');
    expect((await browser.get('/hub/auth/change-password')).headers.get('location')).toBe(
      '/hub/change-password',
    );
    expect((await show(browser, '/hub/sessions')).links.get('Change your password')).toBe(
      '/hub/change-password',
    );
    const page = await show(browser, '/hub/change-password');
    const change = async (old: string, password: string) =>
      ShownPage.of(
        await press(browser, page, {
          button: 'Change your password',
          fields: { old, password, again: password },
        }),
      );
    expect((await change('wrong', 'wind and water')).text).toContain('This is not your password.');
    expect((await change('tide and wave', 'short')).text).toContain('at least 7 characters');
    expect((await change('tide and wave', 'wind and water')).text).toContain('Your password is changed.');
    expect((await browser.get('/hub/home')).status).toBe(200);
    expect((await phone.get('/hub/home')).status).toBe(302);
    expect((await at.logIn('anna', 'tide and wave')).status).toBe(403);
    expect((await at.logIn('anna', 'wind and water')).status).toBe(303);
  });

  it('is for those who have one', async () => {
    await using at = await open(FIRST_USE);
    expect((await (await at.hub.browser('ben')).get('/hub/change-password')).status).toBe(404);
  });
});

it('nobody logs in by a way that lets nobody in', async () => {
  await using at = await open('{JupyterHub: {authenticator_class: "null"}}');
  const browser = await at.hub.browser();
  expect((await show(browser, '/hub/login')).forms.map(({ action }) => action)).not.toContain('/hub/login');
});
