import { expect, test } from 'vitest';
import { checkText } from '../config/load.ts';
import type { AzureCourse } from './course.ts';
import { estimate } from './estimate.ts';
import { describePlan } from './plan.ts';
import { readPrices } from './prices.ts';

const PRICES = `
source: the contract of the school
date: 2026-11-01
currency: EUR
machines: {Standard_D4s_v5: 1, Standard_D32s_v5: 8}
registryPerDay: {Basic: 24}
`;

const COURSE = `
course:
  timeZone: UTC
  students: 18
  sessions:
    - {start: "2026-11-24 09:00", end: "12:00"}
    - {start: "2026-11-24 11:00", end: "13:00"}
    - {start: "2026-11-25 09:00", end: "13:00"}
singleuser: {memory: {guarantee: 4G}, cpu: {guarantee: 1.5}}
azure: {}
`;

test('an hour of class counts once, and between classes only what always stands', () => {
  const { full, idle, whole } = estimate(courseOf(COURSE), readPrices(PRICES, 'prices.yaml'));
  // A machine of 32 cores and two of 4; then one of 4. The registry costs 1 an hour.
  expect(full).toMatchObject({ cores: 40, gib: 160, cost: 8 + 2 * 1 + 1 });
  expect(idle).toMatchObject({ cores: 4, gib: 16, cost: 1 + 1 });
  expect(whole).toEqual({
    classHours: 8,
    idleHours: 20,
    coreHours: 8 * 40 + 20 * 4,
    gibHours: 8 * 160 + 20 * 16,
    cost: 8 * 11 + 20 * 2,
  });
});

test('what the list has no price of is named, and no sum is told that would leave it out', () => {
  const azure =
    'azure: {database: {}, cluster: {pools: [{purpose: system}, {vmSize: Standard_D16s_v5, spot: true}]}}';
  const lines = describePlan(courseOf(COURSE.replace('azure: {}', azure)), readPrices(PRICES, 'prices.yaml'));
  const text = lines.join('\n');
  expect(text).toContain('no price of Standard_D16s_v5 as a spot machine, a database of Standard_B1ms.');
  expect(text).toContain('GiB, a cost that is not known an hour');
  expect(text).not.toContain('EUR');
});

test('without a list of prices, hours are told and no costs', () => {
  const text = describePlan(courseOf(COURSE), null).join('\n');
  expect(text).toContain('400 vCPU hours, 1600 GiB hours.');
  expect(text).toContain('Costs are not told');
});

test('of a size that is not known, no amounts are made up', () => {
  const azure = 'azure: {cluster: {pools: [{purpose: system}, {vmSize: Standard_NC24ads_A100_v4, max: 1}]}}';
  const { full, idle } = estimate(courseOf(COURSE.replace('azure: {}', azure)), null);
  expect(full.cores).toBeNull();
  expect(idle.cores).toBe(4);
});

test('a list of prices says where and when they were read, and a misspelled key is refused', () => {
  expect(() => readPrices('machines: {Standard_D4s_v5: cheap}', 'p.yaml')).toThrow(
    /source: .*\n.*date: .*\n.*currency: .*\n.*machines\.Standard_D4s_v5: /,
  );
  expect(() => readPrices(`${PRICES}machine: {}`, 'p.yaml')).toThrow('"machine"');
  expect(() => readPrices('a: [', 'p.yaml')).toThrow('p.yaml cannot be read');
});

function courseOf(text: string): AzureCourse {
  const loaded = checkText(text, 'config.yaml');
  if (loaded.config?.azure == null) throw new Error(JSON.stringify(loaded.findings));
  const { azure, course, notebooks } = loaded.config;
  const servers = {
    image: null,
    dockerfile: null,
    home: '/home/jovyan',
    uid: 1000,
    gid: 100,
    tolerations: [],
    extraVolumes: [],
    extraVolumeMounts: [],
    matchNodePurpose: 'prefer' as const,
  };
  return { azure, course, notebooks, servers };
}
