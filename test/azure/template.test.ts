/** Whole files to whole templates. `UPDATE_FIXTURES=1` rewrites what is expected; read the difference before you keep it. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { printJson } from '../../src/azure/arm.ts';
import type { AzureCourse } from '../../src/azure/course.ts';
import { templateOf } from '../../src/azure/template.ts';
import { NAME_RULES, type NameRule } from '../../src/config/azure-names.ts';
import { checkText } from '../../src/config/load.ts';
import { azureCourseOf } from '../../src/main/azure-course.ts';
import { schemasOrNull } from './azure-schemas.ts';

const schemas = schemasOrNull();

const FILES = {
  'manual-course': join('examples', 'hydrodynamics-course', 'config.yaml'),
  everything: join('test', 'azure', 'everything.yaml'),
};

for (const [name, file] of Object.entries(FILES)) {
  test(`the template of ${name} is the one that was looked at`, async () => {
    const text = await readFile(file, 'utf8');
    const template = templateOf(courseOf(/^azure:/m.test(text) ? text : `${text}\nazure: {}\n`));
    const path = join(import.meta.dirname, 'templates', `${name}.json`);
    if (process.env.UPDATE_FIXTURES === '1') await writeFile(path, printJson(template));
    expect(printJson(template)).toBe(await readFile(path, 'utf8'));
    expect(schemas?.problemsOf(template) ?? []).toEqual([]);
  });
}

test('a file that passes the checks gives a template that Azure’s schemas and naming rules know', () => {
  fc.assert(
    fc.property(azureSection, fc.string({ unit: 'binary', minLength: 1, maxLength: 200 }), (azure, name) => {
      const text = JSON.stringify({ course: { name }, azure });
      const loaded = checkText(text, 'config.yaml');
      fc.pre(loaded.config !== undefined);
      const template = templateOf(azureCourseOf(loaded.config));
      expect(schemas?.problemsOf(template) ?? []).toEqual([]);
      for (const { type, name } of template.resources) {
        const rule = RULES[type];
        if (rule) expect(name.split('/').at(-1)).toMatch(rule.pattern);
      }
      const { properties } = template.resources.find(({ type }) => type.endsWith('managedClusters'))!;
      // Azure's documentation of `az aks create`.
      expect(properties.dnsPrefix).toMatch(/^[A-Za-z0-9]([A-Za-z0-9-]{0,52}[A-Za-z0-9])?$/);
      expect([...String(properties.nodeResourceGroup)].length).toBeLessThanOrEqual(80);
      expect(template).toEqual(templateOf(azureCourseOf(loaded.config)));
    }),
    { numRuns: 150 },
  );
});

test('spot machines are only for servers, and nodes are told apart as the chart does it', () => {
  const azure = {
    cluster: { pools: [{ purpose: 'system' }, { name: 'spot', purpose: 'users', spot: true, max: 3 }] },
  };
  const { resources } = templateOf(courseOf(JSON.stringify({ azure })));
  const { agentPoolProfiles } = resources.find(({ type }) => type.endsWith('managedClusters'))!.properties;
  expect(agentPoolProfiles).toMatchObject([
    { mode: 'System', nodeLabels: { 'hub.jupyter.org/node-purpose': 'core' } },
    {
      mode: 'User',
      scaleSetPriority: 'Spot',
      nodeLabels: { 'hub.jupyter.org/node-purpose': 'user' },
      nodeTaints: ['hub.jupyter.org/dedicated=user:NoSchedule'],
    },
  ]);
});

test('a name in brackets stays a name', () => {
  const course = (name: string) => templateOf(courseOf(JSON.stringify({ course: { name }, azure: {} })));
  expect(course('[Waves]').resources[0]?.tags?.course).toBe('[[Waves]');
  expect(course('[1] Waves').resources[0]?.tags?.course).toBe('[1] Waves');
});

test('no password is in a template: it is a parameter that Azure does not show', () => {
  const { parameters, resources } = templateOf(
    courseOf(JSON.stringify({ azure: { database: {}, keyVault: {} } })),
  );
  expect(parameters.databasePassword).toEqual({ type: 'securestring', metadata: expect.anything() });
  const using = resources.filter((resource) => JSON.stringify(resource).includes('databasePassword'));
  expect(using.map(({ type }) => type)).toEqual([
    'Microsoft.DBforPostgreSQL/flexibleServers',
    'Microsoft.KeyVault/vaults/secrets',
  ]);
});

function courseOf(text: string): AzureCourse {
  const loaded = checkText(text, 'config.yaml');
  if (loaded.config === undefined) throw new Error(JSON.stringify(loaded.findings, null, 2));
  return azureCourseOf(loaded.config);
}

const RULES: Readonly<Record<string, NameRule>> = {
  'Microsoft.ContainerService/managedClusters': NAME_RULES.cluster,
  'Microsoft.ContainerRegistry/registries': NAME_RULES.registry,
  'Microsoft.Storage/storageAccounts': NAME_RULES.storageAccount,
  'Microsoft.Storage/storageAccounts/fileServices/shares': NAME_RULES.share,
  'Microsoft.DBforPostgreSQL/flexibleServers': NAME_RULES.database,
  'Microsoft.KeyVault/vaults': NAME_RULES.keyVault,
  'Microsoft.OperationalInsights/workspaces': NAME_RULES.logs,
  'Microsoft.Consumption/budgets': { pattern: /^[A-Za-z0-9_-]{1,63}$/, help: '' },
};

const maybe = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined });
const LETTERS = [...'abcxyz0189'];
const MORE = [...LETTERS, ...'AZ_-'];

/** Names that the rule allows, short ones and as long as can be. */
const anyName = (rule: NameRule, units: readonly string[] = LETTERS) =>
  fc
    .string({ unit: fc.constantFrom(...units), minLength: 1, maxLength: 90 })
    .filter((name) => rule.pattern.test(name));
const named = (rule: NameRule, units?: readonly string[]) => maybe(anyName(rule, units));

const pool = fc.record({
  name: named(NAME_RULES.pool),
  purpose: fc.constantFrom('system', 'users'),
  min: maybe(fc.integer({ min: 0, max: 5 })),
  max: maybe(fc.integer({ min: 1, max: 20 })),
  zones: maybe(fc.subarray([1, 2, 3])),
  spot: maybe(fc.boolean()),
});

/** Most of these pass the checks; the property is about those that do. */
const azureSection = fc.record({
  resourceGroup: named(NAME_RULES.resourceGroup, [...MORE, ...'.()üß']),
  cluster: maybe(
    fc.record({
      name: named(NAME_RULES.cluster, MORE),
      version: maybe(fc.constantFrom('1.33', '1.34.2')),
      networkPolicy: maybe(fc.constantFrom('none', 'azure', 'calico', 'cilium')),
      upgrades: maybe(fc.constantFrom('none', 'patch', 'stable', 'rapid', 'node-image')),
      administrators: maybe(fc.array(fc.uuid(), { maxLength: 2 })),
      pools: maybe(
        fc.tuple(fc.constant({ name: 'system', purpose: 'system' }), pool).map((pools) => [...pools]),
      ),
    }),
  ),
  registry: maybe(
    fc.record({
      name: named(NAME_RULES.registry),
      sku: maybe(fc.constantFrom('Basic', 'Standard', 'Premium')),
    }),
  ),
  storage: maybe(
    fc.record({
      account: named(NAME_RULES.storageAccount),
      sku: maybe(fc.constantFrom('Standard_LRS', 'Standard_ZRS', 'Premium_LRS', 'Premium_ZRS')),
      shares: maybe(
        fc.uniqueArray(
          fc.record({
            name: anyName(NAME_RULES.share),
            sizeGB: maybe(fc.integer({ min: 1, max: 5000 })),
          }),
          { maxLength: 3, selector: ({ name }) => name },
        ),
      ),
    }),
  ),
  database: maybe(
    fc.record({ name: named(NAME_RULES.database), sizeGB: maybe(fc.integer({ min: 32, max: 512 })) }),
  ),
  keyVault: maybe(fc.record({ name: named(NAME_RULES.keyVault) })),
  logs: maybe(fc.record({ name: named(NAME_RULES.logs), days: maybe(fc.integer({ min: 30, max: 730 })) })),
  budget: maybe(
    fc.record({
      amount: fc.double({ min: 0.5, max: 1e6, noNaN: true }),
      contacts: maybe(fc.array(fc.constantFrom('wim@example.org', 'anna@example.org'), { maxLength: 2 })),
    }),
  ),
});
