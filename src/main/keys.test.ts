import { expect, test } from 'vitest';
import { authStateKeys, fingerprintOf, keysFrom, sharedKeys } from './keys.ts';

const own = { cookieKey: 'cookie', tokenKey: 'token', proxyToken: 'proxy' };
const none = { cookieSecret: null, proxyToken: null };

test('a hub alone has the keys of its folder, except for those that the file says', () => {
  expect(keysFrom(none, own)).toEqual(own);
  const keys = keysFrom({ cookieSecret: 'c', proxyToken: 'p' }, own);
  expect(keys).toMatchObject({ cookieKey: 'c', proxyToken: 'p' });
  expect(keys.tokenKey).not.toBe(own.tokenKey);
});

test('hubs that are given the same secrets have the same keys, in the file or in the environment', () => {
  const file = sharedKeys({ cookieSecret: 'c', proxyToken: 'p' }, {});
  expect(sharedKeys(none, { CONFIGPROXY_AUTH_TOKEN: 'p', JPY_COOKIE_SECRET: 'c' })).toEqual(file);
  expect(keysFrom({ cookieSecret: 'c', proxyToken: 'p' }, own)).toEqual(file);
});

test('the proxy’s token alone is enough, and no key is another or shows in the fingerprint', () => {
  const keys = sharedKeys({ cookieSecret: null, proxyToken: 'p' }, {});
  expect(new Set([...Object.values(keys), fingerprintOf(keys)]).size).toBe(4);
  expect(fingerprintOf(keys)).toBe(fingerprintOf(sharedKeys(none, { CONFIGPROXY_AUTH_TOKEN: 'p' })));
  expect(fingerprintOf({ ...keys, proxyToken: 'q' })).not.toBe(fingerprintOf(keys));
});

test('without a secret that hubs and proxies share, it is said how to make one', () => {
  expect(() => sharedKeys(none, { CONFIGPROXY_AUTH_TOKEN: '' })).toThrow('openssl rand -hex 32');
});

test('what logins leave behind is sealed with the key of the file or the environment, and the hub’s own opens too', () => {
  const [alone = '', ...others] = authStateKeys({ authStateKeys: null }, {}, own);
  expect(others).toEqual([]);
  const environment = { JUPYTERHUB_CRYPT_KEY: 'one; two' };
  expect(authStateKeys({ authStateKeys: null }, environment, own)).toEqual(['one', 'two', alone]);
  expect(authStateKeys({ authStateKeys: ['three'] }, environment, own)).toEqual(['three', alone]);
});
