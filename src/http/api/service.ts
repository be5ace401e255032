/** `/hub/api/services`: the programs that work with this hub. Which there are is said by the course's file alone. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { HubError } from '../../domain/errors.ts';
import { allows, type ScopeSet } from '../../domain/scope.ts';
import { type Service, servicePath } from '../../domain/service.ts';
import type { Roles } from '../../hub/roles.ts';
import type { Services } from '../../hub/services.ts';
import type { HttpParts, Site } from '../parts.ts';
import { notFound, pathParameter, requireScope, requireSomeScope } from './access.ts';
import { parseInput } from './body.ts';
import { described, json, type Operation, pageOf } from './operation.ts';
import { pageAnswer, pageQuery, pageRange } from './pagination.ts';

const listQuery = z.object(pageQuery);

const serviceSchema = z
  .object({
    kind: z.literal('service'),
    name: z.string(),
    admin: z.boolean().optional(),
    roles: z.array(z.string()).optional(),
    url: z.string().optional(),
    prefix: z.string().optional(),
    command: z.array(z.string()).optional(),
    pid: z.int().optional(),
    info: z.record(z.string(), z.unknown()).optional(),
    display: z.boolean().optional(),
  })
  .meta({ id: 'Service' });

const listServices: Operation = {
  summary: 'The services that the caller may list',
  access: ['list:services'],
  query: listQuery,
  answers: {
    200: json(
      z.union([z.record(z.string(), serviceSchema), pageOf(serviceSchema)]),
      'By name; in pages, a list.',
    ),
  },
};

const readService: Operation = {
  summary: 'A service',
  access: ['read:services', 'read:services:name'],
  answers: { 200: json(serviceSchema, 'What the caller may see of it.') },
};

const addService: Operation = {
  summary: 'Refused: services are declared in the course’s file',
  access: ['admin:services'],
  answers: {},
  errors: [409],
};

const removeService: Operation = {
  summary: 'Refused: services are declared in the course’s file',
  access: ['admin:services'],
  answers: {},
  errors: [405],
};

export function mountService(
  api: FastifyInstance,
  { services, roles, site }: Pick<HttpParts, 'services' | 'roles' | 'site'>,
): void {
  // A dictionary by name, unlike all other lists; in pages it is a list like them.
  api.get('/services', described(listServices), async (request, reply) => {
    const { scopes } = requireSomeScope(request, 'list:services');
    const range = pageRange(request, parseInput(listQuery, request.query));
    const seen = services.list().filter(({ name }) => allows(scopes, 'list:services', { service: name }));
    const items = seen
      .slice(range.offset, range.offset + range.limit)
      .map((service) => serviceModel(service, { scopes, services, roles, site }));
    const answer = pageAnswer(request, reply, { page: { items, total: seen.length }, range });
    return answer === items ? Object.fromEntries(items.map((model) => [model.name, model])) : answer;
  });

  api.get('/services/:service', described(readService), async (request) => {
    const name = pathParameter(request, 'service');
    const { scopes } = requireScope(request, ['read:services', 'read:services:name'], { service: name });
    const service = services.get(name);
    return service ? serviceModel(service, { scopes, services, roles, site }) : notFound();
  });

  api.post('/services/:service', described(addService), async (request) => {
    const name = pathParameter(request, 'service');
    requireScope(request, 'admin:services');
    if (services.get(name)) throw new HubError('conflict', `Service ${name} already exists`);
    throw new HubError('invalid', SAID_IN_THE_FILE);
  });

  api.delete('/services/:service', described(removeService), async (request) => {
    const name = pathParameter(request, 'service');
    requireScope(request, 'admin:services', { service: name });
    if (!services.get(name)) notFound();
    throw Object.assign(new Error(SAID_IN_THE_FILE), { statusCode: 405 });
  });
}

const SAID_IN_THE_FILE =
  'Services are declared in the course’s file, with `hub.services`: add or remove it there, and start the hub again.';

/** As much of a service as these scopes show. */
function serviceModel(
  service: Service,
  {
    scopes,
    services,
    roles,
    site,
  }: {
    readonly scopes: ScopeSet;
    readonly services: Services;
    readonly roles: Roles;
    readonly site: Site;
  },
): { readonly name: string } & Record<string, unknown> {
  const { name } = service;
  const mayRead = (scope: string) => allows(scopes, scope, { service: name });
  const held = roles.namesOfService(service);
  return {
    kind: 'service',
    name,
    ...(mayRead('read:services')
      ? {
          admin: held.includes('admin'),
          roles: held,
          url: service.url ?? '',
          prefix: service.url === null ? '' : servicePath(site.baseUrl, name),
          // What is in a command is for whoever wrote the file.
          command: service.command?.slice(0, 1) ?? [],
          pid: services.pidOf(service) ?? 0,
          info: service.info,
          display: service.display,
        }
      : {}),
    ...(mayRead('read:roles:services') ? { roles: held } : {}),
  };
}
