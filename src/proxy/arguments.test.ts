import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommanderError } from 'commander';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HubError } from '../domain/errors.ts';
import { parseProxyArguments } from './arguments.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proxy-arguments-'));
  for (const name of ['key', 'cert', 'ca']) await writeFile(join(folder, name), name);
});
afterAll(() => rm(folder, { recursive: true }));

const file = (name: string) => join(folder, name);
const options = (...argv: string[]) =>
  parseProxyArguments(argv, { CONFIGPROXY_AUTH_TOKEN: 'secret' }).options;

describe('the command line of configurable-http-proxy', () => {
  test('without arguments leaves the defaults to the proxy', () => {
    expect(parseProxyArguments([], {})).toMatchObject({
      options: { xForward: true, prependPath: true, includePrefix: true },
      logLevel: 'info',
      pidFile: undefined,
      warnings: [expect.stringContaining('CONFIGPROXY_AUTH_TOKEN')],
    });
    expect(Object.keys(parseProxyArguments([], {}).options)).toHaveLength(3);
  });

  test('as JupyterHub starts it', () => {
    const given = options(
      ...['--ip', '', '--port', '8000', '--api-ip', '127.0.0.1', '--api-port', '8001'],
      ...['--error-target', 'http://127.0.0.1:8081/hub/error', '--log-level', 'INFO'],
    );
    expect(given).toMatchObject({
      ip: '',
      port: 8000,
      apiIp: '127.0.0.1',
      apiPort: 8001,
      authToken: 'secret',
      errorTarget: 'http://127.0.0.1:8081/hub/error',
    });
  });

  test.each([
    [['--socket=/x'], { socket: '/x' }],
    [['--api-socket=/x'], { apiSocket: '/x' }],
    [['--metrics-port=9', '--metrics-ip=1.1.1.1'], { metricsPort: 9, metricsIp: '1.1.1.1' }],
    [['--metrics-socket=/x'], { metricsSocket: '/x' }],
    [['--default-target=http://x'], { defaultTarget: 'http://x' }],
    [['--error-path=/x'], { errorPath: '/x' }],
    [['--follow=http://a/x/'], { follow: { hubs: ['http://a/x/'], token: 'secret' } }],
    [
      ['--follow=http://a/', '--follow', 'https://b/', '--route-file=/x'],
      { follow: { hubs: ['http://a/', 'https://b/'], token: 'secret', routeFile: '/x' } },
    ],
    [['--no-x-forward'], { xForward: false }],
    [['--no-prepend-path'], { prependPath: false }],
    [['--no-include-prefix'], { includePrefix: false }],
    [['--auto-rewrite'], { autoRewrite: true }],
    [['--change-origin'], { changeOrigin: true }],
    [['--protocol-rewrite=https'], { protocolRewrite: 'https' }],
    [
      ['--custom-header', 'k1:v1', '--custom-header', ' k2 : v: 2 '],
      { customHeaders: { k1: 'v1', k2: 'v: 2' } },
    ],
    [['--insecure'], { insecure: true }],
    [['--host-routing'], { hostRouting: true }],
    [
      ['--timeout=1', '--proxy-timeout=2', '--keep-alive-timeout=3', '--close-timeout=4'],
      { timeout: 1, proxyTimeout: 2, keepAliveTimeout: 3, closeTimeout: 4 },
    ],
  ])('%j', (argv, expected) => {
    expect(options(...argv)).toMatchObject(expected);
  });

  test('certificates of all three kinds are read', () => {
    const given = parseProxyArguments(
      [
        ...[
          '--ssl-key',
          file('key'),
          '--ssl-cert',
          file('cert'),
          '--ssl-ca',
          file('ca'),
          '--ssl-request-cert',
        ],
        ...[
          '--ssl-reject-unauthorized',
          '--ssl-ciphers=HIGH',
          '--ssl-protocol=TLSv1_2',
          '--redirect-port=80',
        ],
        ...['--redirect-to=443', '--api-ssl-key', file('key'), '--api-ssl-cert', file('cert')],
        ...[
          '--client-ssl-key',
          file('key'),
          '--client-ssl-cert',
          file('cert'),
          '--client-ssl-ca',
          file('ca'),
        ],
      ],
      { CONFIGPROXY_SSL_KEY_PASSPHRASE: 'one', CONFIGPROXY_API_SSL_KEY_PASSPHRASE: 'two' },
    );
    const bytes = (name: string) => Buffer.from(name);
    const common = { ciphers: 'HIGH', minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' };
    expect(given.options).toMatchObject({
      ssl: {
        key: bytes('key'),
        cert: bytes('cert'),
        ca: bytes('ca'),
        requestCert: true,
        passphrase: 'one',
        ...common,
      },
      apiSsl: { key: bytes('key'), cert: bytes('cert'), passphrase: 'two', ...common },
      clientSsl: { key: bytes('key'), cert: bytes('cert'), ca: bytes('ca') },
      redirectPort: 80,
      redirectTo: 443,
    });
    expect(given.certificateFiles).toEqual([file('key'), file('cert'), file('ca')]);
    expect(given.readCertificate()).toEqual(given.options.ssl);
  });
});

describe('what cannot be honoured', () => {
  test.each([
    [['--storage-backend=redis'], /kept in memory only/],
    [['--error-target=http://x', '--error-path=/x'], /Pick one/],
    [['--redirect-port=80'], /--ssl-key/],
    [['--route-file=/x'], /--follow/],
    [['--ssl-key=/nowhere'], /\/nowhere cannot be read/],
    [['--ssl-protocol=SSLv3', '--ssl-key', 'KEY'], /TLSv1_2/],
  ])('%j is refused', (argv, message) => {
    const given = argv.map((argument) => (argument === 'KEY' ? file('key') : argument));
    expect(() => options(...given)).toThrow(HubError);
    expect(() => options(...given)).toThrow(message);
  });

  test('to follow a hub without a token is refused', () => {
    expect(() => parseProxyArguments(['--follow=http://a/'], {})).toThrow('CONFIGPROXY_AUTH_TOKEN');
  });

  test.each([
    ['--port=http'],
    ['--follow=hub:8081'],
    ['--follow=here'],
    ['--port=65536'],
    ['--api-port=-1'],
    ['--timeout=soon'],
    ['--log-level=loud'],
    ['--protocol-rewrite=ftp'],
    ['--custom-header=nothing'],
    ['--custom-header=a b:c'],
    ['--custom-header=a:b\r\nc:d'],
    ['--unknown'],
    ['surplus'],
    ['--socket=/x', '--port=1'],
    ['--api-socket=/x', '--api-port=1'],
  ])('%s is not understood', (...argv) => {
    const silent = process.stderr.write;
    process.stderr.write = () => true;
    try {
      expect(() => options(...argv)).toThrow(CommanderError);
    } finally {
      process.stderr.write = silent;
    }
  });

  test.each([
    [['--ssl-allow-rc4'], /RC4/],
    [['--client-ssl-request-cert'], /no effect/],
    [['--insecure'], /not checked/],
    [['--redirect-to=443'], /--redirect-port/],
    [['--ip=*'], /0\.0\.0\.0/],
  ])('%j is said to have no effect, or which', (argv, message) => {
    const { warnings } = parseProxyArguments(argv, { CONFIGPROXY_AUTH_TOKEN: 'secret' });
    expect(warnings).toEqual([expect.stringMatching(message)]);
  });
});
