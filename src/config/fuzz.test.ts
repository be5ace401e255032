import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { effectiveValues } from './explain/effective.ts';
import { formatFindings } from './format.ts';
import { checkText } from './load.ts';
import { migrateText } from './migrate/migrate.ts';

const SECRET = 'QWErtyUIOP42';

const KEYS = [
  'auth',
  'hub',
  'singleuser',
  'proxy',
  'cull',
  'course',
  'polder',
  'config',
  'type',
  'dummy',
  'custom',
  'users',
  'whitelist',
  'admin',
  'memory',
  'cpu',
  'limit',
  'storage',
  'extraEnv',
  'image',
  'name',
  'tag',
  'JupyterHub',
  'Authenticator',
  'DummyAuthenticator',
  'allowed_users',
  'className',
  'https',
  'enabled',
  '<<',
  '__proto__',
  '',
]; // prettier-ignore
const TEXTS = [
  'dummy',
  'custom',
  'none',
  'dynamic',
  '4G',
  '4Gi',
  '$' + '{x}',
  '<y>',
  '*',
  'yes',
  '012',
  '1e400',
  '\t',
  '\u0000',
];

const scalar = fc.oneof(fc.constantFrom(...TEXTS), fc.string(), fc.double(), fc.boolean(), fc.constant(null));
const { values } = fc.letrec<{ values: unknown }>((tie) => ({
  values: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    scalar,
    fc.array(tie('values'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom(...KEYS), tie('values'), { maxKeys: 6 }),
  ),
}));

/** All that anyone would read of what was found. */
function outputOf(text: string): string {
  const loaded = checkText(text, 'config.yaml');
  const lines = formatFindings(loaded.findings, { sources: loaded.sources });
  const shown = JSON.stringify(loaded.config ?? null);
  const isWhole = loaded.complete && loaded.values !== undefined;
  const effective = isWhole ? JSON.stringify(effectiveValues(loaded.lifted, loaded.generation)) : '';
  return `${lines}\n${JSON.stringify(loaded.findings)}\n${shown}\n${effective}`;
}

test('no text makes the reading throw', () => {
  const ascii = fc.string({ unit: fc.constantFrom(...' \t\n:-[]{}#&*!|>\'"%@`,?a1~<$\\'), maxLength: 200 });
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), ascii), (text) => {
      expect(outputOf(text)).toBeTypeOf('string');
      expect(migrateText(text, 'config.yaml').findings).toBeDefined();
    }),
    { numRuns: 500 },
  );
});

test('a key without a value is carried over', () => {
  expect(migrateText('? course\n', 'config.yaml').text).toContain('course');
});

test('no values make the reading throw', () => {
  fc.assert(
    fc.property(values, (value) => {
      const text = stringify(value);
      expect(outputOf(text)).toBeTypeOf('string');
      const { text: migrated } = migrateText(text, 'config.yaml');
      // What was carried over can be read again, and has nothing left to carry over.
      if (migrated !== undefined) expect(migrateText(migrated, 'config.yaml').text).toBe(migrated);
    }),
    { numRuns: 500 },
  );
});

/** Every place that holds a secret, in a file that loads. */
const FULL = `
auth:
  type: dummy
  dummy: {password: ${SECRET}1}
  whitelist: {users: [anna]}
  admin:
    users: [admin]
  github: {clientId: ${SECRET}2, clientSecret: "${SECRET}3"}
  state:
    cryptoKey: ${SECRET}4
  custom:
    className: a.B
    config:
      client_secret: ${SECRET}5
polder: {adminPassword: '${SECRET}6'}
proxy:
  secretToken: ${SECRET}7
  https:
    manual:
      key: |
        -----BEGIN
        ${SECRET}8
hub:
  cookieSecret: ${SECRET}9
  extraEnv:
    GRADER: ${SECRET}10
  db:
    url: postgres://me:${SECRET}11@db
  services:
    grader: {apiToken: ${SECRET}12}
  config:
    CryptKeeper:
      keys:
        - ${SECRET}13
singleuser:
  memory: {limit: 4G}
  extraEnv:
    - name: TOKEN
      value: ${SECRET}15
imagePullSecret: {password: ${SECRET}16}
proxy2: https://me:${SECRET}17@example.org
`.trimStart();

test('no secret is ever shown, whatever slips in the typing', () => {
  const slip = fc.constantFrom(
    '\t',
    '  ',
    '\n',
    '[',
    '}',
    '"',
    "'",
    '- ',
    ': ',
    '*x ',
    '|\n',
    '# ',
    '\u0000',
    'Gi',
    '<a>',
    '$' + '{b}',
  );
  // Slips fall anywhere but inside a key's or a secret's own word, which would make another word of it.
  const gaps = [...FULL.matchAll(/(?<![\w"'])|(?![\w"'])/g)].map(({ index }) => index);
  const typed = fc
    .array(fc.tuple(fc.constantFrom(...gaps), slip), { minLength: 1, maxLength: 3 })
    .map((slips) =>
      slips
        .toSorted(([a], [b]) => b - a)
        .reduce((text, [at, what]) => text.slice(0, at) + what + text.slice(at), FULL),
    );
  fc.assert(
    fc.property(typed, (text) => {
      expect(outputOf(text)).not.toContain(SECRET);
    }),
    { numRuns: 1500 },
  );
});
