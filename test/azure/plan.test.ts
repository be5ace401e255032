/** `polder azure plan` with Azure's own clients, unchanged, against a service that speaks its protocol. */
import { expect, test, vi } from 'vitest';
import { providersOf } from '../../src/azure/manager/providers.ts';
import { templateOf } from '../../src/azure/template.ts';
import { loadCourse } from '../../src/main/azure-commands.ts';
import { azureCourseOf } from '../../src/main/azure-course.ts';
import { whatIfCommand } from '../../src/main/azure-what-if.ts';
import { atAzure } from './service/at-azure.ts';
import { SUBSCRIPTION } from './service/azure-service.ts';
import { madeOf } from './service/resources.ts';

const at = atAzure();

const COURSE = {
  singleuser: { memory: { guarantee: '1G' } },
  course: { name: 'Waves' },
  azure: { resourceGroup: 'waves', location: 'westeurope' },
  notebooks: { shares: [{ share: 'tides' }] },
};

async function plan(course: object = COURSE): Promise<string> {
  const { options, said } = at();
  said.length = 0;
  await whatIfCommand(await options(course));
  return said.join('\n');
}

/** As if the course had been brought there before. */
async function everythingIsThere(course: object = COURSE): Promise<void> {
  const { service, options } = at();
  const template = templateOf(azureCourseOf((await loadCourse(await options(course))).config));
  for (const provider of providersOf(template)) service.registered.add(provider);
  service.groups.set('waves', { name: 'waves', location: 'westeurope' });
  const cluster = template.resources.find(({ type }) => type.endsWith('/managedClusters'))!;
  service.resources.put(
    madeOf(
      `/subscriptions/${SUBSCRIPTION}/resourceGroups/waves/providers/${cluster.type}/${cluster.name}`,
      cluster,
    ),
  );
}

test('of an empty subscription everything is made, and nothing is changed by asking', async () => {
  const said = await plan();
  expect(said).toContain('logged in by service-principal');
  expect(said).toContain('To be switched on for the subscription first');
  expect(said).toContain('+ Group waves in westeurope');
  expect(said).toContain('+ Cluster waves');
  expect(at().service.writes()).toEqual([]);
});

test('what Azure filled in itself is no change, and what the file took away is told before what it adds', async () => {
  await everythingIsThere({
    ...COURSE,
    azure: {
      ...COURSE.azure,
      cluster: { pools: [{ purpose: 'system' }, { name: 'small', max: 2 }, { name: 'large', max: 1 }] },
    },
  });
  const said = await plan({
    ...COURSE,
    azure: { ...COURSE.azure, cluster: { pools: [{ purpose: 'system' }, { name: 'small', max: 3 }] } },
  });
  expect(said).toContain('~ Cluster waves is changed');
  expect(said).toContain('properties.agentPoolProfiles: large goes');
  expect(said).toContain('properties.agentPoolProfiles.1.maxCount: 2 → 3');
  expect(said).not.toMatch(/osDiskSizeGB|provisioningState|powerState|fqdn/);
  expect(said.indexOf('~ Cluster')).toBeLessThan(said.indexOf('+ Registry'));
});

test('of a group that is in another region the file is asked to say so', async () => {
  at().service.groups.set('waves', { name: 'waves', location: 'northeurope' });
  await expect(plan()).rejects.toThrow(/is in northeurope.*set azure\.location/);
});

test('a pause that Azure asks for, an answer that fails and a connection that is lost are waited out', async () => {
  const { service } = at();
  const busy = { code: 'TooManyRequests', message: 'slow down' };
  service.faults.push(
    { path: /providers\/Microsoft\.Storage$/, does: { status: 429, error: busy, retryAfter: 0 } },
    {
      path: /providers\/Microsoft\.Storage$/,
      does: { status: 503, error: { code: 'ServerBusy', message: '' } },
    },
    { path: /resourcegroups\/waves$/i, does: 'hang-up' },
  );
  expect(await plan()).toContain('+ Cluster waves');
  expect(service.faults).toEqual([]);
});

test('who may not look is told whom to ask, and who is not known, to log in', async () => {
  const { service } = at();
  const error = { code: 'AuthorizationFailed', message: "The client 'x' may not read over scope 'y'" };
  service.faults.push({ path: /resourcegroups/i, does: { status: 403, error } });
  await expect(plan()).rejects.toThrow(/You may not do this: The client 'x'.*Ask an owner/);
  vi.stubEnv('AZURE_CLIENT_SECRET', 'another');
  await expect(plan()).rejects.toThrow(/Azure does not know who you are.*Invalid client secret/s);
  vi.stubEnv('AZURE_CLIENT_SECRET', '');
  vi.stubEnv('PATH', '/nowhere');
  await expect(plan()).rejects.toThrow(/Nobody is logged in to Azure here.*az login/s);
});

test('a database needs a password, which comes from a file', async () => {
  const course = { ...COURSE, azure: { ...COURSE.azure, database: {} } };
  await expect(plan(course)).rejects.toThrow('hub.db.password');
});
