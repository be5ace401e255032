import { describe, expect, test } from 'vitest';
import type { Claim } from '../../kubernetes/kube-object.ts';
import { isMoreStorage } from '../../kubernetes/quantity.ts';
import { findClaim } from './claims.ts';
import { SERVERNAME, USERNAME } from './manifest-labels.ts';
import { PLAIN_RECIPE, type PodRecipe } from './pod-recipe.ts';

const settings = { namespace: 'course', instance: 'course', naming: 'safe', labExtension: false } as const;

const named = (name: string, serverName = '') => ({ owner: { id: 1, name }, serverName });
const claim = (name: string, owner?: string, server?: string): Claim => ({
  metadata: {
    name,
    uid: `uid-${name}`,
    resourceVersion: '1',
    annotations: { ...(owner ? { [USERNAME]: owner } : {}), ...(server ? { [SERVERNAME]: server } : {}) },
  },
  spec: {},
});
const find = (claims: readonly Claim[], who: ReturnType<typeof named>, changes: Partial<PodRecipe> = {}) =>
  findClaim(claims, { ...PLAIN_RECIPE, ...changes }, who, settings)?.metadata.name ?? null;

describe('a claim', () => {
  test('is found by what it says of its owner, whatever it is called', () => {
    expect(find([claim('any-name', 'anna'), claim('claim-bea', 'bea')], named('anna'))).toBe('any-name');
  });

  test.each([
    ['claim-user-email-com---0925f997', 'the safe scheme'],
    ['claim-user-40email-2ecom', 'the older schemes'],
  ])('is found as %s, by %s, where it says nothing of its owner', (name) => {
    expect(find([claim(name)], named('user@email.com'))).toBe(name);
  });

  test('is found as KubeSpawner 0.10 called that of a named server', () => {
    const changes = { pvcNameTemplate: 'claim-{username}{servername}' };
    expect(find([claim('claim-anna-2dgpu')], named('anna', 'gpu'), changes)).toBe('claim-anna-2dgpu');
  });

  test('of one server is not that of another server of the same user', () => {
    expect(find([claim('claim-anna', 'anna')], named('anna', 'gpu'))).toBeNull();
    expect(find([claim('claim-anna--gpu', 'anna', 'gpu')], named('anna', 'gpu'))).toBe('claim-anna--gpu');
  });

  test('is for all servers of a user where its name is', () => {
    const changes = { pvcNameTemplate: 'claim-{username}' };
    expect(find([claim('claim-anna', 'anna')], named('anna', 'gpu'), changes)).toBe('claim-anna');
  });

  test('that is not the only one ends the start, and both are named', () => {
    const two = [claim('claim-anna', 'anna'), claim('old-anna', 'anna')];
    expect(() => find(two, named('anna'))).toThrow('claim-anna, old-anna');
    const unsigned = [claim('claim-user-email-com---0925f997'), claim('claim-user-40email-2ecom')];
    expect(() => find(unsigned, named('user@email.com'))).toThrow('more than one disk');
  });

  test('of somebody else is never used, though it has the name that ours should have', () => {
    const changes = { pvcNameTemplate: 'claim-{username}{servername}' };
    const taken = [claim('claim-annagpu', 'anna', 'gpu')];
    expect(() => find(taken, named('annagpu'), changes)).toThrow('belongs to anna');
  });

  test('is made where there is none', () => {
    expect(find([claim('claim-bea', 'bea')], named('anna'))).toBeNull();
  });
});

test.each([
  ['10Gi', '1Gi', true],
  ['1Gi', '10Gi', false],
  ['1G', '1Gi', false],
  ['2000M', '1.5G', true],
  ['much', '1Gi', false],
])('%s is more storage than %s: %s', (amount, than, expected) => {
  expect(isMoreStorage(amount, than)).toBe(expected);
});
