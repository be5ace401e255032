import { expect, test } from 'vitest';
import { HubError } from '../domain/errors.ts';
import { parseTarget } from './target.ts';

test.each([
  ['http://127.0.0.1:8888', { key: 'http://127.0.0.1:8888', host: '127.0.0.1', port: 8888, basePath: '' }],
  ['http://hub', { host: 'hub', port: 80, secure: false, hostHeader: 'hub' }],
  ['https://hub/base/', { host: 'hub', port: 443, secure: true, basePath: '/base' }],
  ['http://[::1]:81/', { host: '::1', port: 81, hostHeader: '[::1]:81', basePath: '' }],
  [
    'http+unix://%2Frun%2Fx.sock/base',
    { socketPath: '/run/x.sock', key: 'unix:/run/x.sock', basePath: '/base' },
  ],
  ['unix+http://%2Frun%2Fx.sock', { socketPath: '/run/x.sock', basePath: '', hostHeader: 'localhost' }],
])('%s is a target', (text, expected) => {
  expect(parseTarget(text)).toMatchObject({ url: text, ...expected });
});

test.each([
  '',
  'hub:8081',
  '127.0.0.1:8888',
  'ftp://hub',
  'http://',
  'http://a?b',
  'http://u:p@h',
  'http+unix://%',
])('%s is refused as a target', (text) => {
  expect(() => parseTarget(text)).toThrow(HubError);
});
