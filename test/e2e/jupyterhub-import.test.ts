/** Databases that JupyterHub itself made, of several ages, and what of them is true in a hub of ours afterwards. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { importJupyterHub } from '../../src/main/jupyterhub-import.ts';
import { describeOnPostgres, makePostgresDatabase } from '../../src/store/postgres/test-server.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { startHub, type TestHub } from '../support/hub.ts';
import { newest, pythonOf, singleUserEnvironments } from './single-user-environments.ts';

const run = promisify(execFile);

const CRYPT_KEY = '0123456789abcdef0123456789abcdef';
const MAKER = new URL('make-jupyterhub-database.py', import.meta.url).pathname;

const CONFIG = `
hub:
  config:
    JupyterHub: {authenticator_class: dummy}
    Authenticator: {allow_all: true, admin_users: [teacher]}
    CryptKeeper: {keys: [${CRYPT_KEY}]}
`;

/** Before there were scopes; when tokens had roles; when they had scopes; now. */
const environments = [
  ...singleUserEnvironments.filter(({ version }) => ['1.1.0', '4.1.6'].includes(version)),
  {
    version: '2.3.1',
    requirements: ['jupyterhub==2.3.1', 'sqlalchemy<1.5', 'setuptools<66', 'traitlets<5.10'],
  },
  newest,
];

let folder: string;
let said: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polder-import-'));
  await writeFile(join(folder, 'config.yaml'), CONFIG);
  said = [];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

type Secrets = Readonly<
  Record<'version' | 'anna' | 'teacher' | 'chosen' | 'expired' | 'limited' | 'browser', string>
>;

async function make(environment: Pick<typeof newest, 'requirements'>, url: string): Promise<Secrets> {
  const python = await pythonOf({ ...newest, ...environment });
  const { stdout } = await run(python, ['-W', 'ignore', MAKER, url], {
    cwd: folder,
    env: { ...process.env, JUPYTERHUB_CRYPT_KEY: CRYPT_KEY },
  });
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Secrets;
}

async function take(db: string, options: { readonly dryRun?: boolean } = {}): Promise<readonly string[]> {
  said = [];
  const course = { configFiles: [join(folder, 'config.yaml')], data: join(folder, 'data'), accept: [] };
  const { dryRun = false } = options;
  await importJupyterHub({ ...course, db, cluster: null, dryRun }, (line) => said.push(line));
  return said;
}

/** What of the course made by the fixture any hub must say after an import. */
async function expectCourse(hub: TestHub, secrets: Secrets): Promise<void> {
  const asked = async (token: string, path: string) => {
    const answer = await hub.api('GET', path, { token });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  const { body: anna } = await asked(secrets.anna, '/user');
  expect(anna).toMatchObject({ name: 'anna', admin: false, groups: ['delft'] });
  expect((await asked(secrets.chosen, '/user')).body).toMatchObject({ name: 'bram@example.org' });
  expect((await asked(secrets.expired, '/user')).status).toBe(403);
  const { body: seen } = await asked(secrets.teacher, '/users/anna');
  expect(seen).toMatchObject({
    last_activity: expect.stringMatching(/^20/),
    auth_state: { access_token: 'from-the-login-service', oauth_user: { email: 'anna@example.org' } },
  });
  expect(
    (await asked(secrets.teacher, '/users/bram@example.org?include_stopped_servers')).body,
  ).toMatchObject({
    servers: { 'lab-2': { ready: false } },
  });
  if (secrets.limited) {
    expect((await asked(secrets.limited, '/users')).status).toBe(200);
    expect((await asked(secrets.limited, '/groups')).status).toBe(403);
  }
  if (secrets.browser) {
    expect((await asked(secrets.browser, '/user')).body).toMatchObject({ name: 'anna' });
  }
}

async function openTaken(): Promise<TestHub & { readonly opened: AsyncDisposable }> {
  const store = await openSqliteStore(join(folder, 'data', 'polder.sqlite'));
  const hub = await startHub({ store, authStateKeys: [CRYPT_KEY] });
  return Object.assign(hub, { opened: store });
}

describe.each(environments)('the database of a JupyterHub $version', (environment) => {
  test('is taken over: the same tokens open the same things', async () => {
    const url = `sqlite:///${join(folder, 'jupyterhub.sqlite')}`;
    const secrets = await make(environment, url);
    expect(await take(url, { dryRun: true })).toContain('users: 3 taken');
    expect(await take(url)).toEqual(
      expect.arrayContaining(['users: 3 taken', 'groups: 1 taken', 'servers: 2 taken']),
    );
    const hub = await openTaken();
    await using _store = hub.opened;
    await using _hub = hub;
    await expectCourse(hub, secrets);
  });
});

test('what was taken back here does not return when it is done again, and what is new there comes', async () => {
  const url = `sqlite:///${join(folder, 'jupyterhub.sqlite')}`;
  const secrets = await make(newest, url);
  await take(url);
  const hub = await openTaken();
  await using _store = hub.opened;
  await using _hub = hub;
  const [token] = await hub.store.tokens.list({ userId: (await hub.user('anna')).id });
  expect((await hub.api('GET', '/user', { token: secrets.anna })).status).toBe(200);
  await hub.api('DELETE', `/users/anna/tokens/a${token!.id}`, { token: secrets.anna });
  await hub.api('DELETE', '/groups/delft/users', { token: secrets.teacher, body: { users: ['anna'] } });
  const { stdout } = await run(await pythonOf(newest), ['-W', 'ignore', '-c', ADD_ONE, url]);
  expect(await take(url)).toEqual(expect.arrayContaining(['users: 1 taken, 3 here already']));
  expect((await hub.api('GET', '/user', { token: secrets.anna })).status).toBe(403);
  const { groups } = (await hub.user('anna')) as { groups: readonly string[] };
  expect(groups).toEqual([]);
  expect((await hub.api('GET', '/user', { token: stdout.trim() })).status).toBe(200);
});

const ADD_ONE = `
import sys
from jupyterhub import orm
session = orm.new_session_factory(sys.argv[1])()
user = orm.User(name="carla")
session.add(user)
session.commit()
print(user.new_api_token(note="later"))
`;

test('a database of a form that is not known is refused, and so is one of something else', async () => {
  const file = join(folder, 'jupyterhub.sqlite');
  await make(newest, `sqlite:///${file}`);
  const python = await pythonOf(newest);
  const change = (sql: string) =>
    run(python, [
      '-c',
      'import sqlite3, sys; sqlite3.connect(sys.argv[1], isolation_level=None).execute(sys.argv[2])',
      file,
      sql,
    ]);
  await change("update alembic_version set version_num = 'ffffffffffff'");
  await expect(take(`sqlite:///${file}`)).rejects.toThrow(/ffffffffffff.*does not know/);
  await change('drop table alembic_version');
  await expect(take(`sqlite:///${file}`)).rejects.toThrow(/no database of a JupyterHub/);
  await writeFile(file, 'no database at all, but text that is long enough to be looked at');
  await expect(take(`sqlite:///${file}`)).rejects.toThrow(/cannot be read as a database/);
  await expect(take('sqlite:////nowhere/jupyterhub.sqlite')).rejects.toThrow(
    'There is no /nowhere/jupyterhub.sqlite',
  );
  await expect(take('mysql://hub:secret@db/hub')).rejects.toThrow(/not from mysql/);
});

describeOnPostgres('a JupyterHub on PostgreSQL', () => {
  test('is taken over, and no hub of ours touches its database', async () => {
    await using database = await makePostgresDatabase();
    const url = database.url.replace(/^postgres:/, 'postgresql+psycopg2:');
    const requirements = ['jupyterhub==6.1.1', 'psycopg2-binary==2.9.13'];
    const secrets = await make({ requirements }, url);
    expect(await take(url)).toContain('users: 3 taken');
    const hub = await openTaken();
    await using _store = hub.opened;
    await using _hub = hub;
    await expectCourse(hub, secrets);
    await expect(database.open()).rejects.toThrow(/database of a JupyterHub.*polder import jupyterhub/);
    await expect(take(url.replace(/polder_test_/, 'nowhere_'))).rejects.toThrow(
      /cannot be read.*does not exist/,
    );
  });
});
