import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts';
import { describeDatabase, joinHubs, openDatabase } from './database.ts';

const config = { hub: { database: { kind: 'postgres', pooler: false } } } as never;

test.each([
  ['postgresql://hub:s3cret@db.example.org:5432/course?sslmode=require', '“course” on db.example.org:5432'],
  ['postgresql://hub:s3cret@[::1]/a%20b', '“a b” on [::1]'],
  ['postgresql:///course?host=/run/postgresql', '“course” on /run/postgresql'],
  ['postgresql://', 'on this machine'],
])('the database of an address is named without its secrets (%s)', (url, name) => {
  expect(describeDatabase(url)).toBe(name);
});

test('a server that cannot be reached is named with what to do, and never with the password', async () => {
  const databaseUrl = 'postgresql://hub:s3cret@127.0.0.1:1/course';
  const error = await openDatabase({ config, secrets: { databaseUrl }, file: '' }).catch((thrown) => thrown);
  expect(error.message).toContain('“course” on 127.0.0.1:1 cannot be used');
  expect(error.message).toContain('Check that the database server runs');
  expect(`${error.message} ${error.stack}`).not.toContain('s3cret');
});

test('a hub with other keys, or with processes on another machine, is refused until it takes over', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'polder-database-'));
  try {
    await using store = await openSqliteStore(join(folder, 'hub.sqlite'));
    const keys = { cookieKey: 'c', tokenKey: 't', proxyToken: 'p' };
    const here = { processesIn: '/here', takeOver: false };
    await joinHubs(store, keys, here);
    await joinHubs(store, keys, here);
    await expect(joinHubs(store, { ...keys, cookieKey: 'd' }, here)).rejects.toThrow('other keys');
    await expect(joinHubs(store, keys, { ...here, processesIn: '/there' })).rejects.toThrow('in /here');
    await joinHubs(store, { ...keys, cookieKey: 'd' }, { processesIn: '/there', takeOver: true });
    await expect(joinHubs(store, keys, here)).rejects.toThrow('--take-over');
  } finally {
    await rm(folder, { recursive: true });
  }
});
