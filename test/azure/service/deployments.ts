/** Deployments of templates: each question about one moves it on by one resource, so that nothing waits for a clock. */
import type { Resource, Template } from '../../../src/azure/arm.ts';
import { evaluate, guid, NotYet, type Scope } from './expressions.ts';
import { madeOf, type Resources, type StoredResource } from './resources.ts';

export interface ServiceError {
  readonly code: string;
  readonly message: string;
}

interface Step {
  readonly id: string;
  readonly resource: Resource;
  state: 'Waiting' | 'Running' | 'Succeeded' | 'Failed';
  error: ServiceError | null;
}

export interface Deployment {
  readonly name: string;
  readonly group: string;
  readonly template: Template;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly steps: readonly Step[];
  state: 'Accepted' | 'Running' | 'Succeeded' | 'Failed';
}

export function newDeployment(
  name: string,
  template: Template,
  { scope }: { readonly scope: Scope },
): Deployment {
  const { group, parameters } = scope;
  const steps = inOrder(template.resources, scope).map(({ id, resource }) => ({
    id,
    resource,
    state: 'Waiting' as const,
    error: null,
  }));
  return { name, group, template, parameters, steps, state: 'Accepted' };
}

/** One resource further. @param failing what a resource of a type fails with, once */
export function moveOn(
  deployment: Deployment,
  {
    resources,
    scope,
    failing,
  }: {
    readonly resources: Resources;
    readonly scope: Scope;
    readonly failing: Map<string, ServiceError>;
  },
): void {
  if (deployment.state === 'Succeeded' || deployment.state === 'Failed') return;
  deployment.state = 'Running';
  const running = deployment.steps.find(({ state }) => state === 'Running');
  if (running !== undefined) {
    const error = failing.get(running.resource.type);
    if (error !== undefined) {
      failing.delete(running.resource.type);
      running.state = 'Failed';
      running.error = error;
      deployment.state = 'Failed';
      return;
    }
    const whole = evaluate(
      { ...running.resource, dependsOn: undefined, scope: undefined },
      scope,
    ) as Resource;
    resources.put(madeOf(running.id, whole));
    running.state = 'Succeeded';
  }
  const next = deployment.steps.find(({ state }) => state === 'Waiting');
  if (next !== undefined) next.state = 'Running';
  else deployment.state = 'Succeeded';
}

export function describeDeployment(deployment: Deployment, scope: Scope): unknown {
  const { name, group, state, steps, template } = deployment;
  const failed = steps.find((step) => step.state === 'Failed');
  return {
    id: `/subscriptions/${scope.subscription}/resourceGroups/${group}/providers/Microsoft.Resources/deployments/${name}`,
    name,
    type: 'Microsoft.Resources/deployments',
    properties: {
      mode: 'Incremental',
      provisioningState: state,
      timestamp: new Date().toISOString(),
      correlationId: guid(name),
      ...(state === 'Succeeded' && {
        outputs: Object.fromEntries(
          Object.entries(template.outputs).map(([key, one]) => [
            key,
            { type: 'String', value: evaluate(one.value, scope) },
          ]),
        ),
      }),
      ...(failed && {
        error: {
          code: 'DeploymentFailed',
          message: 'At least one resource deployment operation failed.',
          details: [failed.error],
        },
      }),
    },
  };
}

export function describeSteps({ name, group, steps }: Deployment, subscription: string): readonly unknown[] {
  return steps
    .filter(({ state }) => state !== 'Waiting')
    .map(({ id, resource, state, error }, index) => ({
      id: `/subscriptions/${subscription}/resourceGroups/${group}/deployments/${name}/operations/${index}`,
      operationId: String(index),
      properties: {
        provisioningOperation: 'Create',
        provisioningState: state,
        statusCode: state === 'Succeeded' ? 'OK' : state === 'Failed' ? 'Conflict' : 'Created',
        ...(error && { statusMessage: { status: 'Failed', error } }),
        targetResource: { id, resourceType: resource.type, resourceName: resource.name },
      },
    }));
}

/** What would change, with the noise that Azure's own has: what it filled in itself is said to go. */
export function whatIf(
  template: Template,
  { resources, scope }: { readonly resources: Resources; readonly scope: Scope },
): readonly unknown[] {
  const planned = inOrder(template.resources, scope);
  const ids = new Set(planned.map(({ id }) => id.toLowerCase()));
  const untouched = resources.in(scope.group).filter(({ id }) => !ids.has(id.toLowerCase()));
  return [
    ...planned.map(({ id, resource }) => {
      const before = resources.get(id);
      const after = evaluateLater({ ...resource, dependsOn: undefined, scope: undefined }, scope) as Resource;
      if (before === undefined) return { resourceId: id, changeType: 'Create', after };
      const delta = [
        ...differences(before.tags ?? {}, after.tags ?? {}, 'tags'),
        ...differences(before.sku ?? {}, after.sku ?? {}, 'sku'),
        ...differences(before.properties, after.properties, 'properties'),
      ];
      return delta.length === 0
        ? { resourceId: id, changeType: 'NoChange', before, after }
        : { resourceId: id, changeType: 'Modify', before, after, delta };
    }),
    ...untouched.map((before) => ({ resourceId: before.id, changeType: 'Ignore', before })),
  ];
}

function differences(before: unknown, after: unknown, path: string): readonly unknown[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (Array.isArray(before) && Array.isArray(after)) {
    const children = Array.from({ length: Math.max(before.length, after.length) }, (_, index) => {
      const [was, is] = [before[index], after[index]];
      if (is === undefined) return [{ path: String(index), propertyChangeType: 'Delete', before: was }];
      if (was === undefined) return [{ path: String(index), propertyChangeType: 'Create', after: is }];
      const below = differences(was, is, '').map((one) => ({ ...(one as object) }));
      return below.length === 0
        ? []
        : [{ path: String(index), propertyChangeType: 'Modify', children: below }];
    }).flat();
    return children.length === 0 ? [] : [{ path, propertyChangeType: 'Array', children }];
  }
  if (isMap(before) && isMap(after)) {
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
      differences(before[key], after[key], path === '' ? key : `${path}.${key}`),
    );
  }
  if (after === undefined) return [{ path, propertyChangeType: 'Delete', before }];
  if (before === undefined) return [{ path, propertyChangeType: 'Create', after }];
  return [{ path, propertyChangeType: 'Modify', before, after }];
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What is not known yet stays the expression that it is, as in Azure's own what-if. */
function evaluateLater(value: unknown, scope: Scope): unknown {
  if (Array.isArray(value)) return value.map((one) => evaluateLater(one, scope));
  if (isMap(value))
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, evaluateLater(one, scope)]));
  try {
    return evaluate(value, scope);
  } catch (error) {
    if (error instanceof NotYet) return value;
    throw error;
  }
}

/** Each after those that it depends on. */
function inOrder(
  resources: readonly Resource[],
  scope: Scope,
): readonly { readonly id: string; readonly resource: Resource }[] {
  const waiting = resources.map((resource) => ({
    id: idOf(resource, scope),
    resource,
    after: (resource.dependsOn ?? []).map((one) => String(evaluate(one, scope))),
  }));
  const done: { readonly id: string; readonly resource: Resource }[] = [];
  while (waiting.length > 0) {
    const index = waiting.findIndex(({ after }) =>
      after.every((id) => !waiting.some((one) => one.id === id)),
    );
    if (index === -1) throw new Error('resources that depend on each other');
    const [{ id, resource }] = waiting.splice(index, 1) as [(typeof waiting)[number]];
    done.push({ id, resource });
  }
  return done;
}

function idOf({ type, name, scope: within }: Resource, scope: Scope): string {
  const names = String(evaluate(name, scope)).split('/');
  const [provider, ...types] = type.split('/');
  const own = [provider, ...types.flatMap((one, index) => [one, names[index]])].join('/');
  const base =
    within === undefined
      ? `/subscriptions/${scope.subscription}/resourceGroups/${scope.group}`
      : String(evaluate(within, scope));
  return `${base}/providers/${own}`;
}

export type { StoredResource };
