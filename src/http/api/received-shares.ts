/** `/hub/api/users/:user/shared` and `/hub/api/groups/:group/shared`: servers of others, as those see them who have a share. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Share, ShareHolder } from '../../domain/share.ts';
import { normalizeUserName } from '../../domain/user.ts';
import type { HttpParts } from '../parts.ts';
import { findUser, notFound, pathParameter, requireScope, serverNameOf, userNameOf } from './access.ts';
import { parseInput } from './body.ts';
import { described, empty, json, listed, type Operation } from './operation.ts';
import { pageAnswer, pageQuery, pageRange } from './pagination.ts';
import { shareModel, shareSchema } from './share-model.ts';

const listQuery = z.object(pageQuery);

const KINDS = [
  { kind: 'user', path: '/users/:user/shared', scope: 'users:shares' },
  { kind: 'group', path: '/groups/:group/shared', scope: 'groups:shares' },
] as const;

/** The default server has no name. */
const SERVERS = [':owner/', ':owner/:server'];

export function mountReceivedShares(
  api: FastifyInstance,
  {
    users,
    groups,
    servers,
    shares,
    site,
  }: Pick<HttpParts, 'users' | 'groups' | 'servers' | 'shares' | 'site'>,
): void {
  for (const { kind, path, scope } of KINDS) {
    const operations = describe(kind, scope);

    api.get(path, described(operations.list), async (request, reply) => {
      const holder = requireHolder(request, kind, `read:${scope}`);
      const range = pageRange(request, parseInput(listQuery, request.query));
      const { items, total } = await listOf(holder, range);
      const page = { items: items.map((share) => shareModel(share, site)), total };
      return pageAnswer(request, reply, { page, range });
    });

    for (const server of SERVERS) {
      api.get(`${path}/${server}`, described(operations.read), async (request) => {
        const holder = requireHolder(request, kind, `read:${scope}`);
        return shareModel(await findShare(request, holder), site);
      });

      api.delete(`${path}/${server}`, described(operations.leave), async (request, reply) => {
        const holder = requireHolder(request, kind, scope);
        await shares.revoke((await findShare(request, holder)).server, holder);
        return reply.status(204).send();
      });
    }
  }

  async function listOf(holder: ShareHolder, range: { readonly offset: number; readonly limit: number }) {
    if (holder.kind === 'user') return await shares.listFor(await findUser(users, holder.name), range);
    if (!(await groups.get(holder.name))) notFound();
    return await shares.list({ ...range, holders: [holder] });
  }

  async function findShare(request: FastifyRequest, holder: ShareHolder): Promise<Share> {
    const owner = normalizeUserName(pathParameter(request, 'owner'));
    const server = (await servers.get(owner, serverNameOf(request))) ?? notFound();
    return (await shares.get(server.id, holder)) ?? notFound();
  }
}

function requireHolder(request: FastifyRequest, kind: ShareHolder['kind'], scope: string): ShareHolder {
  const name = kind === 'user' ? userNameOf(request) : pathParameter(request, 'group');
  requireScope(request, scope, { [kind]: name });
  return { kind, name };
}

function describe(kind: ShareHolder['kind'], scope: string) {
  const reading = [`read:${scope}`];
  return {
    list: {
      summary:
        kind === 'user' ? 'What is shared with a user or a group of theirs' : 'What is shared with a group',
      access: reading,
      query: listQuery,
      answers: { 200: listed(shareSchema, 'The shares, the oldest first.') },
    },
    read: {
      summary: `What a ${kind} may do with a server`,
      access: reading,
      answers: { 200: json(shareSchema, `The share of this ${kind}.`) },
    },
    leave: {
      summary: `Give up what a ${kind} may do with a server`,
      access: [scope],
      answers: { 204: empty('The share is gone.') },
    },
  } satisfies Record<string, Operation>;
}
