/** `polder azure plan`: what Azure says would change. */

import type { AzureCourse } from '../azure/course.ts';
import { deploymentName } from '../azure/manager/deployment.ts';
import { parametersOf } from '../azure/manager/parameters.ts';
import { missingProviders } from '../azure/manager/providers.ts';
import type { ResourceManager, TemplateToDeploy } from '../azure/manager/resource-manager.ts';
import { describeChanges, type PlannedChange, plannedChanges } from '../azure/manager/what-if.ts';
import { templateOf } from '../azure/template.ts';
import { HubError } from '../domain/errors.ts';
import { type AccountOptions, openManager } from './azure-account.ts';
import { type AzureOptions, type Loaded, loadCourse } from './azure-commands.ts';
import { azureCourseOf } from './azure-course.ts';

export interface WhatIfOptions extends AzureOptions, AccountOptions {
  readonly color: boolean;
  readonly now: () => number;
}

/** What is to be deployed, and what that would change. */
export interface Foreseen {
  readonly content: TemplateToDeploy;
  /** Null: there is no group yet, so that everything is made. */
  readonly changes: readonly PlannedChange[] | null;
}

/** @throws HubError */
export async function whatIfCommand(options: WhatIfOptions): Promise<void> {
  const loaded = await loadCourse(options);
  const course = azureCourseOf(loaded.config);
  const manager = await openManager(course.azure.subscription, options);
  const missing = await missingProviders(manager, templateOf(course));
  if (missing.length > 0) {
    options.say(`To be switched on for the subscription first (apply does it): ${missing.join(', ')}.`);
  }
  const foreseen = await foresee(manager, course, {
    loaded,
    now: options.now,
    // Azure cannot tell about what it does not have switched on.
    canAsk: missing.length === 0,
  });
  sayForeseen(foreseen, course, options);
}

/** Asks Azure what would change. @throws HubError */
export async function foresee(
  manager: ResourceManager,
  course: AzureCourse,
  { loaded, now, canAsk }: { readonly loaded: Loaded; readonly now: () => number; readonly canAsk: boolean },
): Promise<Foreseen> {
  const template = templateOf(course);
  const group = course.azure.resourceGroup;
  const place = await manager.groupLocation(group);
  if (place !== null && !isSamePlace(place, course.azure.location)) {
    throw new HubError(
      'conflict',
      `The group ${group} is in ${place}, and the file says ${course.azure.location}: set azure.location, or another azure.resourceGroup.`,
    );
  }
  const parameters = await parametersOf(manager, {
    template,
    course,
    databasePassword: passwordIn(loaded.secrets.databaseUrl),
    now,
  });
  const content = { template, parameters };
  if (place === null || !canAsk) return { content, changes: null };
  return {
    content,
    changes: plannedChanges(await manager.whatIf(group, deploymentName(content), content)),
  };
}

export function sayForeseen(
  { content, changes }: Foreseen,
  { azure }: AzureCourse,
  { say, color }: Pick<WhatIfOptions, 'say' | 'color'>,
): void {
  if (changes !== null) {
    for (const line of describeChanges(changes, { color })) say(line);
    return;
  }
  say(`+ Group ${azure.resourceGroup} in ${azure.location}, if it is not there`);
  const made = content.template.resources.map(({ type, name, scope }) => ({
    kind: 'made' as const,
    type,
    name: name.startsWith('[') ? `(${scope === undefined ? 'named by Azure' : 'of the registry'})` : name,
    details: [],
  }));
  for (const line of describeChanges(made, { color })) say(line);
}

function passwordIn(url: string | null): string | null {
  if (url === null || !URL.canParse(url)) return null;
  return decodeURIComponent(new URL(url).password) || null;
}

function isSamePlace(one: string, other: string): boolean {
  const plain = (name: string) => name.toLowerCase().replaceAll(' ', '');
  return plain(one) === plain(other);
}
