import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BUILT_IN_SCOPES } from './role.ts';
import {
  allows,
  allowsSome,
  expandScopes,
  intersectScopes,
  isKnownScope,
  isWithin,
  listScopes,
  type Membership,
  type ScopeSet,
  type ScopeSubject,
  unionScopes,
  withMembers,
} from './scope.ts';

const USERS = ['anna', 'ben', 'user=anna', 'ö@example.org'];
const SERVERS = ['', 'lab', 'user'];
const SCOPES = [
  'users',
  'read:users',
  'read:users:name',
  'list:users',
  'servers',
  'read:servers',
  'access:servers',
  'tokens',
  'admin:users',
  'groups',
];

/** Everything that an operation can be about in this small world, and the operation about everything. */
const SUBJECTS: readonly (ScopeSubject | undefined)[] = [
  undefined,
  ...USERS.map((user) => ({ user })),
  ...USERS.flatMap((user) => SERVERS.map((server) => ({ user, server }))),
  { group: 'class-a' },
  { service: 'grader' },
];

const filter = fc.oneof(
  fc.constant(''),
  fc.constantFrom(...USERS).map((user) => `!user=${user}`),
  fc
    .tuple(fc.constantFrom(...USERS), fc.constantFrom(...SERVERS))
    .map(([user, server]) => `!server=${user}/${server}`),
  fc.constantFrom('!group=class-a', '!service=grader', '!user', '!server'),
);
const granted = fc.array(
  fc.tuple(fc.constantFrom(...SCOPES), filter).map(([scope, narrowed]) => scope + narrowed),
  { maxLength: 5 },
);
const owner = fc.record({ userName: fc.constantFrom(...USERS), serverName: fc.constantFrom(...SERVERS) });
const scopeSet = fc.tuple(granted, owner).map(([scopes, whose]) => expandScopes(scopes, whose));

/** Who is in which group; `(rest)` cannot be told name by name. */
const GROUPS: ReadonlyMap<string, Membership> = new Map([
  ['class-a', told('anna', 'ben')],
  ['class-b', told('ben', 'user=anna')],
  ['empty', told()],
  ['(rest)', { has: (name: string) => name !== 'anna' }],
]);

function told(...names: readonly string[]): Membership {
  return { has: (name) => names.includes(name), names };
}

const GROUP_SUBJECTS = [...SUBJECTS, ...[...GROUPS.keys()].map((group) => ({ group }))];

const grouped = fc.array(
  fc
    .tuple(
      fc.constantFrom(...SCOPES),
      fc.oneof(
        filter,
        fc.constantFrom(...GROUPS.keys()).map((group) => `!group=${group}`),
      ),
    )
    .map(([scope, narrowed]) => scope + narrowed),
  { maxLength: 5 },
);
const memberSet = fc
  .tuple(grouped, owner)
  .map(([scopes, whose]) => withMembers(expandScopes(scopes, whose), GROUPS));

/** Whether `expected` holds of every scope and subject of the small world. */
function expectEverywhere(
  result: ScopeSet,
  expected: (scope: string, subject: ScopeSubject | undefined) => boolean,
) {
  for (const scope of SCOPES) {
    for (const subject of SUBJECTS) {
      const context = `${scope} for ${JSON.stringify(subject)} in ${listScopes(result).join(' ')}`;
      expect(allows(result, scope, subject), context).toBe(expected(scope, subject));
    }
  }
}

describe('the algebra of scopes', () => {
  it('an intersection allows what both allow, and no more', () => {
    fc.assert(
      fc.property(scopeSet, scopeSet, (a, b) => {
        expectEverywhere(
          intersectScopes(a, b),
          (scope, subject) => allows(a, scope, subject) && allows(b, scope, subject),
        );
      }),
    );
  });

  it('a union allows what either allows, and no more', () => {
    fc.assert(
      fc.property(scopeSet, scopeSet, (a, b) => {
        expectEverywhere(
          unionScopes(a, b),
          (scope, subject) => allows(a, scope, subject) || allows(b, scope, subject),
        );
      }),
    );
  });

  it('one lies within another exactly when it allows nothing more', () => {
    fc.assert(
      fc.property(scopeSet, scopeSet, (a, b) => {
        const allowsNoMore = [...a.granted.keys()].every((scope) =>
          SUBJECTS.every((subject) => !allows(a, scope, subject) || allows(b, scope, subject)),
        );
        expect(isWithin(a, b)).toBe(allowsNoMore);
      }),
    );
  });

  it('neither argument is changed', () => {
    fc.assert(
      fc.property(scopeSet, scopeSet, (a, b) => {
        const before = [listScopes(a), listScopes(b)];
        intersectScopes(a, b);
        unionScopes(a, b);
        expect([listScopes(a), listScopes(b)]).toEqual(before);
      }),
    );
  });

  it('what is listed comes down to the same when it is read again', () => {
    fc.assert(
      fc.property(scopeSet, (scopes) => {
        const again = expandScopes(listScopes(scopes), { userName: 'nobody' });
        expectEverywhere(again, (scope, subject) => allows(scopes, scope, subject));
        expect(listScopes(again)).toEqual(listScopes(scopes));
      }),
    );
  });

  it('a filtered scope allows its scope for something, and never for everything', () => {
    fc.assert(
      fc.property(fc.constantFrom(...SCOPES), filter, owner, (scope, narrowed, whose) => {
        const scopes = expandScopes([scope + narrowed], whose);
        expect(allowsSome(scopes, scope)).toBe(true);
        expect(allows(scopes, scope)).toBe(narrowed === '');
      }),
    );
  });
});

describe('the algebra of scopes for members of groups', () => {
  /** What is said of a person, by naming each that a scope comes down to: no other way to think of groups than that. */
  const coversByName = (scopes: ScopeSet, scope: string, subject: ScopeSubject | undefined): boolean => {
    const filters = scopes.granted.get(scope) ?? new Set<string>();
    if (filters === 'all') return true;
    const members = [...filters].flatMap((filter) =>
      filter.startsWith('group=')
        ? USERS.filter((name) => GROUPS.get(filter.slice('group='.length))!.has(name))
        : [],
    );
    const byName = {
      granted: new Map([[scope, new Set([...filters, ...members.map((name) => `user=${name}`)])]]),
    };
    return allows(byName, scope, subject);
  };

  const expectOfMembers = (
    result: ScopeSet,
    expected: (scope: string, subject: ScopeSubject | undefined) => boolean,
  ) => {
    for (const scope of SCOPES) {
      for (const subject of GROUP_SUBJECTS) {
        const context = `${scope} for ${JSON.stringify(subject)} in ${listScopes(result).join(' ')}`;
        expect(allows(result, scope, subject), context).toBe(expected(scope, subject));
      }
    }
  };

  it('a group is as good as the names of its members', () => {
    fc.assert(
      fc.property(memberSet, (scopes) =>
        expectOfMembers(scopes, (scope, subject) => coversByName(scopes, scope, subject)),
      ),
    );
  });

  it('an intersection and a union allow what both and either allow', () => {
    fc.assert(
      fc.property(memberSet, memberSet, (a, b) => {
        const [inA, inB] = [a, b].map(
          (set) => (scope: string, subject?: ScopeSubject) => coversByName(set, scope, subject),
        );
        expectOfMembers(
          intersectScopes(a, b),
          (scope, subject) => inA!(scope, subject) && inB!(scope, subject),
        );
        expectOfMembers(unionScopes(a, b), (scope, subject) => inA!(scope, subject) || inB!(scope, subject));
      }),
    );
  });

  it('what lies within another allows nothing more', () => {
    fc.assert(
      fc.property(memberSet, memberSet, (a, b) => {
        if (!isWithin(a, b)) return;
        for (const scope of SCOPES) {
          for (const subject of GROUP_SUBJECTS) {
            if (coversByName(a, scope, subject)) expect(coversByName(b, scope, subject)).toBe(true);
          }
        }
      }),
    );
  });
});

describe('expanding scopes', () => {
  const anna = { userName: 'anna' };

  it('brings what a scope carries with it, under the same filter', () => {
    const scopes = expandScopes(['admin:users!user=ben'], anna);
    expect(listScopes(scopes)).toEqual(
      [
        'admin:auth_state',
        'admin:users',
        'delete:users',
        'list:users',
        'read:roles:users',
        'read:users',
        'read:users:activity',
        'read:users:groups',
        'read:users:name',
        'users',
        'users:activity',
      ].map((scope) => `${scope}!user=ben`),
    );
  });

  it('the user role is about oneself alone', () => {
    const scopes = expandScopes(BUILT_IN_SCOPES.user, anna);
    expect(listScopes(scopes).every((scope) => scope.endsWith('!user=anna'))).toBe(true);
    expect(allows(scopes, 'servers', { user: 'anna', server: 'lab' })).toBe(true);
    expect(allows(scopes, 'servers', { user: 'ben', server: 'lab' })).toBe(false);
  });

  it('the role of a server opens that server and tells of its owner’s activity', () => {
    const scopes = expandScopes(BUILT_IN_SCOPES.server, { userName: 'anna', serverName: 'lab' });
    expect(listScopes(scopes)).toEqual([
      'access:servers!server=anna/lab',
      'read:users:activity!user=anna',
      'users:activity!user=anna',
    ]);
  });

  it.each([
    '(no_scope)',
    'inherit',
    'no:such:scope',
    'constructor',
    '__proto__',
    'read:users!',
    'read:users!user=',
    'read:users!USER=anna',
    'read:users!room=101',
    'access:servers!server',
    'read:groups!group',
    '!user=anna',
    '',
  ])('“%s” grants nothing', (scope) => {
    expect(listScopes(expandScopes([scope], anna))).toEqual([]);
  });

  it('an unfiltered scope swallows the filtered ones, in any order', () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray(['read:users', 'read:users!user=ben', 'read:users!user'], { minLength: 3 }),
        (list) => {
          expect(allows(expandScopes(list, anna), 'read:users')).toBe(true);
        },
      ),
    );
  });
});

describe('knowing scopes', () => {
  it.each([
    'self',
    'inherit',
    '(no_scope)',
    'read:users',
    'read:users!user',
    'access:servers!server=anna/lab',
  ])('“%s” is one', (scope) => expect(isKnownScope(scope)).toBe(true));

  it.each(['selfish', 'self!user', 'read:users!room=101', 'toString', 'read:users!', ''])(
    '“%s” is none',
    (scope) => expect(isKnownScope(scope)).toBe(false),
  );
});
