import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Logger, pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SERVICE } from '../../test/support/hub.ts';
import type { Service } from '../domain/service.ts';
import { ServiceProcesses } from './service-processes.ts';

let folder: string;
let lines: Record<string, unknown>[];
let log: Logger;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polder-services-'));
  lines = [];
  log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const start = (...services: readonly Service[]) =>
  ServiceProcesses.start({
    services,
    tokens: new Map(services.map(({ name }) => [name, `token-of-${name}`])),
    environments: new Map([['board', { COLOUR: 'blue' }]]),
    programs: [],
    hubUrl: 'http://127.0.0.1:8081',
    place: { baseUrl: '/course/', domains: null },
    folder,
    run: folder,
    log,
  });
const running = (script: string, more: Partial<Service> = {}): Service => ({
  ...SERVICE,
  name: 'board',
  command: [process.execPath, '-e', script],
  ...more,
});
const said = () => lines.filter(({ msg }) => msg === 'a service says').map(({ line }) => line);
const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test('it is told where the hub is and who it is, and nothing that the hub keeps to itself', async () => {
  process.env.POLDER_TEST_KEPT = 'kept';
  const script = 'console.log(JSON.stringify(process.env)); setInterval(() => {}, 1000)';
  await using processes = await start(running(script, { url: 'http://127.0.0.1:9000' }));
  await expect.poll(said, { timeout: 20_000 }).toHaveLength(1);
  expect(JSON.parse(String(said()[0]))).toMatchObject({
    JUPYTERHUB_SERVICE_NAME: 'board',
    JUPYTERHUB_API_TOKEN: 'token-of-board',
    JUPYTERHUB_API_URL: 'http://127.0.0.1:8081/course/hub/api',
    JUPYTERHUB_BASE_URL: '/course/',
    JUPYTERHUB_SERVICE_PREFIX: '/course/services/board/',
    JUPYTERHUB_SERVICE_URL: 'http://127.0.0.1:9000',
    JUPYTERHUB_OAUTH_ACCESS_SCOPES: '["access:services!service=board"]',
    COLOUR: 'blue',
    HOME: join(folder, 'board'),
  });
  expect(said()[0]).not.toContain('POLDER_TEST_KEPT');
  expect(processes.pidOf('board')).toEqual(expect.any(Number));
  expect(processes.pidOf('another')).toBeNull();
});

test('it is started again when it ends', async () => {
  await using _processes = await start(running('console.log("here I am")'));
  await expect.poll(said, { timeout: 20_000 }).toEqual(['here I am', 'here I am']);
  expect(lines).toContainEqual(expect.objectContaining({ service: 'board', reason: 'exit code 0' }));
});

test('a program that is not there, and a user who is not, stand in the log and stop nothing else', async () => {
  await using _processes = await start(
    running('', { name: 'missing', command: [join(folder, 'no-such-program')] }),
    running('', { name: 'homeless', user: 'nobody-of-this-name' }),
    running('console.log("here"); setInterval(() => {}, 1000)'),
  );
  await expect.poll(said, { timeout: 20_000 }).toEqual(['here']);
  const reasons = lines.flatMap(({ reason }) => (reason === undefined ? [] : [String(reason)])).join('\n');
  expect(reasons).toContain('ENOENT');
  expect(reasons).toContain('there is no user nobody-of-this-name');
});

test('it ends with the hub, and what it started does too', async () => {
  const script = `const { pid } = require('node:child_process').spawn('sleep', ['600'], { detached: true });
    console.log(pid); process.on('SIGTERM', () => process.exit()); setInterval(() => {}, 1000)`;
  const processes = await start(running(script));
  await expect.poll(said, { timeout: 20_000 }).toHaveLength(1);
  const pids = [processes.pidOf('board')!, Number(said()[0])];
  expect(pids.every(isAlive)).toBe(true);
  await processes[Symbol.asyncDispose]();
  await expect.poll(() => pids.some(isAlive), { timeout: 20_000 }).toBe(false);
  expect(lines.filter(({ reason }) => reason !== undefined)).toEqual([]);
});

test('what a hub that was killed has left is ended before it is started again', async () => {
  const script = 'console.log("run"); setInterval(() => {}, 1000)';
  // What is left over belongs to nobody: as after a hub that was killed, nobody starts it again either.
  const killed = await start(running(script));
  await expect.poll(said, { timeout: 20_000 }).toHaveLength(1);
  const left = killed.pidOf('board')!;
  const note = await readFile(join(folder, 'service-board.json'), 'utf8');
  const other = await mkdtemp(join(tmpdir(), 'polder-services-'));
  try {
    await writeFile(join(other, 'service-board.json'), note);
    const next = await ServiceProcesses.start({
      services: [running(script)],
      tokens: new Map(),
      environments: new Map(),
      programs: [],
      hubUrl: 'http://127.0.0.1:8081',
      place: { baseUrl: '/', domains: null },
      folder: other,
      run: other,
      log,
    });
    expect(isAlive(left)).toBe(false);
    expect(next.pidOf('board')).not.toBe(left);
    await next[Symbol.asyncDispose]();
  } finally {
    await killed[Symbol.asyncDispose]();
    await rm(other, { recursive: true, force: true });
  }
});
