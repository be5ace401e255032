import { describe, expect, it } from 'vitest';
import { type AllowRule, accountName, isAdmin, isAllowed, NOBODY } from './allow-rule.ts';

const anna = { name: 'anna', memberships: new Set(['group:students']) };

function allowed(rule: Partial<AllowRule>, { exists = false, who = anna } = {}): boolean {
  return isAllowed(who, { ...NOBODY, ...rule }, { exists });
}

describe('who is let in', () => {
  it.each<readonly [string, boolean, Partial<AllowRule>]>([
    ['nobody whom nothing names', false, {}],
    ['everyone', true, { allowAll: true }],
    ['a listed user', true, { users: new Set(['anna']) }],
    ['not another one', false, { users: new Set(['bert']) }],
    ['an administrator', true, { admins: new Set(['anna']) }],
    ['an instructor', true, { instructors: new Set(['anna']) }],
    ['a member', true, { memberships: new Set(['group:students']) }],
    ['a member of administrators', true, { adminMemberships: new Set(['group:students']) }],
    ['a member who is not listed', true, { users: new Set(['bert']), memberships: anna.memberships }],
    ['not who is kept out', false, { allowAll: true, blocked: new Set(['anna']) }],
    [
      'not an administrator who is kept out',
      false,
      { admins: new Set(['anna']), blocked: new Set(['anna']) },
    ],
    ['not a name of another form', false, { allowAll: true, pattern: /^s\d+$/ }],
    ['not somebody with an account, unless the rule says so', false, { users: new Set(['bert']) }],
  ])('%s', (_, expected, rule) => {
    expect(allowed(rule, { exists: true })).toBe(expected);
  });

  it('whoever has an account, where the rule says so, and nobody else', () => {
    expect(allowed({ existingUsers: true }, { exists: true })).toBe(true);
    expect(allowed({ existingUsers: true }, { exists: false })).toBe(false);
  });

  it.each<readonly [string, boolean, Partial<AllowRule>]>([
    ['everyone where no list is given', true, { allowAll: true }],
    ['who is listed and a member', true, { users: new Set(['anna']), memberships: anna.memberships }],
    ['not a member who is not listed', false, { users: new Set(['bert']), memberships: anna.memberships }],
    ['not a listed user who is no member', false, { users: new Set(['anna']), memberships: new Set(['x']) }],
    [
      'not an administrator who is no member',
      false,
      { admins: new Set(['anna']), memberships: new Set(['x']) },
    ],
    ['an administrator who is not listed', true, { admins: new Set(['anna']), users: new Set(['bert']) }],
  ])('as before OAuthenticator 16: %s', (_, expected, rule) => {
    expect(allowed({ ...rule, combine: 'all' })).toBe(expected);
  });
});

it('makes administrators of those who are listed or belong, and takes it from those who no longer do', () => {
  const groups = { ...NOBODY, adminMemberships: new Set(['group:teachers']) };
  expect(isAdmin(anna, NOBODY)).toBeUndefined();
  expect(isAdmin(anna, groups)).toBe(false);
  expect(isAdmin(anna, { ...groups, admins: new Set(['anna']) })).toBe(true);
  expect(isAdmin({ name: 'bert', memberships: new Set(['group:teachers']) }, groups)).toBe(true);
});

it('knows people by their names in small letters, or by the name that the rule gives them', () => {
  const rule = { ...NOBODY, nameMap: new Map([['anna@example.org', 'anna']]) };
  expect(accountName(' Bert ', rule)).toBe('bert');
  expect(accountName('Anna@Example.org', rule)).toBe('anna');
});
