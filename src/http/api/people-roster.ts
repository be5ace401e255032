/**
 * `POST /hub/api/people/roster`: what a list of people and their groups comes to, and with `"add": true` those of it who
 * are new are made, and all of it put into their groups. Polder's own.
 */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { allows } from '../../domain/scope.ts';
import type { HttpParts } from '../parts.ts';
import { requireScope } from './access.ts';
import { parseInput } from './body.ts';
import { described, json, type Operation } from './operation.ts';

const roster = z.strictObject({ text: z.string(), add: z.boolean().default(false) });

const rosterSchema = z.object({
  lines: z.array(
    z.object({
      line: z.int(),
      name: z.string(),
      groups: z.array(z.string()),
      problem: z.string().nullable(),
      status: z.enum(['new', 'exists', 'repeated', 'invalid']),
    }),
  ),
  groups: z.array(
    z.object({
      name: z.string(),
      status: z
        .enum(['new', 'exists', 'closed'])
        .describe(
          '`closed`: nobody is put into it, for lack of `groups` or because logins say who is in it.',
        ),
      joining: z.int().describe('How many of the list are no members yet.'),
    }),
  ),
  created: z.array(z.string()),
});

const sendRoster: Operation = {
  summary: 'Look at a list of people, and add those who are new',
  description:
    'The text is a name a line, or a CSV with a column `name` or `email`, and perhaps one `group`. Groups are made with ' +
    '`admin:groups`, and joined with `groups`.',
  access: ['admin:users'],
  body: roster,
  answers: { 200: json(rosterSchema, 'What each line and each group comes to, and who was added.') },
};

export function mountPeopleRoster(
  api: FastifyInstance,
  { users, groups }: Pick<HttpParts, 'users' | 'groups'>,
): void {
  api.post('/people/roster', described(sendRoster), async (request) => {
    const { name: by, scopes } = requireScope(request, 'admin:users');
    const { text, add } = parseInput(roster, request.body);
    const checked = await groups.checkRoster(text, (group, { isNew }) =>
      allows(scopes, isNew ? 'admin:groups' : 'groups', { group }),
    );
    const fresh = checked.lines.filter(({ status }) => status === 'new').map(({ name }) => name);
    const created = add && fresh.length > 0 ? await users.create(fresh, { admin: false, by }) : [];
    if (add) await groups.join(checked);
    return {
      lines: checked.lines,
      groups: checked.groups.map(({ joining, ...group }) => ({ ...group, joining: joining.length })),
      created: created.map(({ name }) => name),
    };
  });
}
