/**
 * Azure Resource Manager, as far as a course needs it. Its own clients speak the protocol: they log in, wait as `Retry-After`
 * says, and ask again after what passes by itself.
 */
import type { ResourceManagementClient } from '@azure/arm-resources';
import type { DeploymentsClient, WhatIfChange } from '@azure/arm-resourcesdeployments';
import type { TokenCredential } from '@azure/identity';
import type { Client } from '@azure-rest/core-client';
import type { Json, JsonMap } from '../../config/json.ts';
import type { Template } from '../arm.ts';
import { type AzureError, asked, isMissing, refusalOf } from './refusal.ts';

export interface ResourceManagerOptions {
  readonly subscription: string;
  readonly credential: TokenCredential;
  /** Origin of Resource Manager; null: that of Azure's public cloud. */
  readonly endpoint: string | null;
  /** Pause between two questions about what takes long, and before a question that had no answer is asked again. */
  readonly pauseMs: number;
}

export interface TemplateToDeploy {
  readonly template: Template;
  /** Some may be secret. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** How far a deployment is. */
export interface DeploymentState {
  readonly name: string;
  readonly state: string;
  readonly isRunning: boolean;
  readonly error: AzureError | null;
}

/** What a deployment does with one resource. */
export interface ResourceStep {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly state: string;
  readonly error: AzureError | null;
}

export interface ExistingResource {
  readonly id: string;
  readonly type: string;
  readonly name: string;
}

export const PUBLIC_CLOUD = 'https://management.azure.com';

/** Every method throws HubError, with what to do. */
export class ResourceManager {
  readonly subscription: string;
  readonly pauseMs: number;
  readonly #resources: ResourceManagementClient;
  readonly #deployments: DeploymentsClient;
  readonly #client: Client;

  private constructor(
    { subscription, pauseMs }: ResourceManagerOptions,
    clients: {
      readonly resources: ResourceManagementClient;
      readonly deployments: DeploymentsClient;
      readonly client: Client;
    },
  ) {
    this.subscription = subscription;
    this.pauseMs = pauseMs;
    this.#resources = clients.resources;
    this.#deployments = clients.deployments;
    this.#client = clients.client;
  }

  static async open(options: ResourceManagerOptions): Promise<ResourceManager> {
    const { subscription, credential } = options;
    const [{ ResourceManagementClient }, { DeploymentsClient }] = await Promise.all([
      import('@azure/arm-resources'),
      import('@azure/arm-resourcesdeployments'),
    ]);
    const common = clientOptions(options);
    return new ResourceManager(options, {
      resources: new ResourceManagementClient(credential, subscription, common),
      deployments: new DeploymentsClient(credential, subscription, common),
      client: await clientFor(options),
    });
  }

  /** `Registered`, `Registering`, or another word for "not". */
  async providerState(namespace: string): Promise<string> {
    const { registrationState } = await asked(this.#resources.providers.get(namespace));
    return registrationState ?? 'NotRegistered';
  }

  async registerProvider(namespace: string): Promise<void> {
    await asked(this.#resources.providers.register(namespace));
  }

  /** Its region; null where there is none of that name. */
  async groupLocation(group: string): Promise<string | null> {
    return (await this.#orNull(this.#resources.resourceGroups.get(group)))?.location ?? null;
  }

  async makeGroup(group: string, location: string, tags: Record<string, string>): Promise<void> {
    await asked(this.#resources.resourceGroups.createOrUpdate(group, { location, tags }));
  }

  /** Ends when all that was in it is gone. */
  async deleteGroup(group: string): Promise<void> {
    await asked(this.#resources.resourceGroups.delete(group, { updateIntervalInMs: this.pauseMs }));
  }

  async resourcesIn(group: string): Promise<readonly ExistingResource[]> {
    const found: ExistingResource[] = [];
    try {
      for await (const { id = '', type = '', name = '' } of this.#resources.resources.listByResourceGroup(
        group,
      )) {
        found.push({ id, type, name });
      }
    } catch (error) {
      if (isMissing(error)) return [];
      throw refusalOf(error);
    }
    return found;
  }

  /** Ends when it is gone; also where it was not there. */
  async deleteResource(id: string, apiVersion: string): Promise<void> {
    await this.#orNull(
      this.#resources.resources.deleteById(id, apiVersion, { updateIntervalInMs: this.pauseMs }),
    );
  }

  /** What would change, in Azure's own words. */
  async whatIf(
    group: string,
    name: string,
    { template, parameters }: TemplateToDeploy,
  ): Promise<readonly WhatIfChange[]> {
    const properties = { mode: 'Incremental' as const, template, parameters: wrapped(parameters) };
    const { changes, error } = await asked(
      this.#deployments.deployments.whatIf(
        group,
        name,
        { properties: { ...properties, whatIfSettings: { resultFormat: 'FullResourcePayloads' } } },
        { updateIntervalInMs: this.pauseMs },
      ),
    );
    if (error)
      throw refusalOf(Object.assign(new Error(error.message), { statusCode: 400, details: { error } }));
    return changes ?? [];
  }

  /** Resolves when Azure has begun: from then on it goes on by itself, whatever becomes of us. */
  async beginDeployment(
    group: string,
    name: string,
    { template, parameters }: TemplateToDeploy,
  ): Promise<void> {
    const properties = { mode: 'Incremental' as const, template, parameters: wrapped(parameters) };
    await asked(this.#deployments.deployments.createOrUpdate(group, name, { properties }).submitted());
  }

  /** Null where there is none of that name. */
  async deployment(group: string, name: string): Promise<DeploymentState | null> {
    const found = await this.#orNull(this.#deployments.deployments.get(group, name));
    return found === null ? null : stateOf(found);
  }

  async deploymentsIn(group: string): Promise<readonly DeploymentState[]> {
    const found: DeploymentState[] = [];
    try {
      for await (const one of this.#deployments.deployments.listByResourceGroup(group))
        found.push(stateOf(one));
    } catch (error) {
      if (isMissing(error)) return [];
      throw refusalOf(error);
    }
    return found;
  }

  /** What a deployment has done up to now, by resource. */
  async stepsOf(group: string, name: string): Promise<readonly ResourceStep[]> {
    const found: ResourceStep[] = [];
    try {
      for await (const { properties } of this.#deployments.deploymentOperations.list(group, name)) {
        const target = properties?.targetResource;
        if (!target?.id || properties?.provisioningOperation !== 'Create') continue;
        found.push({
          id: target.id,
          type: target.resourceType ?? '',
          name: target.resourceName ?? '',
          state: properties.provisioningState ?? '',
          error: properties.statusMessage?.error ?? null,
        });
      }
    } catch (error) {
      throw refusalOf(error);
    }
    return found;
  }

  /** Any resource, or what belongs to it; null where there is none. */
  async get(path: string, apiVersion: string): Promise<JsonMap | null> {
    const answer = await asked(
      this.#client.pathUnchecked(path).get({
        queryParameters: { 'api-version': apiVersion },
      }),
    );
    return answer.status === '404' ? null : bodyOf(answer);
  }

  /** What a resource is asked to do or to tell. Resolves when it has begun. */
  async post(path: string, apiVersion: string, body?: Json): Promise<JsonMap> {
    const queryParameters = { 'api-version': apiVersion };
    return bodyOf(
      await asked(
        this.#client
          .pathUnchecked(path)
          .post({ queryParameters, ...(body !== undefined && { body, contentType: 'application/json' }) }),
      ),
    );
  }

  /** Makes a resource, or makes it what is said. Resolves when it has begun. */
  async put(path: string, apiVersion: string, body: Json): Promise<JsonMap> {
    const queryParameters = { 'api-version': apiVersion };
    return bodyOf(
      await asked(
        this.#client.pathUnchecked(path).put({ queryParameters, body, contentType: 'application/json' }),
      ),
    );
  }

  /** `/subscriptions/…/resourceGroups/GROUP/providers/TYPE/NAME` */
  idOf(group: string, type: string, name: string): string {
    const [provider, ...types] = type.split('/');
    const parts = name.split('/').map((part, index) => `${types[index]}/${part}`);
    return `/subscriptions/${this.subscription}/resourceGroups/${group}/providers/${provider}/${parts.join('/')}`;
  }

  async #orNull<T>(answer: PromiseLike<T>): Promise<T | null> {
    try {
      return await answer;
    } catch (error) {
      if (isMissing(error)) return null;
      throw refusalOf(error);
    }
  }
}

/** The subscriptions that whoever is logged in may see. */
export async function subscriptionsOf(
  options: Omit<ResourceManagerOptions, 'subscription'>,
): Promise<readonly { readonly id: string; readonly name: string }[]> {
  const client = await clientFor(options);
  const answer = await asked(
    client.pathUnchecked('/subscriptions').get({ queryParameters: { 'api-version': '2022-12-01' } }),
  );
  const { value } = bodyOf(answer) as unknown as {
    readonly value: readonly { subscriptionId: string; displayName: string }[];
  };
  return value.map(({ subscriptionId, displayName }) => ({ id: subscriptionId, name: displayName }));
}

function clientOptions({ endpoint, pauseMs }: Omit<ResourceManagerOptions, 'subscription'>) {
  const origin = endpoint ?? PUBLIC_CLOUD;
  return {
    endpoint: origin,
    credentials: { scopes: [`${origin}/.default`] },
    retryOptions: { maxRetries: 5, retryDelayInMs: pauseMs, maxRetryDelayInMs: 30_000 },
  };
}

async function clientFor(options: Omit<ResourceManagerOptions, 'subscription'>): Promise<Client> {
  const { getClient } = await import('@azure-rest/core-client');
  const common = clientOptions(options);
  return getClient(common.endpoint, options.credential, common);
}

function bodyOf(answer: { readonly status: string; readonly body: unknown }): JsonMap {
  const status = Number(answer.status);
  if (status >= 300) {
    throw refusalOf(
      Object.assign(new Error(`status ${status}`), { statusCode: status, details: answer.body }),
    );
  }
  return (answer.body ?? {}) as JsonMap;
}

function wrapped(parameters: TemplateToDeploy['parameters']): Record<string, { value: string }> {
  return Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, { value }]));
}

const ENDED = new Set(['Succeeded', 'Failed', 'Canceled']);

function stateOf({
  name = '',
  properties,
}: {
  readonly name?: string;
  readonly properties?: { readonly provisioningState?: string; readonly error?: AzureError };
}): DeploymentState {
  const state = properties?.provisioningState ?? 'Accepted';
  return { name, state, isRunning: !ENDED.has(state), error: properties?.error ?? null };
}
