import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { archiveSum, openArchive } from './archives.ts';
import { unpackArchive } from './unpack.ts';

let folder: string;
let server: Server;
let answered = 0;
let body = Buffer.alloc(0);
const told: string[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polder-archives-'));
  answered = 0;
  server = createServer((_, answer) => {
    answered += 1;
    answer.setHeader('Content-Length', body.length).end(body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  server.close();
  await rm(folder, { recursive: true, force: true });
});

const options = () => ({ folder, cache: join(folder, 'cache'), progress: (line: string) => told.push(line) });
const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/model.tar.gz`;

async function packModel(...args: readonly string[]): Promise<string> {
  await mkdir(join(folder, 'model/lib'), { recursive: true });
  await writeFile(join(folder, 'model/lib/libmodel.so'), 'binary', { mode: 0o600 });
  const path = join(folder, 'model.tar.gz');
  execFileSync('tar', ['-czf', path, ...args, '-C', join(folder, 'model'), '.']);
  return path;
}
const sumOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

test('an archive of the web is fetched once, told of, held against its sum and unpacked for all to read', async () => {
  body = await readFile(await packModel());
  const sha256 = sumOf(body);
  const archive = { from: { url: url() }, sha256, target: '/opt/model' };
  expect(await archiveSum(archive, options())).toBe(sha256);
  expect(answered).toBe(0);
  const { folder: unpacked } = await openArchive(archive, sha256, options());
  expect(await readFile(join(unpacked, 'lib/libmodel.so'), 'utf8')).toBe('binary');
  expect((await stat(join(unpacked, 'lib/libmodel.so'))).mode & 0o777).toBe(0o644);
  expect(told.at(-1)).toMatch(/model\.tar\.gz: .* MB of .* MB \(100 %\)/);
  await openArchive(archive, sha256, options());
  expect(answered).toBe(1);
});

test('an archive that is not what was meant leaves nothing behind', async () => {
  body = Buffer.from('another');
  const archive = { from: { url: url() }, sha256: '0'.repeat(64), target: '/opt/model' };
  await expect(openArchive(archive, archive.sha256, options())).rejects.toThrow('is not what was meant');
  expect(await readdir(join(folder, 'cache'))).toEqual([]);
});

test('a file without a sum is summed, one with another is refused, and one that is not there is named', async () => {
  const sum = sumOf(await readFile(await packModel()));
  const archive = { from: { file: 'model.tar.gz' }, sha256: null, target: '/opt/model' };
  expect(await archiveSum(archive, options())).toBe(sum);
  await expect(archiveSum({ ...archive, sha256: '0'.repeat(64) }, options())).rejects.toThrow(
    'not what was meant',
  );
  await expect(archiveSum({ ...archive, from: { file: 'no.zip' } }, options())).rejects.toThrow('no.zip');
});

test('an archive that names a file outside of itself is not unpacked', async () => {
  const path = await packModel('--transform=s,libmodel,../../../evil,', '--absolute-names');
  const out = join(folder, 'out');
  await expect(unpackArchive({ path, name: 'model.tar.gz' }, out)).rejects.toThrow('outside of itself');
  expect((await readdir(folder)).sort()).toEqual(['model', 'model.tar.gz']);
});

test('nothing is written through a link of an archive, and links that lead out are told', async () => {
  const elsewhere = join(folder, 'elsewhere');
  await mkdir(elsewhere);
  await packModel();
  await symlink(elsewhere, join(folder, 'model/way-out'));
  const path = join(folder, 'model.tar.gz');
  execFileSync('tar', ['-czf', path, '-C', join(folder, 'model'), 'way-out', 'lib']);
  const out = join(folder, 'out');
  expect(await unpackArchive({ path, name: 'model.tar.gz' }, out)).toEqual([`way-out -> ${elsewhere}`]);
  await writeFile(join(elsewhere, 'kept'), '');
  const through = join(folder, 'through.tar');
  execFileSync('tar', ['-cf', through, '-C', join(folder, 'model'), 'way-out']);
  execFileSync('tar', ['-rf', through, '-C', folder, '--transform=s,^model/lib,way-out,', 'model/lib']);
  await expect(unpackArchive({ path: through, name: 'through.tar' }, join(folder, 'out2'))).rejects.toThrow(
    'unpack',
  );
  expect(await readdir(elsewhere)).toEqual(['kept']);
});

test('a zip is unpacked like a tar, and what is no archive is named', async () => {
  await packModel();
  const zip = 'import sys, zipfile; zipfile.ZipFile(sys.argv[1], "w").writestr("bin/run", "x")';
  execFileSync('python3', ['-c', zip, join(folder, 'model.zip')]);
  const out = join(folder, 'out');
  await unpackArchive({ path: join(folder, 'model.zip'), name: 'model.zip' }, out);
  expect(await readFile(join(out, 'bin/run'), 'utf8')).toBe('x');
  await writeFile(join(folder, 'text.tar.gz'), 'Sign in to download');
  const text = { path: join(folder, 'text.tar.gz'), name: 'text.tar.gz' };
  await expect(unpackArchive(text, join(folder, 'out3'))).rejects.toThrow('Could not read text.tar.gz');
});
