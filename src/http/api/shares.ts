/** `/hub/api/shares/:user/:server`: who else may use a server, as its owner sees it. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { HubError } from '../../domain/errors.ts';
import { allows } from '../../domain/scope.ts';
import type { Server } from '../../domain/server.ts';
import { OPENING, readShareScopes, type ShareHolder } from '../../domain/share.ts';
import { normalizeUserName } from '../../domain/user.ts';
import type { HttpParts } from '../parts.ts';
import { findUser, notFound, requireScope, userNameOf } from './access.ts';
import { parseInput } from './body.ts';
import { described, empty, json, listed, type Operation } from './operation.ts';
import { pageAnswer, pageQuery, pageRange } from './pagination.ts';
import { serverSubject } from './server-request.ts';
import { shareModel, shareSchema } from './share-model.ts';

/** The default server has no name. */
const PATHS = ['/shares/:user/', '/shares/:user/:server'];

const listQuery = z.object(pageQuery);

const holderBody = z
  .strictObject({
    user: z.string().nullish(),
    group: z.string().nullish(),
    scopes: z.array(z.string()).nullish(),
  })
  .refine(({ user, group }) => !user !== !group, 'Specify exactly one of `user` or `group`');

const listOfOwner: Operation = {
  summary: 'Who else may use the servers of a user',
  access: ['read:shares'],
  query: listQuery,
  answers: { 200: listed(shareSchema, 'The shares of all their servers.') },
};

const listOfServer: Operation = {
  ...listOfOwner,
  summary: 'Who else may use a server',
  answers: { 200: listed(shareSchema, 'The shares of the server.') },
};

const share: Operation = {
  summary: 'Share a server with a user or a group',
  description:
    'Adds to what they may do already. Asks for `read:users:name` or `read:groups:name` of them too, and for every scope ' +
    'that is shared. Left out, the scope is the one to open the server.',
  access: ['shares'],
  body: holderBody,
  answers: { 200: json(shareSchema, 'What they may do now.') },
};

const revoke: Operation = {
  summary: 'Take scopes from a user or a group; without any, all',
  access: ['shares'],
  body: holderBody,
  answers: {
    200: json(z.union([shareSchema, z.strictObject({})]), 'What they may still do; `{}`: nothing.'),
  },
};

const revokeAll: Operation = {
  summary: 'Share a server with nobody any more',
  access: ['shares'],
  answers: { 204: empty('Nobody has a share of it.') },
};

export function mountShares(
  api: FastifyInstance,
  { users, servers, shares, roles, site }: Pick<HttpParts, 'users' | 'servers' | 'shares' | 'roles' | 'site'>,
): void {
  api.get('/shares/:user', described(listOfOwner), async (request, reply) => {
    requireScope(request, 'read:shares', { user: userNameOf(request) });
    const { name: owner } = await findUser(users, userNameOf(request));
    return await answerList(request, reply, { owner });
  });

  for (const path of PATHS) {
    api.get(path, described(listOfServer), async (request, reply) => {
      requireScope(request, 'read:shares', serverSubject(request));
      const { id: serverId } = await findServer(request);
      return await answerList(request, reply, { serverId });
    });

    api.post(path, described(share), async (request) => {
      const caller = requireScope(request, 'shares', serverSubject(request));
      const body = parseInput(holderBody, request.body);
      const server = await findServer(request);
      const scopes = scopesFor(server, body.scopes);
      const subject = { user: server.owner, server: server.name };
      const beyond = scopes.find((scope) => !allows(caller.scopes, scope, subject));
      if (beyond !== undefined)
        throw new HubError('forbidden', `You cannot share “${beyond}”: you may not do it yourself.`);
      const holder = holderOf(body);
      if (!allows(caller.scopes, `read:${holder.kind}s:name`, { [holder.kind]: holder.name })) {
        throw new HubError(
          'forbidden',
          `Sharing with a ${holder.kind} by name asks for the scope read:${holder.kind}s:name.`,
        );
      }
      const made = await shares.grant(server, holder, scopes).catch(refuseUnknown(holder));
      return shareModel(made, site);
    });

    api.patch(path, described(revoke), async (request) => {
      requireScope(request, 'shares', serverSubject(request));
      const body = parseInput(holderBody, request.body);
      const server = await findServer(request);
      const scopes = body.scopes?.length ? scopesFor(server, body.scopes) : undefined;
      const left = await shares.revoke(server, holderOf(body), scopes);
      return left ? shareModel(left, site) : {};
    });

    api.delete(path, described(revokeAll), async (request, reply) => {
      requireScope(request, 'shares', serverSubject(request));
      await shares.revokeAll(await findServer(request));
      return reply.status(204).send();
    });
  }

  async function findServer(request: FastifyRequest): Promise<Server> {
    const { user, server } = serverSubject(request);
    return (await servers.get(user, server)) ?? notFound();
  }

  async function answerList(
    request: FastifyRequest,
    reply: Parameters<typeof pageAnswer>[1],
    which: Pick<Parameters<typeof shares.list>[0], 'owner' | 'serverId'>,
  ): Promise<unknown> {
    const range = pageRange(request, parseInput(listQuery, request.query));
    const { items, total } = await shares.list({ ...which, ...range });
    return pageAnswer(request, reply, {
      page: { items: items.map((item) => shareModel(item, site)), total },
      range,
    });
  }

  function scopesFor(server: Server, asked: readonly string[] | null | undefined): readonly string[] {
    const read = readShareScopes(asked?.length ? asked : OPENING, { server, custom: roles.customScopes });
    if ('problem' in read) throw new HubError('invalid', read.problem);
    return read.scopes;
  }
}

function holderOf({ user, group }: z.output<typeof holderBody>): ShareHolder {
  return user ? { kind: 'user', name: normalizeUserName(user) } : { kind: 'group', name: group ?? '' };
}

/** What the address names is there: it is the body that is wrong. */
function refuseUnknown({ kind, name }: ShareHolder) {
  return (error: unknown): never => {
    if (error instanceof HubError && error.code === 'not_found') {
      throw new HubError('invalid', `No such ${kind}: ${name}`);
    }
    throw error;
  };
}
