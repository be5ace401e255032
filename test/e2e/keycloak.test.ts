/**
 * Logging in at a real Keycloak, in a real browser. `POLDER_TEST_OIDC_ISSUER` names its realm, which has a client
 * (`POLDER_TEST_OIDC_CLIENT`, `POLDER_TEST_OIDC_SECRET`) with a claim `groups`, and the users anna, in the group
 * teachers, and student1, in students; their passwords are their names.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { freePort } from '../../src/lib/free-port.ts';
import { openBrowser } from './browser.ts';
import { RunningCourse } from './running-course.ts';
import { TlsFront } from './tls-front.ts';

const issuer = process.env.POLDER_TEST_OIDC_ISSUER;
const clientId = process.env.POLDER_TEST_OIDC_CLIENT ?? 'hub';
const clientSecret = process.env.POLDER_TEST_OIDC_SECRET ?? 'hub-secret';

if (issuer === undefined) {
  it.skip('logging in at Keycloak: set POLDER_TEST_OIDC_ISSUER to the address of a realm');
} else {
  describe('a course whose students log in at Keycloak', () => testKeycloak(issuer));
}

function testKeycloak(plainIssuer: string): void {
  let folder: string;
  let front: TlsFront;
  let browser: Browser;
  /** The same realm over TLS, as the manual has it. */
  let realm: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'polder-keycloak-'));
    front = await TlsFront.open(plainIssuer, { certificateFile: join(folder, 'authority.pem') });
    realm = `${front.url}${new URL(plainIssuer).pathname}`;
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await front?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  /** `polder up` with this file, starting no real servers. */
  async function start(values: (url: string) => object): Promise<RunningCourse> {
    const port = await freePort('127.0.0.1', 0);
    const file = join(folder, `${port}.yaml`);
    const course = { name: 'Tidal flows', contact: 'help@example.org' };
    await writeFile(file, stringify({ course, ...values(`http://127.0.0.1:${port}`) }));
    return RunningCourse.start({
      args: ['--config', file, '--spawner', 'simulated'],
      port,
      environment: { NODE_EXTRA_CA_CERTS: join(folder, 'authority.pem') },
    });
  }

  /** The block of the deployment manual, word by word, with its blanks filled in. */
  const manual =
    (changes: { readonly secret?: string; readonly realm?: string } = {}) =>
    (url: string) => {
      const at = `${changes.realm ?? realm}/protocol/openid-connect`;
      return {
        hub: {
          extraEnv: {
            OAUTH2_AUTHORIZE_URL: `${at}/auth`,
            OAUTH2_TOKEN_URL: `${at}/token`,
            OAUTH_CALLBACK_URL: `${url}/hub/oauth_callback`,
          },
        },
        auth: {
          type: 'custom',
          admin: { users: ['anna@example.org'] },
          custom: {
            className: 'oauthenticator.generic.GenericOAuthenticator',
            config: {
              client_id: clientId,
              client_secret: changes.secret ?? clientSecret,
              token_url: `${at}/token`,
              userdata_url: `${at}/userinfo`,
              userdata_method: 'GET',
              userdata_params: { state: 'state' },
              username_key: 'email',
            },
          },
        },
      };
    };

  /** The same today, with groups. */
  const today = (traits: object) => () => ({
    hub: {
      config: {
        JupyterHub: { authenticator_class: 'generic-oauth' },
        GenericOAuthenticator: {
          client_id: clientId,
          client_secret: clientSecret,
          authorize_url: `${realm}/protocol/openid-connect/auth`,
          token_url: `${realm}/protocol/openid-connect/token`,
          userdata_url: `${realm}/protocol/openid-connect/userinfo`,
          scope: ['openid', 'email'],
          username_claim: 'preferred_username',
          login_service: 'MyDeltares',
          auth_state_groups_key: 'oauth_user.groups',
          manage_groups: true,
          ...traits,
        },
      },
    },
  });

  async function newPage(): Promise<Page> {
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    return context.newPage();
  }

  /** From a page of the course to Keycloak's form, and through it. */
  async function logIn(page: Page, course: RunningCourse, name: string): Promise<void> {
    await page.goto(`${course.url}/hub/home`);
    await page
      .getByRole('main')
      .getByRole('link', { name: /log in/i })
      .click();
    await fillIn(page, name);
  }

  async function fillIn(page: Page, name: string): Promise<void> {
    await page.locator('#username').fill(name);
    await page.locator('#password').fill(name);
    await page.locator('#kc-login').click();
  }

  it('lets students and administrators in by the block of the manual', async () => {
    await using course = await start(manual());
    const student = await newPage();
    await logIn(student, course, 'student1');
    await student.waitForURL(`${course.url}/hub/home`);
    expect(await student.locator('header').textContent()).toContain('student1@example.org');
    expect(await student.getByRole('link', { name: 'People' }).count()).toBe(0);

    const admin = await newPage();
    await logIn(admin, course, 'anna');
    await admin.waitForURL(`${course.url}/hub/home`);
    await admin.getByRole('link', { name: 'People' }).click();
    await admin.getByRole('main').getByText('student1@example.org').waitFor();
  });

  it('follows groups by today’s keys: who is let in, who administers, and who is told whom to ask', async () => {
    const logout = `${realm}/protocol/openid-connect/logout`;
    const groups = { allowed_groups: ['teachers'], admin_groups: ['teachers'], logout_redirect_url: logout };
    await using course = await start(today(groups));
    const admin = await newPage();
    await admin.goto(`${course.url}/hub/token`);
    await admin.getByRole('link', { name: 'Log in with MyDeltares' }).click();
    await fillIn(admin, 'anna');
    await admin.waitForURL(`${course.url}/hub/token`);
    expect(await admin.getByRole('link', { name: 'People' }).count()).toBe(1);
    await admin.getByRole('link', { name: 'Log out' }).click();
    await admin.waitForURL(/\/protocol\/openid-connect\/logout/);

    const student = await newPage();
    await logIn(student, course, 'student1');
    await student.waitForURL(/oauth_callback/);
    expect(await student.getByRole('main').textContent()).toContain(
      '“student1” is not on the list of this course. Ask help@example.org to be added.',
    );
  });

  it('refuses an answer that comes again, and a code that is none', async () => {
    await using course = await start(today({ issuer: realm, allow_all: true }));
    const page = await newPage();
    const callbacks: string[] = [];
    page.on('request', (request) => {
      if (request.url().includes('/hub/oauth_callback')) callbacks.push(request.url());
    });
    await page.goto(`${course.url}/hub/oauth_login`);
    const all = await page.context().cookies();
    const kept = all.filter(({ name }) => name.startsWith('polder-login-'));
    await fillIn(page, 'student1');
    await page.waitForURL(/\/hub\/(?:home|spawn)/);

    const thief = await newPage();
    await thief.context().addCookies(kept);
    await thief.goto(callbacks[0]!);
    expect(await thief.getByRole('main').textContent()).toContain('This login has been used already');

    await thief.goto(`${course.url}/hub/oauth_login`);
    const state = new URL(thief.url()).searchParams.get('state') ?? '';
    await thief.goto(
      `${course.url}/hub/oauth_callback?${new URLSearchParams({ state, code: 'x', iss: realm })}`,
    );
    expect(await thief.getByRole('main').textContent()).toContain('took too long, or was used already');

    await thief.goto(`${course.url}/hub/oauth_login`);
    const again = new URL(thief.url()).searchParams.get('state') ?? '';
    const evil = new URLSearchParams({ state: again, code: 'x', iss: 'https://evil.example' });
    await thief.goto(`${course.url}/hub/oauth_callback?${evil}`);
    expect(await thief.getByRole('main').textContent()).toContain('The answer cannot be trusted');
  });

  it('says on a page that the secret is wrong', async () => {
    await using course = await start(manual({ secret: 'not the secret' }));
    const page = await newPage();
    await logIn(page, course, 'student1');
    await page.waitForURL(/oauth_callback/);
    const words = await page.getByRole('main').textContent();
    expect(words).toContain('does not accept this hub: its client id or secret is wrong');
    expect(words).toContain('ask help@example.org');
  });

  it.each([
    ['the realm is unknown', () => `${realm}-of-nobody`, 'does not know the place'],
    ['Keycloak is down', () => 'http://127.0.0.1:9/realms/course', 'cannot be reached'],
  ])('says on a page that %s, and to whoever starts the course', async (_, wrong, words) => {
    await using course = await start(manual({ realm: wrong() }));
    expect(course.output).toContain(words);
    const page = await newPage();
    await page.goto(`${course.url}/hub/oauth_login`);
    expect(await page.getByRole('main').textContent()).toContain(words);
    expect(await page.getByRole('main').textContent()).toContain('ask help@example.org');
  });
}
