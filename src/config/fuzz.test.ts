import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { stringify } from 'yaml';
import { describeAdmission } from './admission.ts';
import { effectiveValues } from './explain/effective.ts';
import { explainKey } from './explain/explain.ts';
import { formatFindings } from './format.ts';
import { checkText } from './load.ts';
import { migrateText } from './migrate/migrate.ts';

const SECRET = 'QWErtyUIOP42';

/** Each run takes other seeds; FUZZ=100 runs a hundred times as many. */
const FACTOR = Number(process.env.FUZZ ?? 1);
// Generous: the machine may be busy.
vi.setConfig({ testTimeout: 120_000 * FACTOR });
const runs = (usual: number) => ({ numRuns: usual * FACTOR });

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

/** Keys to explain: some that hold secrets, some that hold anything. */
const EXPLAINED = [
  'auth.dummy.password',
  'proxy.secretToken',
  'hub.extraConfig',
  'hub.config',
  'hub.extraEnv',
  'custom',
];

/** All that anyone would read of a file, whatever was asked: `check`, `check --explain`, `config show`, `migrate`. */
function outputOf(text: string): string {
  const loaded = checkText(text, 'config.yaml');
  const lines = formatFindings(loaded.findings, { sources: loaded.sources });
  const shown = JSON.stringify(loaded.config ?? null);
  const isWhole = loaded.complete && loaded.values !== undefined;
  const effective = isWhole ? JSON.stringify(effectiveValues(loaded.lifted, loaded.generation)) : '';
  // One of them each time: explaining is slower than reading.
  const explained = [explainKey(EXPLAINED[text.length % EXPLAINED.length]!, loaded)];
  const admission = loaded.config === undefined ? '' : describeAdmission(loaded.config.login);
  // What is migrated is a file of the same secrets; what is said about it must have none.
  const migrated = formatFindings(migrateText(text, 'config.yaml').findings, { sources: loaded.sources });
  const findings = JSON.stringify(loaded.findings);
  return [lines, findings, shown, effective, ...explained, admission, migrated].join('\n');
}

test('no text makes the reading throw', () => {
  const ascii = fc.string({ unit: fc.constantFrom(...' \t\n:-[]{}#&*!|>\'"%@`,?a1~<$\\'), maxLength: 200 });
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), ascii), (text) => {
      expect(outputOf(text)).toBeTypeOf('string');
    }),
    runs(250),
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
    runs(250),
  );
});

/** Every place that holds a secret, in files that load: in the names of the first charts, and in today's. */
const OLD = `
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

const CURRENT = `
course: {adminPassword: '${SECRET}1'}
hub:
  extraEnv:
    OAUTH_CLIENT_SECRET: ${SECRET}2
    DATABASE: postgres://me:${SECRET}3@db
  extraFiles:
    key: {mountPath: /key, stringData: ${SECRET}4}
  extraConfig:
    01-more: |
      c.GenericOAuthenticator.client_secret = '${SECRET}5'
      c.KubeSpawner.environment['TOKEN'] = "${SECRET}6"
      token = '${SECRET}7'
      c.Spawner.pre_spawn_hook = lambda spawner: '${SECRET}8'
  loadRoles: {grader: {scopes: [self], users: [anna]}}
  config:
    JupyterHub:
      authenticator_class: generic-oauth
      db_url: postgres://me:${SECRET}9@db
      services: [{name: grader, api_token: ${SECRET}11}]
    GenericOAuthenticator:
      client_id: ${SECRET}12
      token_params: {client_secret: ${SECRET}13}
      token_url: https://me:${SECRET}14@example.org/token
    SharedPasswordAuthenticator:
      user_password: ${SECRET}15
    LDAPAuthenticator: {lookup_dn_search_password: ${SECRET}17}
    LTI11Authenticator:
      consumers: {moodle: ${SECRET}18}
    NativeAuthenticator: {secret_key: ${SECRET}19, recaptcha_secret: ${SECRET}20}
    MyAuthenticator: {anything: ${SECRET}21}
    KubeSpawner:
      environment: {TOKEN: ${SECRET}22}
custom: {key: ${SECRET}23}
singleuser:
  extraEnv: {TOKEN: {value: ${SECRET}24}}
  extraFiles:
    key: {mountPath: /key, data: {token: ${SECRET}25}}
  initContainers: [{name: one, env: [{name: TOKEN, value: ${SECRET}26}]}]
  profileList: [{display_name: One, kubespawner_override: {environment: {TOKEN: ${SECRET}27}}}]
`.trimStart();

test.each([
  ['of the first charts', OLD],
  ["in today's names", CURRENT],
])('no secret of a file %s is ever shown, whatever slips in the typing', (_, full) => {
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
  const gaps = [...full.matchAll(/(?<![\w"'])|(?![\w"'])/g)].map(({ index }) => index);
  const typed = fc
    .array(fc.tuple(fc.constantFrom(...gaps), slip), { minLength: 1, maxLength: 3 })
    .map((slips) =>
      slips
        .toSorted(([a], [b]) => b - a)
        .reduce((text, [at, what]) => text.slice(0, at) + what + text.slice(at), full),
    );
  fc.assert(
    fc.property(typed, (text) => {
      expect(outputOf(text)).not.toContain(SECRET);
    }),
    runs(400),
  );
});
