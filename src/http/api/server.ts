/** `/hub/api/users/:user/servers/:server`: one server, its creation and its description. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HubError } from '../../domain/errors.ts';
import type { Server } from '../../domain/server.ts';
import type { HttpParts } from '../parts.ts';
import { findUser, notFound, requireScope, serverNameOf, userNameOf } from './access.ts';
import { parseInput } from './body.ts';
import { described, json, type Operation } from './operation.ts';
import { neverStarted, serverModel, serverSchema } from './server-model.ts';
import {
  parseServerRequest,
  SERVER_PATHS,
  serverBody,
  serverFields,
  serverRequestBody,
  serverSubject,
} from './server-request.ts';

const readServer: Operation = {
  summary: 'A server',
  access: ['read:servers'],
  answers: { 200: json(serverSchema, 'The server.') },
};

const createServer: Operation = {
  summary: 'Make a named server, without starting it',
  access: ['start:servers'],
  body: serverRequestBody,
  answers: { 201: json(serverSchema, 'The server.') },
  errors: [409],
};

const changeServer: Operation = {
  summary: 'Change what a server is called or what it is started with',
  access: ['start:servers'],
  body: serverBody,
  answers: { 200: json(serverSchema, 'The server as it is now.') },
};

export function mountServer(
  api: FastifyInstance,
  parts: Pick<HttpParts, 'users' | 'servers' | 'site'>,
): void {
  const { users, servers, site } = parts;

  for (const path of SERVER_PATHS) {
    api.get(path, described(readServer), async (request) => {
      const { scopes } = requireScope(request, 'read:servers', serverSubject(request));
      const user = await findUser(users, userNameOf(request));
      const name = serverNameOf(request);
      const server =
        (await servers.get(user.name, name)) ?? (name === '' ? neverStarted(user.name) : notFound());
      return serverModel(server, { scopes, site });
    });

    api.put(path, described(createServer), async (request, reply) => {
      const { scopes } = requireScope(request, 'start:servers', serverSubject(request));
      const user = await findUser(users, userNameOf(request));
      const name = serverNameOf(request);
      if (name === '') throw new HubError('conflict', `User ${user.name} already has a default server`);
      if (await servers.get(user.name, name)) {
        throw new HubError('conflict', `User ${user.name} already has server ${name}`);
      }
      const { displayName, userOptions } = parseServerRequest(request.body);
      const created = await servers.create(user, name, displayName);
      const server = userOptions ? await servers.edit(created, { userOptions }) : created;
      return reply.status(201).send(serverModel(server, { scopes, site }));
    });

    api.patch(path, described(changeServer), async (request) => {
      const { scopes } = requireScope(request, 'start:servers', serverSubject(request));
      const fields = parseInput(serverBody, request.body);
      if (Object.keys(fields).length === 0) {
        throw new HubError('invalid', 'Must specify at least one field to modify.');
      }
      const server = await findServer(request);
      const edited = await servers.edit(server, serverFields(fields)).catch(refuseAsInvalid);
      return serverModel(edited, { scopes, site });
    });
  }

  async function findServer(request: FastifyRequest): Promise<Server> {
    return (await servers.get(userNameOf(request), serverNameOf(request))) ?? notFound();
  }
}

/** JupyterHub answers 400 where a server is active. */
function refuseAsInvalid(error: unknown): never {
  if (error instanceof HubError && error.code === 'conflict') throw new HubError('invalid', error.message);
  throw error;
}
