import { expect, it } from 'vitest';
import { fernetKey, openFernet } from './fernet.ts';

/** From the specification of Fernet. */
const KEY = 'cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=';
const TOKEN =
  'gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA==';
const key = fernetKey(KEY)!;
const token = Buffer.from(TOKEN);

it('opens what was sealed with one of the keys', () => {
  expect(openFernet(token, [Buffer.alloc(32, 7), key])).toBe('hello');
  expect(openFernet(token, [Buffer.alloc(32, 7)])).toBeUndefined();
  expect(openFernet(token, [])).toBeUndefined();
});

it('opens nothing that was changed, or is something else', () => {
  const changed = Buffer.from(TOKEN.replace('VWKZ', 'VWKA'));
  expect(openFernet(changed, [key])).toBeUndefined();
  expect(openFernet(token.subarray(0, 40), [key])).toBeUndefined();
  expect(openFernet(Buffer.from('{"plain": true}'), [key])).toBeUndefined();
});

it('reads keys in hex, in base64 and as they are', () => {
  expect(fernetKey(Buffer.from(key).toString('hex'))).toEqual(Buffer.from(key));
  expect(fernetKey('0123456789abcdef0123456789abcdef')).toEqual(
    Buffer.from('0123456789abcdef0123456789abcdef'),
  );
  expect(fernetKey('too short')).toBeUndefined();
});
