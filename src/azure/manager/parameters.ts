import { HubError } from '../../domain/errors.ts';
import type { Template } from '../arm.ts';
import type { AzureCourse } from '../course.ts';
import type { ResourceManager } from './resource-manager.ts';

/**
 * What the template asks for. The first month of a budget cannot be changed: it is the one that Azure has.
 * @param databasePassword null where nobody has given one
 * @throws HubError where something is lacking
 */
export async function parametersOf(
  manager: ResourceManager,
  {
    template,
    course,
    databasePassword,
    now,
  }: {
    readonly template: Template;
    readonly course: AzureCourse;
    readonly databasePassword: string | null;
    readonly now: () => number;
  },
): Promise<Readonly<Record<string, string>>> {
  const asksPassword = 'databasePassword' in template.parameters;
  if (asksPassword && databasePassword === null) {
    throw new HubError(
      'invalid',
      'The database that azure.database asks for needs a password: give hub.db.password, in a file of its own beside the config (-f config.yaml secrets.yaml).',
    );
  }
  return {
    ...(asksPassword && databasePassword !== null && { databasePassword }),
    ...('budgetStart' in template.parameters && {
      budgetStart:
        (await firstMonth(manager, { template, group: course.azure.resourceGroup })) ?? monthOf(now()),
    }),
  };
}

async function firstMonth(
  manager: ResourceManager,
  { template, group }: { readonly template: Template; readonly group: string },
): Promise<string | null> {
  const budget = template.resources.find(({ type }) => type === 'Microsoft.Consumption/budgets');
  if (budget === undefined) return null;
  const found = await manager.get(manager.idOf(group, budget.type, budget.name), budget.apiVersion);
  const { timePeriod } = (found?.properties ?? {}) as {
    readonly timePeriod?: { readonly startDate?: string };
  };
  return timePeriod?.startDate ?? null;
}

function monthOf(time: number): string {
  return `${new Date(time).toISOString().slice(0, 7)}-01T00:00:00Z`;
}
