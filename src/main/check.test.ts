import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkCommand } from './check.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'check-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function check(text: string, options: Partial<Parameters<typeof checkCommand>[0]> = {}) {
  const file = join(folder, 'config.yaml');
  await writeFile(file, text);
  let output = '';
  const out = (more: string) => {
    output += more;
  };
  const code = await checkCommand({ files: [file], strict: false, accept: [], json: false, out, ...options });
  return { code, output };
}

const GOOD =
  'auth:\n  dummy: {password: tide}\n  whitelist: {users: [anna, bob]}\n  admin: {users: [carl]}\n';

test('a file that runs as it says: 0, and who is let in', async () => {
  const { code, output } = await check(GOOD);
  expect(code).toBe(0);
  expect(output).toContain('Let in: anna, bob (2 users). Administrators: carl.\n');
  expect(output).toContain('0 errors, 1 warning, 3 notes.\n');
});

test('a warning is 1 where the check is strict', async () => {
  expect((await check(GOOD, { strict: true })).code).toBe(1);
  expect((await check(`${GOOD}polder: {adminPassword: mine}\n`, { strict: true })).code).toBe(0);
});

test('of a course whose servers are pods nothing is said of one machine', async () => {
  const pods = `${GOOD}singleuser:\n  image: {name: quay.example/a, tag: '1'}\n  nodeSelector: {kind: large}\n`;
  expect((await check(pods)).output).toContain('one machine');
  expect((await check(pods, { spawner: 'kubernetes' })).output).not.toContain('one machine');
});

test('an error is 1, and 0 once accepted', async () => {
  const wrong = `${GOOD}singleuser: {cpu: {limit: lots}}\n`;
  expect((await check(wrong)).code).toBe(1);
  expect((await check(wrong, { accept: ['wrong-value@singleuser.cpu.limit'] })).code).toBe(0);
});

test('a wrong command is 2', async () => {
  expect((await check(GOOD, { files: [] })).code).toBe(2);
});

test('as JSON, with positions and without secrets', async () => {
  const { output } = await check(GOOD, { json: true });
  const { generation, findings } = JSON.parse(output);
  expect(generation).toBe('0.8.2');
  expect(findings[0]).toMatchObject({
    code: 'shared-password-opens-admin',
    position: { line: 2, column: 21 },
  });
  expect(output).not.toContain('tide');
});
