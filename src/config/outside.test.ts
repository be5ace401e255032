import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { formatFindings } from './format.ts';
import { type LoadedConfig, loadConfig } from './load.ts';

const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII=',
  'base64',
);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'outside-'));
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());

async function load(course: string): Promise<LoadedConfig> {
  const file = join(folder, 'config.yaml');
  const login =
    'hub: {config: {Authenticator: {admin_users: [wim]}, DummyAuthenticator: {password: for-all}}}';
  await writeFile(file, `course:\n  ${course}\n${login}\n`);
  return loadConfig([file]);
}

const passwordOf = (loaded: LoadedConfig) =>
  loaded.config === undefined ? undefined : loaded.secrets.dummyAdminPassword;
const errorsOf = ({ findings }: LoadedConfig) =>
  findings
    .filter(({ severity }) => severity === 'error')
    .map(({ code, path, message }) => `${code}@${path}: ${message}`);

describe('a secret by reference', () => {
  test('is read from the environment, and is no secret in the file', async () => {
    vi.stubEnv('TEST_ADMIN_PASSWORD', 'only-mine');
    const loaded = await load('adminPassword: {env: TEST_ADMIN_PASSWORD}');
    expect(passwordOf(loaded)).toBe('only-mine');
    const plain = loaded.findings.find(({ code }) => code === 'secrets-in-file');
    expect(plain?.message).toBe(
      'The file holds secrets in plain text: `hub.config.DummyAuthenticator.password`.',
    );
    expect(loaded.findings.some(({ code }) => code === 'shared-password-opens-admin')).toBe(false);
  });

  test('is read from a file beside the values, without the line break at its end', async () => {
    await writeFile(join(folder, 'admin-password'), 'only mine \n');
    expect(passwordOf(await load('adminPassword: {file: admin-password}'))).toBe('only mine ');
  });

  test('is held against the others like one that stands in the file', async () => {
    vi.stubEnv('TEST_ADMIN_PASSWORD', 'for-all');
    expect(errorsOf(await load('adminPassword: {env: TEST_ADMIN_PASSWORD}'))[0]).toContain('same-password@');
  });

  test('that leads nowhere is an error, which does not repeat what may be the secret itself', async () => {
    await writeFile(join(folder, 'nothing-in-it'), '\n');
    const cases = {
      '{env: hunter2}':
        'secret-not-found@course.adminPassword: The environment variable that holds this secret is not set here.',
      '{file: hunter2}':
        'secret-not-found@course.adminPassword: The file that holds this secret cannot be used: there is no such file.',
      '{file: .}':
        'secret-not-found@course.adminPassword: The file that holds this secret cannot be used: it is no file.',
      '{file: /dev/zero}':
        'secret-not-found@course.adminPassword: The file that holds this secret cannot be used: it is no file.',
      '{file: nothing-in-it}':
        'secret-not-found@course.adminPassword: The file that holds this secret is empty.',
      '{env: hunter2, file: hunter2}':
        'missing-value@course.adminPassword: A reference to a secret has either `env` or `file`.',
      '{}': 'missing-value@course.adminPassword: A reference to a secret has either `env` or `file`.',
    };
    for (const [reference, error] of Object.entries(cases)) {
      const loaded = await load(`adminPassword: ${reference}`);
      expect(errorsOf(loaded), reference).toContain(error);
      expect(loaded.config).toBeUndefined();
      expect(formatFindings(loaded.findings, { sources: loaded.sources })).not.toContain('hunter2');
    }
  });
});

describe('a logo', () => {
  const logoOf = ({ config }: LoadedConfig) => config?.course.logo;

  test('is what the file holds, whatever it is called', async () => {
    await writeFile(
      join(folder, 'logo.svg'),
      '<?xml version="1.0"?>\n<!-- ours -->\n<svg xmlns="http://www.w3.org/2000/svg"/>',
    );
    await writeFile(join(folder, 'logo.bin'), PIXEL);
    expect(logoOf(await load('logo: logo.svg'))).toMatchObject({
      light: { type: 'image/svg+xml' },
      dark: null,
    });
    const both = logoOf(await load('logo: {light: logo.bin, dark: logo.svg}'));
    expect(both).toEqual({
      light: { type: 'image/png', base64: PIXEL.toString('base64') },
      dark: expect.objectContaining({ type: 'image/svg+xml' }),
    });
  });

  test('may stand in the file itself, and its type is what it is, not what is said', async () => {
    const loaded = await load(`logo: "data:text/html;base64,${PIXEL.toString('base64')}"`);
    expect(logoOf(loaded)?.light.type).toBe('image/png');
  });

  test('that is not there, too large or no picture is an error', async () => {
    await writeFile(join(folder, 'large.png'), Buffer.concat([PIXEL, Buffer.alloc(300_000)]));
    await writeFile(join(folder, 'page.svg'), '<html><svg></svg></html>');
    for (const [name, reason] of [
      ['missing.png', 'there is no such file'],
      ['large.png', 'it is larger than 200 kB'],
      ['page.svg', 'is no picture that browsers show'],
      ['data:image/svg+xml;base64,PGh0bWw+', 'is no picture that browsers show'],
    ]) {
      const errors = errorsOf(await load(`logo: {light: "${name}"}`));
      expect(errors, name).toHaveLength(1);
      expect(errors[0]).toContain('logo-unusable@course.logo.light');
      expect(errors[0]).toContain(reason);
    }
  });
});
