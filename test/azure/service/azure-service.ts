/**
 * A service on this machine that speaks Azure Resource Manager's protocol, and Entra's, over https: strict about address,
 * version, headers and bodies. What is asked that it does not know is kept in `surprises`.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Template } from '../../../src/azure/arm.ts';
import { makeCertificate } from '../../../src/proxy/testing-certificate.ts';
import { schemasOrNull } from '../azure-schemas.ts';
import {
  type Deployment,
  describeDeployment,
  describeSteps,
  moveOn,
  newDeployment,
  type ServiceError,
  whatIf,
} from './deployments.ts';
import { CLIENT, CLIENT_SECRET, Entra, send, TENANT } from './entra.ts';
import type { Scope } from './expressions.ts';
import { OUTBOUND_ADDRESS, Resources } from './resources.ts';

export const SUBSCRIPTION = '00000000-0000-0000-0000-000000000001';

/** What goes wrong with the next request that fits. */
export interface Fault {
  readonly method?: string;
  readonly path: RegExp;
  readonly does:
    | { readonly status: number; readonly error: ServiceError; readonly retryAfter?: number }
    | 'hang-up';
}

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

interface Question {
  readonly match: RegExpMatchArray;
  // biome-ignore lint/suspicious/noExplicitAny: bodies are checked by whoever reads them.
  readonly body: any;
  readonly answer: (status: number, body?: unknown, headers?: Readonly<Record<string, string>>) => void;
}

interface Route {
  readonly method: string;
  readonly path: RegExp;
  readonly versions: RegExp;
  readonly handle: (question: Question) => void;
}

export class AzureService implements AsyncDisposable {
  readonly url: string;
  /** What a program must be told to trust. */
  readonly certificate: string;
  readonly certificateFile: string;
  readonly entra = new Entra();
  readonly resources = new Resources();
  readonly groups = new Map<string, { readonly name: string; readonly location: string }>();
  readonly deployments = new Map<string, Deployment>();
  readonly registered = new Set<string>();
  /** What a type of resource fails with, once. */
  readonly failing = new Map<string, ServiceError>();
  readonly faults: Fault[] = [];
  readonly requests: SeenRequest[] = [];
  readonly surprises: string[] = [];
  /** What the cluster's kubeconfig is. */
  kubeconfig = 'apiVersion: v1\nkind: Config\n';
  readonly storageKey = randomBytes(64).toString('base64');
  readonly #server: Server;
  readonly #operations = new Map<string, () => { readonly status: number; readonly body?: unknown }>();
  readonly #schemas = schemasOrNull();

  private constructor(
    server: Server,
    files: { readonly certificate: string; readonly certificateFile: string },
  ) {
    this.#server = server;
    this.url = `https://localhost:${(server.address() as AddressInfo).port}`;
    this.certificate = files.certificate;
    this.certificateFile = files.certificateFile;
    server.on('request', (request, response) => void this.#respond(request, response));
  }

  /** @param folder where its certificate is written */
  static async open(folder: string): Promise<AzureService> {
    const { key, cert } = makeCertificate('localhost');
    const certificateFile = join(folder, 'azure.pem');
    await writeFile(certificateFile, cert);
    const server = createServer({ key, cert }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new AzureService(server, { certificate: cert, certificateFile });
  }

  /** What a program needs to find it, logged in as a service principal. */
  environment(): Readonly<Record<string, string>> {
    return {
      AZURE_AUTHORITY_HOST: this.url,
      AZURE_RESOURCE_MANAGER_ENDPOINT: this.url,
      AZURE_TENANT_ID: TENANT,
      AZURE_CLIENT_ID: CLIENT,
      AZURE_CLIENT_SECRET: CLIENT_SECRET,
      NODE_EXTRA_CA_CERTS: this.certificateFile,
      POLDER_AZURE_PAUSE_MS: '5',
    };
  }

  /** How often something was asked that changes something. */
  writes(): readonly string[] {
    return this.requests
      .filter(({ method, path }) => method !== 'GET' && !/token$|whatIf$|listKeys$|Credential$/.test(path))
      .map(({ method, path }) => `${method} ${path}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', headers } = request;
    const { pathname: path, searchParams } = new URL(request.url ?? '/', this.url);
    const body = await text(request);
    this.requests.push({ method, path, body: path.endsWith('/token') ? '' : body });
    if (this.entra.answer(request, response, { origin: this.url, path, body })) return;
    const fault = this.faults.find((one) => one.path.test(path) && (one.method ?? method) === method);
    if (fault !== undefined) {
      this.faults.splice(this.faults.indexOf(fault), 1);
      if (fault.does === 'hang-up') request.socket.destroy();
      else {
        const { status, error, retryAfter } = fault.does;
        send(
          response,
          status,
          { error },
          retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) },
        );
      }
      return;
    }
    const refuse = (status: number, code: string, message: string) => {
      if (status !== 401) this.surprises.push(`${method} ${request.url}: ${code}: ${message}`);
      send(response, status, { error: { code, message } });
    };
    const token = /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1];
    if (token === undefined || !this.entra.isValid(token))
      return refuse(401, 'ExpiredAuthenticationToken', 'The access token has expired.');
    if (headers['x-ms-client-request-id'] === undefined)
      return refuse(400, 'MissingHeader', 'no x-ms-client-request-id');
    if (body !== '' && !headers['content-type']?.startsWith('application/json'))
      return refuse(415, 'UnsupportedMediaType', 'not JSON');
    for (const { method: expected, path: pattern, versions, handle } of this.#routes()) {
      const match = path.match(pattern);
      if (match === null || method !== expected) continue;
      const version = searchParams.get('api-version') ?? '';
      if (!versions.test(version)) return refuse(400, 'InvalidApiVersionParameter', `not ${version}`);
      const names = match.slice(1).map((part) => part && decodeURIComponent(part));
      try {
        return handle({
          match: [match[0], ...names] as unknown as RegExpMatchArray,
          body: body === '' ? undefined : JSON.parse(body),
          answer: (status, said, more) => send(response, status, said, more),
        });
      } catch (error) {
        return refuse(400, 'InvalidTemplate', error instanceof Error ? error.message : String(error));
      }
    }
    // What is not there is asked for by right; any other address is not one of Azure's.
    if (method === 'GET' && path.includes('/providers/')) {
      return send(response, 404, { error: { code: 'ResourceNotFound', message: `${path} was not found.` } });
    }
    refuse(404, 'NoSuchAddress', path);
  }

  #scope(
    group: string,
    parameters: Readonly<Record<string, { readonly value: unknown }>> = {},
    template?: Template,
  ): Scope {
    const given = Object.fromEntries(Object.entries(parameters).map(([name, { value }]) => [name, value]));
    const lacking = Object.entries(template?.parameters ?? {}).filter(
      ([name, one]) => !(name in given) && one.defaultValue === undefined,
    );
    if (lacking.length > 0) throw new Error(`parameters are missing: ${lacking.map(([name]) => name)}`);
    return {
      subscription: SUBSCRIPTION,
      group,
      parameters: given,
      propertiesOf: (id) => this.resources.get(id)?.properties,
    };
  }

  #checkTemplate(template: Template): void {
    const problems = this.#schemas?.problemsOf(template) ?? [];
    if (problems.length > 0) throw new Error(problems.join('; '));
    const missing = [...new Set(template.resources.map(({ type }) => type.split('/')[0]!))].find(
      (one) => !this.registered.has(one),
    );
    if (missing !== undefined)
      throw new Error(`The subscription is not registered to use namespace '${missing}'.`);
  }

  /** What goes on for a while: asked about until it says that it is over. */
  #later(done: () => { readonly status: number; readonly body?: unknown }): Readonly<Record<string, string>> {
    const id = randomBytes(8).toString('hex');
    let asked = 0;
    this.#operations.set(id, () => (asked++ === 0 ? { status: 202 } : done()));
    const address = `${this.url}/subscriptions/${SUBSCRIPTION}/operationresults/${id}?api-version=2025-04-01`;
    return { location: address, 'retry-after': '0' };
  }

  #group(name: string | undefined, answer: Question['answer']): string | null {
    const found = this.groups.get(String(name).toLowerCase());
    if (found !== undefined) return found.name;
    answer(404, {
      error: { code: 'ResourceGroupNotFound', message: `Resource group '${name}' could not be found.` },
    });
    return null;
  }

  #routes(): readonly Route[] {
    const within = `^/subscriptions/${SUBSCRIPTION}`;
    const group = `${within}/resource[gG]roups/([^/]+)`;
    const deployments = `${group}/providers/Microsoft\\.Resources/deployments`;
    const any = /^20\d\d-\d\d-\d\d$/;
    const resourcesVersion = /^2025-04-01$/;
    const deploymentsVersion = /^2026-06-01$/;
    const resource = `(${within}/resourceGroups/[^/]+/providers/.+)`;
    const cluster = `(${group}/providers/Microsoft\\.ContainerService/managedClusters/[^/]+)`;
    const clusterVersion = /^2026-05-01$/;
    const on = (method: string, path: string, versions: RegExp, handle: Route['handle']): Route => ({
      method,
      path: new RegExp(`${path}$`),
      versions,
      handle,
    });
    const deployment = ({ match, answer }: Question, then: (one: Deployment, scope: Scope) => void) => {
      const name = this.#group(match[1], answer);
      if (name === null) return;
      const found = this.deployments.get(`${name}/${match[2]}`);
      if (found === undefined) {
        answer(404, {
          error: { code: 'DeploymentNotFound', message: `Deployment '${match[2]}' could not be found.` },
        });
        return;
      }
      then(found, { ...this.#scope(name), parameters: found.parameters });
    };
    return [
      on('GET', '^/subscriptions', /^2022-12-01$/, ({ answer }) =>
        answer(200, { value: [{ subscriptionId: SUBSCRIPTION, displayName: 'Courses', state: 'Enabled' }] }),
      ),
      on('GET', `${within}/operationresults/([^/]+)`, any, ({ match, answer }) => {
        const { status, body } = this.#operations.get(match[1]!)?.() ?? { status: 404 };
        answer(
          status,
          body,
          status === 202
            ? { location: `${this.url}${match[0]}?api-version=2025-04-01`, 'retry-after': '0' }
            : {},
        );
      }),
      on('GET', `${within}/providers/([A-Za-z.]+)`, resourcesVersion, ({ match, answer }) =>
        answer(200, {
          namespace: match[1],
          registrationState: this.registered.has(match[1]!) ? 'Registered' : 'NotRegistered',
        }),
      ),
      on('POST', `${within}/providers/([A-Za-z.]+)/register`, resourcesVersion, ({ match, answer }) => {
        this.registered.add(match[1]!);
        answer(200, { namespace: match[1], registrationState: 'Registering' });
      }),
      on('GET', group, resourcesVersion, ({ match, answer }) => {
        const name = this.#group(match[1], answer);
        if (name !== null) answer(200, this.groups.get(name.toLowerCase()));
      }),
      on('PUT', group, resourcesVersion, ({ match, body, answer }) => {
        const name = match[1]!;
        if (typeof body?.location !== 'string') throw new Error('a group without a region');
        const made = !this.groups.has(name.toLowerCase());
        this.groups.set(name.toLowerCase(), { name, location: body.location });
        answer(made ? 201 : 200, { name, ...body });
      }),
      on('DELETE', group, resourcesVersion, ({ match, answer }) => {
        const name = this.#group(match[1], answer);
        if (name === null) return;
        answer(
          202,
          undefined,
          this.#later(() => {
            for (const { id } of this.resources.in(name)) this.resources.delete(id);
            this.groups.delete(name.toLowerCase());
            return { status: 200 };
          }),
        );
      }),
      on('GET', `${group}/resources`, resourcesVersion, ({ match, answer }) => {
        const name = this.#group(match[1], answer);
        if (name === null) return;
        // A listing has what stands by itself, not its parts.
        const whole = this.resources.in(name).filter(({ type }) => type.split('/').length === 2);
        answer(200, {
          value: whole.map(({ id, type, name: own, location }) => ({ id, type, name: own, location })),
        });
      }),
      on('POST', `${deployments}/([^/]+)/whatIf`, deploymentsVersion, ({ match, body, answer }) => {
        const name = this.#group(match[1], answer);
        if (name === null) return;
        const { template, parameters } = body.properties;
        this.#checkTemplate(template);
        const scope = this.#scope(name, parameters, template);
        answer(
          202,
          undefined,
          this.#later(() => ({
            status: 200,
            body: {
              status: 'Succeeded',
              properties: { changes: whatIf(template, { resources: this.resources, scope }) },
            },
          })),
        );
      }),
      on('PUT', `${deployments}/([^/]+)`, deploymentsVersion, ({ match, body, answer }) => {
        const name = this.#group(match[1], answer);
        if (name === null) return;
        const { template, parameters, mode } = body.properties;
        if (mode !== 'Incremental') throw new Error(`mode ${mode}`);
        this.#checkTemplate(template);
        const scope = this.#scope(name, parameters, template);
        const key = `${name}/${match[2]}`;
        const old = this.deployments.get(key);
        if (old !== undefined && (old.state === 'Running' || old.state === 'Accepted')) {
          answer(409, {
            error: { code: 'DeploymentActive', message: `The deployment '${match[2]}' is still active.` },
          });
          return;
        }
        const made = newDeployment(match[2]!, template, { scope });
        this.deployments.set(key, made);
        const address = `${this.url}/subscriptions/${SUBSCRIPTION}/operationresults/none?api-version=2026-06-01`;
        answer(201, describeDeployment(made, scope), { 'azure-asyncoperation': address, 'retry-after': '0' });
      }),
      on('GET', `${deployments}/([^/]+)`, deploymentsVersion, (question) =>
        deployment(question, (one, scope) => {
          moveOn(one, { resources: this.resources, scope, failing: this.failing });
          question.answer(200, describeDeployment(one, scope));
        }),
      ),
      on('GET', `${deployments}/?`, deploymentsVersion, ({ match, answer }) => {
        const name = this.#group(match[1], answer);
        if (name === null) return;
        const all = [...this.deployments.values()].filter((one) => one.group === name);
        answer(200, {
          value: all.map((one) =>
            describeDeployment(one, { ...this.#scope(name), parameters: one.parameters }),
          ),
        });
      }),
      on('GET', `${group}/deployments/([^/]+)/operations`, deploymentsVersion, (question) =>
        deployment(question, (one) => question.answer(200, { value: describeSteps(one, SUBSCRIPTION) })),
      ),
      on('POST', `${cluster}/listCluster(?:User|Admin)Credential`, clusterVersion, ({ match, answer }) => {
        if (this.resources.get(match[1]!) === undefined)
          return answer(404, { error: { code: 'ResourceNotFound', message: 'no cluster' } });
        const value = Buffer.from(this.kubeconfig).toString('base64');
        answer(200, { kubeconfigs: [{ name: 'clusterUser', value }] });
      }),
      ...(['stop', 'start'] as const).map((what) =>
        on('POST', `${cluster}/${what}`, clusterVersion, ({ match, answer }) => {
          const found = this.resources.get(match[1]!);
          if (found === undefined)
            return answer(404, { error: { code: 'ResourceNotFound', message: 'no cluster' } });
          found.properties = {
            ...found.properties,
            provisioningState: what === 'stop' ? 'Stopping' : 'Starting',
          };
          answer(
            202,
            undefined,
            this.#later(() => ({ status: 204 })),
          );
        }),
      ),
      on(
        'POST',
        `(${group}/providers/Microsoft\\.Storage/storageAccounts/[^/]+)/listKeys`,
        /^2025-08-01$/,
        ({ match, answer }) => {
          if (this.resources.get(match[1]!) === undefined)
            return answer(404, { error: { code: 'ResourceNotFound', message: 'no account' } });
          answer(200, { keys: [{ keyName: 'key1', value: this.storageKey, permissions: 'FULL' }] });
        },
      ),
      on('GET', `(${OUTBOUND_ADDRESS})`, any, ({ answer }) =>
        answer(200, { properties: { ipAddress: '192.0.2.7' } }),
      ),
      on('PUT', `${resource}/firewallRules/([^/]+)`, /^2025-08-01$/, ({ match, body, answer }) => {
        const id = match[0].split('?')[0]!;
        this.resources.put({
          id,
          type: 'Microsoft.DBforPostgreSQL/flexibleServers/firewallRules',
          name: match[2]!,
          asked: body.properties,
          properties: body.properties,
        });
        answer(201, { id, ...body });
      }),
      on('GET', resource, any, ({ match, answer }) => {
        const found = this.resources.get(match[1]!);
        if (found === undefined)
          return answer(404, { error: { code: 'ResourceNotFound', message: `${match[1]} was not found.` } });
        const { provisioningState } = found.properties;
        answer(200, {
          id: found.id,
          name: found.name,
          type: found.type,
          location: found.location,
          properties: found.properties,
        });
        // Whoever asks again finds it done.
        if (provisioningState === 'Stopping')
          found.properties = {
            ...found.properties,
            provisioningState: 'Succeeded',
            powerState: { code: 'Stopped' },
          };
        if (provisioningState === 'Starting')
          found.properties = {
            ...found.properties,
            provisioningState: 'Succeeded',
            powerState: { code: 'Running' },
          };
      }),
      on('DELETE', resource, any, ({ match, answer }) =>
        this.resources.get(match[1]!) === undefined
          ? answer(204)
          : answer(
              202,
              undefined,
              this.#later(() => ({ status: this.resources.delete(match[1]!) ? 200 : 204 })),
            ),
      ),
    ];
  }
}
