/** `/hub/api/groups/:group`: one group, its members and what programs keep with it. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { ScopeSet } from '../../domain/scope.ts';
import type { HttpParts } from '../parts.ts';
import { notFound, pathParameter, requireScope } from './access.ts';
import { parseInput } from './body.ts';
import { groupModel, groupSchema, READ_GROUP_SCOPES } from './group-model.ts';
import { described, empty, json, type Operation } from './operation.ts';

const newGroup = z
  .strictObject({
    users: z.array(z.string()).default([]),
    properties: z.record(z.string(), z.unknown()).optional(),
  })
  .prefault({});
const someUsers = z.strictObject({ users: z.array(z.string(), 'Must specify users') });
const newProperties = z.record(z.string(), z.unknown());

const readGroup: Operation = {
  summary: 'A group',
  access: READ_GROUP_SCOPES,
  answers: { 200: json(groupSchema, 'The group.') },
};

const createGroup: Operation = {
  summary: 'Make a group',
  access: ['admin:groups'],
  body: newGroup,
  answers: { 201: json(groupSchema, 'The new group.') },
  errors: [409],
};

const deleteGroup: Operation = {
  summary: 'Remove a group; its members stay users',
  access: ['delete:groups'],
  answers: { 204: empty('It is gone.') },
};

const addUsers: Operation = {
  summary: 'Add users to a group',
  access: ['groups'],
  body: someUsers,
  answers: { 200: json(groupSchema, 'The group.') },
};

const removeUsers: Operation = { ...addUsers, summary: 'Take users out of a group' };

const setProperties: Operation = {
  summary: 'Replace what programs keep with a group',
  access: ['groups'],
  body: newProperties,
  answers: { 200: json(groupSchema, 'The group.') },
};

export function mountGroup(
  api: FastifyInstance,
  { groups, roles }: Pick<HttpParts, 'groups' | 'roles'>,
): void {
  const describe = async (name: string, scopes: ScopeSet) => {
    const group = await groups.get(name);
    return (group && groupModel(group, { scopes, roles })) ?? notFound();
  };

  api.get('/groups/:group', described(readGroup), async (request) => {
    const group = groupNameOf(request);
    const { scopes } = requireScope(request, READ_GROUP_SCOPES, { group });
    return await describe(group, scopes);
  });

  api.post('/groups/:group', described(createGroup), async (request, reply) => {
    const group = groupNameOf(request);
    const { scopes } = requireScope(request, 'admin:groups', { group });
    const { users, properties } = parseInput(newGroup, request.body ?? undefined);
    await groups.create([group], { users, ...(properties ? { properties } : {}) });
    return reply.status(201).send(await describe(group, scopes));
  });

  api.delete('/groups/:group', described(deleteGroup), async (request, reply) => {
    const group = groupNameOf(request);
    requireScope(request, 'delete:groups', { group });
    await groups.delete(group);
    return reply.status(204).send();
  });

  api.post('/groups/:group/users', described(addUsers), async (request) => {
    const group = groupNameOf(request);
    const { scopes } = requireScope(request, 'groups', { group });
    await groups.addUsers(group, parseInput(someUsers, request.body).users);
    return await describe(group, scopes);
  });

  api.delete('/groups/:group/users', described(removeUsers), async (request) => {
    const group = groupNameOf(request);
    const { scopes } = requireScope(request, 'groups', { group });
    await groups.removeUsers(group, parseInput(someUsers, request.body).users);
    return await describe(group, scopes);
  });

  api.put('/groups/:group/properties', described(setProperties), async (request) => {
    const group = groupNameOf(request);
    const { scopes } = requireScope(request, 'groups', { group });
    await groups.setProperties(group, parseInput(newProperties, request.body));
    return await describe(group, scopes);
  });
}

function groupNameOf(request: FastifyRequest): string {
  return pathParameter(request, 'group');
}
