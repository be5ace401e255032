import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addUser } from '../conformance/store-test.ts';
import { STEPS } from '../migrations/migrations.ts';
import { SqlStore } from '../sql/sql-store.ts';
import type { Store } from '../store.ts';
import { SqliteBackend } from './sqlite-backend.ts';
import { openSqliteStore } from './sqlite-store.ts';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sqlite-faults-'));
  file = join(folder, 'store.sqlite');
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

test('a database that another program has locked is waited for, without stopping anything else', async () => {
  await using store = await openSqliteStore(file, { lockWaitSeconds: 60 });
  await using other = lockElsewhere(file);
  await other.locked;
  const written = addUser(store, 'anna');
  // The write does not hold up what needs no lock, nor this process.
  expect(await store.users.count()).toBe(0);
  await new Promise((resolve) => setTimeout(resolve));
  other.release();
  expect(await written).toMatchObject({ name: 'anna' });
});

test('a database that stays locked is unavailable to all who wait, until it is free again', async () => {
  await using store = await openSqliteStore(file, { lockWaitSeconds: 0.2 });
  await using other = lockElsewhere(file);
  await other.locked;
  const began = performance.now();
  const outcomes = await Promise.allSettled(
    Array.from({ length: 100 }, (_, index) => addUser(store, `u${index}`)),
  );
  expect(outcomes).toEqual(
    outcomes.map(() => ({
      status: 'rejected',
      reason: expect.objectContaining({
        code: 'unavailable',
        message: expect.stringContaining('Another program has the database locked'),
      }),
    })),
  );
  // All waited at the same time, not each after the other.
  expect(performance.now() - began).toBeLessThan(10_000);
  await expect(store.check()).rejects.toMatchObject({ code: 'unavailable' });
  expect(await store.users.count()).toBe(0);
  other.release();
  await other.ended;
  await store.check();
  await addUser(store, 'anna');
});

test('a database that may not grow is unavailable, keeps what it has, and goes on when it may', async () => {
  await using limited = await openLimited();
  const { store } = limited;
  await limited.forbidGrowth();
  const groups = await Promise.allSettled(Array.from({ length: 40 }, (_, group) => addGroup(store, group)));
  const done = groups.flatMap((outcome, group) => (outcome.status === 'fulfilled' ? [group] : []));
  const refused = groups.filter((outcome) => outcome.status === 'rejected');
  expect(refused.length).toBeGreaterThan(0);
  for (const { reason } of refused) {
    expect(reason).toMatchObject({ code: 'unavailable', message: expect.stringContaining('full') });
  }
  expect(await wholeGroups(store)).toEqual(done);
  await limited.allowGrowth();
  await addGroup(store, 40);
  expect(await wholeGroups(store)).toEqual([...done, 40]);
  expect(integrityOf(file)).toEqual(['ok']);
});

test('a transaction that caught the full disk writes nothing of what came after it', async () => {
  await using limited = await openLimited();
  const { store } = limited;
  await limited.forbidGrowth();
  const work = store.transaction(async (tx) => {
    await tx.users.insert(groupOf(0, 5_000)).catch(() => {});
    await tx.users.insert(groupOf(1, 1));
  });
  await expect(work).rejects.toMatchObject({ code: 'unavailable' });
  expect(await store.users.count()).toBe(0);
});

test('a database that cannot be written is unavailable, and is opened anew for the next try', async () => {
  await using limited = await openLimited();
  const { store, backend } = limited;
  await addUser(store, 'anna');
  await sql`pragma query_only = on`.execute(backend.writer);
  const work = store.transaction(async (tx) => {
    await addUser(tx, 'ben').catch(() => {});
    await addUser(tx, 'cleo');
  });
  await expect(work).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('cannot be written'),
  });
  expect(await store.users.count()).toBe(1);
  // The connection that is opened anew knows nothing of the pragma.
  await addUser(store, 'ben');
  expect(await store.users.count()).toBe(2);
});

test('a full disk makes the store unavailable until there is space again', async ({ skip }) => {
  const disk = join(folder, 'disk');
  mkdirSync(disk);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk], { stdio: 'ignore' });
  } catch {
    skip('mounting a small file system needs root: run the tests as root to have this one');
  }
  try {
    await using store = await openSqliteStore(join(disk, 'store.sqlite'));
    await addUser(store, 'anna');
    expect(() => writeFileSync(join(disk, 'fill'), Buffer.alloc(4 << 20))).toThrow('ENOSPC');
    await expect(addUntilRefused(store)).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('The disk that holds the database is full'),
    });
    await expect(store.check()).rejects.toMatchObject({ code: 'unavailable' });
    const count = await store.users.count();
    expect(await store.users.get('anna')).toBeDefined();
    rmSync(join(disk, 'fill'));
    await store.check();
    await addUser(store, 'ben');
    expect(await store.users.count()).toBe(count + 1);
    expect(integrityOf(join(disk, 'store.sqlite'))).toEqual(['ok']);
  } finally {
    execFileSync('umount', [disk]);
  }
});

test('a hub that is killed while it writes leaves all that it acknowledged, and nothing half-written', async () => {
  const acknowledged: string[] = [];
  for (let round = 0; round < 3; round++) {
    const child = spawn(process.execPath, ['--input-type=module', '--eval', WRITER, file, `${round}`], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = once(child, 'exit');
    let lines = 0;
    for await (const name of createInterface({ input: child.stdout })) {
      acknowledged.push(name);
      lines += 1;
      if (lines === 40) child.kill('SIGKILL');
    }
    expect(await exited).toEqual([null, 'SIGKILL']);

    expect(integrityOf(file)).toEqual(['ok']);
    await using store = await openSqliteStore(file);
    const { items } = await store.users.list({});
    const names = new Set(items.map((user) => user.name));
    expect(acknowledged.filter((name) => !names.has(name))).toEqual([]);
    const servers = await store.servers.ofUsers(items.map((user) => user.id));
    expect(
      servers
        .filter((server) => server.displayName === 'written')
        .map((server) => server.owner)
        .sort(),
    ).toEqual([...names].sort());
  }
});

/** Writes users with a server each, several at a time, and prints the name of each that was acknowledged. */
const WRITER = `
  import { openSqliteStore } from ${JSON.stringify(new URL('sqlite-store.ts', import.meta.url).href)};
  const [file, round] = process.argv.slice(1);
  const store = await openSqliteStore(file);
  const write = async (name) => {
    await store.transaction(async (tx) => {
      const [user] = await tx.users.insert([{ name, admin: false }]);
      const id = 'srv-' + name;
      await tx.servers.insert({ id, userId: user.id, name: '', displayName: '', oauthClientId: id });
      await tx.servers.update(id, (server) => ({ ...server, displayName: 'written' }));
    });
    process.stdout.write(name + '\\n');
  };
  for (let n = 0; ; n++) await Promise.all([0, 1, 2].map((i) => write('u' + round + '-' + n + '-' + i)));
`;

/** Holds the write lock of the file from another process. */
function lockElsewhere(path: string) {
  const script = `
    const db = new (require('node:sqlite').DatabaseSync)(process.argv[1]);
    db.exec('begin immediate');
    console.log('locked');
    process.stdin.once('data', () => { db.exec('rollback'); process.exit(); });
  `;
  const child: ChildProcess = spawn(process.execPath, ['--eval', script, path], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const ended = once(child, 'exit');
  return {
    locked: once(child.stdout!, 'data'),
    ended,
    release: () => child.stdin!.write('x'),
    async [Symbol.asyncDispose]() {
      child.kill();
      await ended;
    },
  };
}

/** A store whose file can be kept from growing, as a full disk would keep it. */
async function openLimited() {
  writeFileSync(file, '');
  const backend = new SqliteBackend(file, { now: () => new Date(), lockWaitSeconds: 1, steps: STEPS });
  await backend.migrate();
  const limit = (pages: number) => sql`pragma max_page_count = ${sql.lit(pages)}`.execute(backend.writer);
  return {
    backend,
    store: new SqlStore(backend),
    async forbidGrowth() {
      const { rows } = await sql<{ page_count: number }>`pragma page_count`.execute(backend.writer);
      await limit(rows[0]!.page_count + 4);
    },
    allowGrowth: () => limit(1_000_000),
    [Symbol.asyncDispose]: () => backend[Symbol.asyncDispose](),
  };
}

const GROUP_SIZE = 100;

function groupOf(group: number, size: number) {
  return Array.from({ length: size }, (_, index) => ({ name: `g${group}-${index}`, admin: false }));
}

function addGroup(store: Store, group: number) {
  return store.users.insert(groupOf(group, GROUP_SIZE));
}

/** The groups in the store, which must all be complete. */
async function wholeGroups(store: Store): Promise<number[]> {
  const sizes = new Map<number, number>();
  for (const { name } of (await store.users.list({})).items) {
    const group = Number(/^g(\d+)-/.exec(name)![1]);
    sizes.set(group, (sizes.get(group) ?? 0) + 1);
  }
  for (const size of sizes.values()) expect(size).toBe(GROUP_SIZE);
  return [...sizes.keys()].sort((a, b) => a - b);
}

async function addUntilRefused(store: Store): Promise<never> {
  for (let group = 0; ; group++) await addGroup(store, group);
}

function integrityOf(path: string): unknown[] {
  using database = new DatabaseSync(path);
  return database
    .prepare('pragma integrity_check')
    .all()
    .map((row) => row.integrity_check);
}
