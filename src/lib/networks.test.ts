import { describe, expect, it } from 'vitest';
import { isNetwork, networkMatcher } from './networks.ts';

describe('networks', () => {
  it.each([
    ['10.1.2.3', true],
    ['10.0.0.0/8', true],
    ['fd00::/8', true],
    ['::1', true],
    ['10.0.0.0/33', false],
    ['10.0.0.0/', false],
    ['10.0.0.0/8/8', false],
    ['10.0.0', false],
    ['proxy.example.org', false],
    ['', false],
  ])('“%s” is one: %s', (text, expected) => {
    expect(isNetwork(text)).toBe(expected);
  });

  it('know what is in them', () => {
    const matches = networkMatcher(['10.0.0.0/8', '192.0.2.1', 'fd00::/8']);
    const inside = ['10.255.0.1', '192.0.2.1', '::ffff:10.0.0.1', 'fd12::1'];
    const outside = ['11.0.0.1', '192.0.2.2', 'fe80::1', 'unknown', ''];
    expect(inside.filter(matches)).toEqual(inside);
    expect(outside.filter(matches)).toEqual([]);
  });
});
