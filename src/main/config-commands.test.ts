import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkCommand } from './check.ts';
import { showCommand } from './config-show.ts';
import { migrateCommand } from './migrate.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'commands-'));
});
afterAll(() => rm(folder, { recursive: true }));

const SECRET = 'hidden-tide-42';
const COURSE = `
auth: # who logs in
  dummy: {password: ${SECRET}}
  whitelist: {users: [anna]} # one
singleuser:
  memory: {limit: 2G}
`.trimStart();

async function fileOf(name: string, text: string): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, text);
  return file;
}

function listen() {
  const heard: string[] = [];
  return { out: (text: string) => void heard.push(text), text: () => heard.join('') };
}

describe('polder check --explain', () => {
  async function explain(key: string, files: readonly string[] = []) {
    const { out, text } = listen();
    const given = { files, strict: false, accept: [], json: false, out };
    const code = await checkCommand({ ...given, explain: key });
    return { code, text: text() };
  }

  test('says what a key does, what it may be, and where its value comes from', async () => {
    const file = await fileOf('explain.yaml', COURSE);
    const { code, text } = await explain('auth.whitelist.users', [file]);
    expect(code).toBe(0);
    expect(text).toContain("today's name is hub.config.Authenticator.allowed_users");
    expect(text).toContain('a list of texts');
    expect(text).toContain(`Here: said as \`auth.whitelist.users\` (${file}:3).`);
    expect((await explain('cull.timeout', [file])).text).toContain('not said, so default of chart 0.8.2');
  });

  test('tells the defaults of each chart, without a file too', async () => {
    const { text } = await explain('prePuller.continuous.enabled');
    expect(text).toContain('up to chart 0.8.2: false');
    expect(text).toContain('later charts: true');
  });

  test('knows the keys of maps in lists', async () => {
    expect((await explain('course.sessions')).text).toContain('Keys below it: title, start, end, duration.');
    expect((await explain('course.sessions[].start')).text).toContain('Day and time');
  });

  test('suggests the key that was meant', async () => {
    expect(await explain('singleuser.memroy')).toMatchObject({
      code: 2,
      text: 'There is no key singleuser.memroy. Did you mean singleuser.memory?\n',
    });
  });
});

describe('polder check --chart-version', () => {
  test('decides what the file leaves open', async () => {
    const files = [await fileOf('chart.yaml', COURSE)];
    const { out, text } = listen();
    const given = { files, strict: false, accept: [], json: true, out };
    expect(await checkCommand({ ...given, generation: '0.10' })).toBe(0);
    expect(JSON.parse(text()).generation).toBe('0.10');
  });

  test('is asked for where volumes of named servers would be called differently', async () => {
    const files = [await fileOf('named.yaml', `${COURSE}hub: {allowNamedServers: true}\n`)];
    const { out, text } = listen();
    const given = { files, strict: false, accept: [], json: false, out };
    expect(await checkCommand(given)).toBe(1);
    expect(text()).toContain('generation-unknown');
    expect(await checkCommand({ ...given, generation: '0.8.2' })).toBe(0);
  });
});

describe('polder migrate', () => {
  async function migrate(text: string, output?: string) {
    const file = await fileOf('old.yaml', text);
    const [out, say] = [listen(), listen()];
    const given = { file, output, out: out.out, say: say.out };
    return { code: await migrateCommand(given), text: out.text(), said: say.text() };
  }

  test('writes today’s names, comments kept', async () => {
    const { code, text } = await migrate(COURSE);
    expect(code).toBe(0);
    expect(text).toContain('allowed_users: [anna]');
    expect(text).toContain('# who logs in');
    expect(text).not.toMatch(/^auth:/m);
  });

  test('writes to a new file, and over none', async () => {
    const output = join(folder, 'new.yaml');
    expect((await migrate(COURSE, output)).code).toBe(0);
    expect(await readFile(output, 'utf8')).toContain('allowed_users: [anna]');
    expect(await migrate(COURSE, output)).toMatchObject({ code: 1, text: '' });
  });

  test('refuses what cannot be read, and says why', async () => {
    const { code, text, said } = await migrate('hub: {}\nhub: {}\n');
    expect({ code, text }).toEqual({ code: 1, text: '' });
    expect(said).toContain('duplicate-key');
  });
});

describe('polder config show', () => {
  test('shows what counts and where it comes from, and no secret', async () => {
    const file = await fileOf('show.yaml', `${COURSE}  extraEnv: {TOKEN: ${SECRET}}\n`);
    const { out, text } = listen();
    expect(await showCommand({ files: [file], accept: [], json: false, out })).toBe(0);
    expect(text()).toContain(`${file}:3  hub.config.Authenticator.allowed_users: ["anna"]`);
    expect(text()).toMatch(/default of chart 0\.8\.2 +singleuser\.memory\.guarantee: "1G"/);
    expect(text()).toContain('singleuser.extraEnv: …');
    expect(text()).not.toContain(SECRET);
  });
});
