/** The pages of those who teach, in a real browser, with a hub of 10,000 people and simulated servers. */
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { User } from '../../src/domain/user.ts';
import type { ShownSettings } from '../../src/http/parts.ts';
import { newId } from '../../src/lib/secret.ts';
import { PASSWORD, startHub, type TestHub } from '../support/hub.ts';
import { problemsOf } from './axe.ts';
import { logIn, openBrowser, takePicture } from './browser.ts';

const PEOPLE = 10_000;
const phone = { viewport: { width: 360, height: 740 } };
const dark = { colorScheme: 'dark' } as const;

/** As `main` makes them of a file. */
const SETTINGS: ShownSettings = {
  values: [
    {
      key: 'hub.config.Authenticator.admin_users',
      value: '["teacher"]',
      origin: 'config.yaml:7',
      said: true,
    },
    { key: 'hub.config.DummyAuthenticator.password', value: '…', origin: 'config.yaml:5', said: true },
    { key: 'singleuser.memory.limit', value: '"2G"', origin: 'config.yaml:12', said: true },
    { key: 'cull.timeout', value: '3600', origin: 'default of chart 4.2.0', said: false },
  ],
  findings: [
    {
      code: 'shared-password',
      severity: 'warning',
      where: 'config.yaml:5',
      message: 'Everybody who knows the one password can log in under any name.',
      help: 'Fit for a class in one room; choose another way to log in otherwise.',
    },
  ],
  changedFiles: async () => ['/course/config.yaml'],
};

let browser: Browser;
let hub: TestHub;

beforeAll(async () => {
  browser = await openBrowser();
  hub = await startHub({ instructors: ['wim'], settings: SETTINGS });
  const token = await hub.token('teacher');
  const names = Array.from({ length: PEOPLE }, (_, index) => `student-${String(index).padStart(5, '0')}`);
  const made = await hub.store.users.insert(names.map((name) => ({ name, admin: false })));
  await hub.store.groups.insert(['monday']);
  await hub.store.groups.addMembers(
    'monday',
    made.slice(-25).map(({ id }) => id),
  );
  const running = names.filter((_, index) => index % 3 === 0).slice(0, 40);
  await hub.api('POST', '/people/start', { token, body: { names: running } });
});

afterAll(async () => {
  await browser?.close();
  await hub?.[Symbol.asyncDispose]();
});

/** A page in which `name` is logged in, and what the browser complained of meanwhile. */
async function openPage(
  path: string,
  options: BrowserContextOptions & { readonly name?: string; readonly at?: TestHub } = {},
) {
  const { name = 'teacher', at = hub, ...contextOptions } = options;
  const context: BrowserContext = await browser.newContext(contextOptions);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await logIn(page, `${at.url}/hub/login?next=${encodeURIComponent(path)}`, name, PASSWORD);
  return { page, complaints, [Symbol.asyncDispose]: () => context.close() };
}

async function failServer(owner: User): Promise<void> {
  const { id } = await hub.store.servers.insert({
    id: newId('srv'),
    userId: owner.id,
    name: '',
    displayName: '',
    oauthClientId: `client-of-${owner.name}`,
  });
  await hub.store.servers.update(id, (server) => ({
    ...server,
    state: 'failed',
    failure: {
      id: '3f9c21ab',
      at: new Date(),
      reason: 'The server ran out of memory and was ended.',
      hint: 'Ask for an environment with more memory.',
      log: '',
    },
  }));
}

const row = (page: Page, name: string) =>
  page.getByRole('row').filter({ has: page.getByRole('rowheader', { name }) });

describe('the page of people', () => {
  it('is read to the last of ten thousand, with few of them on the page at a time', async () => {
    await using opened = await openPage('/hub/admin');
    const { page, complaints } = opened;
    await page.getByText('10,001 people').waitFor();
    await row(page, 'student-00003').waitFor();
    expect(await page.getByRole('row').count()).toBeLessThan(60);
    await page.keyboard.press('End');
    await row(page, 'teacher').waitFor();
    expect(complaints).toEqual([]);
  });

  it('finds somebody, starts and stops their server, and shows both without being asked again', async () => {
    await using opened = await openPage('/hub/admin');
    const { page } = opened;
    await page.getByRole('searchbox', { name: 'Search by name' }).fill('student-04711');
    await page.getByText('1 person').waitFor();
    await page.getByRole('button', { name: 'Start the server of student-04711' }).click();
    await row(page, 'student-04711').getByText('Running').waitFor();
    await page.getByRole('button', { name: 'More for student-04711' }).press('Enter');
    await row(page, 'student-04711').getByText('100 MB').waitFor();
    await page.getByRole('menuitem', { name: 'Stop …' }).press('Enter');
    await page.getByRole('button', { name: 'Stop', exact: true }).press('Enter');
    await row(page, 'student-04711').getByText('Stopped').waitFor();
  });

  it('shows what others do meanwhile', async () => {
    await using opened = await openPage('/hub/admin');
    await row(opened.page, 'student-00001').waitFor();
    const token = await hub.token('student-00001');
    await hub.api('POST', '/users/student-00001/server', { token });
    await row(opened.page, 'student-00001').getByText('Running').waitFor();
  });

  it('adds people of a CSV once it has said what comes of each line', async () => {
    const class1000 = Array.from({ length: 1_000 }, (_, index) => `Zoe-${index}@example.org`);
    await using opened = await openPage('/hub/admin');
    const { page } = opened;
    await page.getByRole('button', { name: 'Add people' }).click();
    await page.locator('input[type=file]').setInputFiles({
      name: 'class.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(
        `Surname;Email;Group\nSmit;student-00001;tuesday\nBad;a/b;\n${class1000.map((name) => `X;${name};tuesday`).join('\n')}\n`,
      ),
    });
    await page.getByText('1,000 new people, 1 there already, 1 that cannot be added').waitFor();
    await page.getByText('new group, 1,001 people').waitFor();
    await takePicture(page, 'admin-roster');
    expect(await problemsOf(page)).toEqual([]);
    expect(await hub.store.users.get('zoe-7@example.org')).toBeUndefined();
    await page.getByRole('button', { name: 'Add 1,000 people' }).click();
    await page.getByText('1,000 people added, 1,001 put into groups.').waitFor();
    expect(await hub.store.users.get('zoe-7@example.org')).toMatchObject({
      admin: false,
      groups: ['tuesday'],
    });
    await page.getByLabel('Group', { exact: true }).selectOption('tuesday');
    await page.getByText(/^1,001 people · /).waitFor();
    await page.getByRole('checkbox', { name: 'Choose all 1,001 who are found' }).press('Space');
    await page.getByRole('button', { name: 'Delete …' }).press('Enter');
    await page.getByText('Delete 1001 people?').waitFor();
    await page.getByRole('button', { name: 'Cancel' }).press('Enter');
  });

  it('makes an administrator, which is taken back as easily', async () => {
    const { id } = await hub.user('helper');
    await using opened = await openPage('/hub/admin');
    const { page } = opened;
    await page.getByRole('searchbox').fill('helper');
    await page.getByRole('button', { name: 'More for helper' }).press('Enter');
    await page.getByRole('menuitem', { name: 'Make administrator' }).press('Enter');
    await row(page, 'helper').getByText('administrator', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Undo' }).press('Enter');
    await page.getByText('It is as it was.').waitFor();
    expect((await hub.store.users.byId(id))?.admin).toBe(false);
  });

  it('deletes who was chosen, after asking', async () => {
    await hub.user('gone-1');
    await hub.user('gone-2');
    await using opened = await openPage('/hub/admin');
    const { page } = opened;
    await page.getByRole('searchbox').fill('gone-');
    await page.getByText('2 people').waitFor();
    await page.getByRole('checkbox', { name: 'Choose gone-1' }).check();
    await page.getByRole('checkbox', { name: 'Choose gone-2' }).check();
    await page.getByRole('button', { name: 'Delete …' }).click();
    await page.getByText('Delete 2 people?').waitFor();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByText('Nobody is found.').waitFor();
    expect(await hub.store.users.get('gone-1')).toBeUndefined();
  });

  it('offers an instructor to help, not to add or to delete', async () => {
    await using opened = await openPage('/hub/admin', { name: 'wim' });
    const { page } = opened;
    await page.getByRole('button', { name: 'Start the server of student-00002' }).waitFor();
    expect(await page.getByRole('button', { name: 'Add people' }).count()).toBe(0);
    expect(await page.getByRole('button', { name: 'More for student-00002' }).count()).toBe(0);
  });

  it('goes on to the plain page without a script', async () => {
    await using opened = await openPage('/hub/admin', { javaScriptEnabled: false });
    await opened.page.waitForURL(`${hub.url}/hub/admin/plain`);
    expect(await opened.page.getByRole('main').textContent()).toContain('1–50 of 1');
  });
});

describe('the page of the class', () => {
  it('starts and stops everybody that there is, after asking', async () => {
    await using course = await startHub({ queue: { activeServers: 2 } });
    for (const name of ['anna', 'ben', 'cor']) await course.user(name);
    await using opened = await openPage('/hub/admin/class', { at: course });
    const { page, complaints } = opened;
    await page.getByText('Nobody has a server now.').waitFor();
    await page.getByRole('button', { name: 'Start for everybody' }).press('Enter');
    await page.getByRole('button', { name: 'Start', exact: true }).press('Enter');
    await page.getByText('4 servers asked to start.').waitFor();
    await page.getByRole('heading', { name: 'Running 2' }).waitFor();
    await page.getByText('number 1, until a server stops').waitFor();
    await page.getByRole('button', { name: 'Stop all …' }).press('Enter');
    await page.getByRole('button', { name: 'Stop', exact: true }).press('Enter');
    await page.getByText('Nobody has a server now.').waitFor();
    expect(complaints).toEqual([]);
  });

  it('is where an instructor sees students, and tells them something until it is taken back', async () => {
    await using course = await startHub({ instructors: ['wim'], queue: { activeServers: 2 } });
    for (const name of ['anna', 'ben']) await course.user(name);
    await course.store.groups.insert(['monday']);
    const page = '/hub/admin/class';
    await using teaching = await openPage(page, { at: course, name: 'wim' });
    await teaching.page.getByRole('button', { name: 'Start for everybody' }).click();
    await teaching.page.getByRole('button', { name: 'Start', exact: true }).click();
    await teaching.page.getByText('3 servers asked to start.').waitFor();

    await teaching.page.getByRole('button', { name: 'Tell everybody …' }).press('Enter');
    await teaching.page.getByLabel('Message').fill('Break until three.\nRoom 5 is open.');
    await teaching.page.getByLabel('Whom').selectOption('Everybody');
    await teaching.page.getByLabel('For how long').selectOption('15 minutes');
    await takePicture(teaching.page, 'admin-tell');
    expect(await problemsOf(teaching.page)).toEqual([]);
    await teaching.page.getByRole('button', { name: 'Tell them' }).press('Enter');
    await teaching.page.getByText('wim, to everybody; ends in 15 minutes').waitFor();
    await teaching.page.getByRole('dialog').waitFor({ state: 'detached' });
    await takePicture(teaching.page, 'admin-told');
    expect(await problemsOf(teaching.page)).toEqual([]);

    await using learning = await openPage('/hub/home', { at: course, name: 'anna' });
    await learning.page.getByText('Room 5 is open.').waitFor();
    await takePicture(learning.page, 'home-told');
    expect(await problemsOf(learning.page)).toEqual([]);
    await teaching.page.getByRole('button', { name: 'End: Break until three.' }).press('Enter');
    await teaching.page.getByText('They are told no more.').waitFor();
    await learning.page.reload();
    await learning.page.getByRole('heading').first().waitFor();
    expect(await learning.page.getByText('Room 5 is open.').count()).toBe(0);
    expect([...teaching.complaints, ...learning.complaints]).toEqual([]);
  });

  it('names who needs help, and says why', async () => {
    const ben = await hub.user('ben');
    await failServer(ben);
    await using opened = await openPage('/hub/admin/class');
    const { page } = opened;
    await page.getByRole('button', { name: 'Why the server of ben failed' }).click();
    await page.getByText('Ask for an environment with more memory.').waitFor();
    await page.getByText('3f9c21ab').waitFor();
  });
});

describe('the page of groups', () => {
  const openCourse = async () => {
    const lab = { name: 'lab', users: ['anna'], properties: { room: '12' } };
    const course = await startHub({ instructors: ['wim'], declaredGroups: [lab] });
    for (const name of ['anna', 'ben']) await course.user(name);
    return { course, lab };
  };

  it('makes a group, fills and empties it, and takes that back, all by keyboard', async () => {
    const { course } = await openCourse();
    await using _ = course;
    await using opened = await openPage('/hub/admin/groups', { at: course });
    const { page, complaints } = opened;
    await page.getByText('There are no groups yet.').waitFor();
    await takePicture(page, 'admin-groups-none');
    expect(await problemsOf(page)).toEqual([]);
    await page.getByRole('button', { name: 'New group …' }).press('Enter');
    await page.getByLabel('Name of the group').fill('monday');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'monday' }).press('Enter');
    await page.getByText('Nobody is in this group.').waitFor();
    await page.getByLabel('Add people').fill('anna, nobody');
    await page.keyboard.press('Enter');
    await page.getByText('That did not work: No such user: nobody').waitFor();
    await page.getByLabel('Add people').fill('anna, ben');
    await page.keyboard.press('Enter');
    await page.getByText('2 people put into “monday”.').waitFor();
    await page.getByRole('button', { name: 'Remove anna from the group' }).press('Enter');
    await page.getByRole('button', { name: 'Undo' }).press('Enter');
    await page.getByRole('button', { name: 'Remove anna from the group' }).waitFor();
    await takePicture(page, 'admin-group');
    expect(await problemsOf(page)).toEqual([]);
    await page.reload();
    await page.getByRole('heading', { name: 'monday' }).waitFor();
    await page.getByRole('button', { name: 'Delete …' }).press('Enter');
    await page.getByRole('button', { name: 'Delete the group' }).press('Enter');
    await page.getByText('There are no groups yet.').waitFor();
    expect(complaints.filter((text) => !text.includes('status of 400'))).toEqual([]);
  });

  it('shows what the file says, to an instructor without a way to change it', async () => {
    const { course, lab } = await openCourse();
    await using _ = course;
    await course.store.groups.insert([lab.name]);
    await course.store.groups.setProperties(lab.name, lab.properties);
    await course.store.groups.addMembers(lab.name, [(await course.user('anna')).id]);
    await using opened = await openPage('/hub/admin/groups?group=lab', { at: course, name: 'wim' });
    const { page } = opened;
    await page.getByText('The config file makes this group at each start of the hub.').waitFor();
    await page.getByRole('list', { name: 'Members' }).getByText('by the file').waitFor();
    await page.getByText('What programs keep with it').click();
    await page.getByText('"room": "12"').waitFor();
    expect(await page.getByLabel('Add people').count()).toBe(0);
    await page.getByRole('link', { name: 'As a class' }).click();
    await page.getByRole('heading', { name: 'Not in 1' }).waitFor();
    await takePicture(page, 'admin-class-group');
    await page.getByRole('button', { name: 'Start for this group' }).press('Enter');
    await page.getByRole('button', { name: 'Start', exact: true }).press('Enter');
    await page.getByText('1 server asked to start.').waitFor();
  });
});

describe('the page of settings', () => {
  it('says what counts, where it is said, and that the file is newer than what runs', async () => {
    await using opened = await openPage('/hub/admin/settings');
    const { page, complaints } = opened;
    await page.getByText('/course/config.yaml was changed after this hub read it.').waitFor();
    await page.getByText('config.yaml:12').waitFor();
    expect(await page.getByText('cull.timeout').count()).toBe(0);
    await page.getByLabel('Show').selectOption('Defaults too');
    await page.getByText('default of chart 4.2.0').waitFor();
    await page.getByRole('searchbox').fill('memory');
    await page.getByText('cull.timeout').waitFor({ state: 'detached' });
    expect(complaints).toEqual([]);
  });

  it('is not for instructors', async () => {
    await using opened = await openPage('/hub/admin', { name: 'wim' });
    await opened.page.getByRole('link', { name: 'Class' }).waitFor();
    expect(await opened.page.getByRole('link', { name: 'Settings' }).count()).toBe(0);
    expect((await opened.page.goto(`${hub.url}/hub/admin/settings`))?.status()).toBe(403);
  });
});

describe('every page', () => {
  const looks: readonly (readonly [string, BrowserContextOptions])[] = [
    ['light', {}],
    ['dark', dark],
    ['phone', phone],
  ];
  it.each(looks)('%s: axe finds nothing, and nothing is wider than the screen', async (look, options) => {
    for (const [name, path] of [
      ['people', '/hub/admin'],
      ['class', '/hub/admin/class'],
      ['groups', '/hub/admin/groups'],
      ['group', '/hub/admin/groups?group=monday'],
      ['settings', '/hub/admin/settings'],
    ] as const) {
      await using opened = await openPage(path, options);
      const { page } = opened;
      await page
        .getByText(
          { settings: 'config.yaml:12', groups: '25 people', group: '25 people' }[name as string] ??
            /1\d,\d+ people/,
        )
        .first()
        .waitFor();
      if (name === 'people') await row(page, 'student-00001').waitFor();
      await takePicture(page, `admin-${name}-${look}`);
      expect(await problemsOf(page), name).toEqual([]);
    }
  });
});
