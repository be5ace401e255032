/** A course to an ARM template: the same one at every reading, so that two can be compared. No I/O. */
import {
  expression,
  idOf,
  literal,
  type Parameter,
  type Resource,
  stateOf,
  TEMPLATE_SCHEMA,
  type Template,
} from './arm.ts';
import type { AzureCourse } from './course.ts';
import { budgetOf } from './resources/budget.ts';
import { clusterOf, maintenanceOf } from './resources/cluster.ts';
import { databaseOf, hubDatabaseOf } from './resources/database.ts';
import { keyVaultOf } from './resources/key-vault.ts';
import { logsOf } from './resources/logs.ts';
import { pullRightOf, registryOf } from './resources/registry.ts';
import { sharesOf, storageOf } from './resources/storage.ts';

/** For a deployment into `azure.resourceGroup`, which is there before. */
export function templateOf({ course, azure }: AzureCourse): Template {
  const place = {
    location: azure.location,
    tags: { course: literal(course.name), madeBy: 'polder' },
  };
  const logs = azure.logs && logsOf(azure.logs, place);
  const cluster = clusterOf(azure, { place, logs });
  const registry = registryOf(azure.registry, place);
  const storage = storageOf(azure.storage, place);
  const database = azure.database && databaseOf(azure.database, place);
  const resources: readonly (Resource | readonly Resource[] | null)[] = [
    logs,
    cluster,
    maintenanceOf(azure.cluster, cluster),
    registry,
    pullRightOf(registry, cluster),
    storage,
    sharesOf(azure.storage, storage),
    database,
    database && hubDatabaseOf(database),
    azure.keyVault && keyVaultOf(azure.keyVault, { place, withDatabase: database !== null }),
    azure.budget && budgetOf(azure.budget, azure.resourceGroup),
  ];
  return {
    $schema: TEMPLATE_SCHEMA,
    contentVersion: '1.0.0.0',
    parameters: {
      ...(azure.database && { databasePassword: DATABASE_PASSWORD }),
      ...(azure.budget && { budgetStart: BUDGET_START }),
    },
    resources: resources.flat().filter((resource) => resource !== null),
    outputs: {
      cluster: { type: 'string', value: azure.cluster.name },
      registry: { type: 'string', value: expression(`${stateOf(registry)}.loginServer`) },
      storageAccount: { type: 'string', value: azure.storage.account },
      ...(database && {
        databaseHost: { type: 'string', value: expression(`${stateOf(database)}.fullyQualifiedDomainName`) },
      }),
      ...(logs && { logs: { type: 'string', value: expression(idOf(logs)) } }),
    },
  };
}

const DATABASE_PASSWORD: Parameter = {
  type: 'securestring',
  metadata: { description: 'Of the account polder in the database: 8 to 128 characters of three kinds.' },
};

// A budget cannot begin in another month than the one it was made in: whoever deploys again gives the first one.
const BUDGET_START: Parameter = {
  type: 'string',
  defaultValue: "[utcNow('yyyy-MM-01T00:00:00Z')]",
  metadata: { description: 'The first day of the month in which the budget was first made.' },
};
