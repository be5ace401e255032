/** A group as JupyterHub's API describes it: as much of it as the caller's scopes let them see. */
import { z } from 'zod';
import type { GroupWithMembers } from '../../domain/group.ts';
import { allows, type ScopeSet } from '../../domain/scope.ts';
import type { Roles } from '../../hub/roles.ts';

export const groupSchema = z
  .object({
    kind: z.literal('group'),
    name: z.string(),
    users: z.array(z.string()).optional(),
    properties: z.record(z.string(), z.unknown()).optional(),
    roles: z.array(z.string()).optional(),
  })
  .meta({ id: 'Group', description: 'As much of a group as the scopes of the caller let them see.' });

/** Any of these lets a caller see something of a group. */
export const READ_GROUP_SCOPES = ['read:groups', 'read:groups:name', 'read:roles:groups'];

/** @returns undefined where the caller may see nothing of it */
export function groupModel(
  { name, users, properties }: GroupWithMembers,
  { scopes, roles }: { readonly scopes: ScopeSet; readonly roles: Roles },
): z.input<typeof groupSchema> | undefined {
  const may = (scope: string) => allows(scopes, scope, { group: name });
  if (!READ_GROUP_SCOPES.some(may)) return undefined;
  return {
    kind: 'group',
    name,
    ...(may('read:groups') ? { users: [...users], properties } : {}),
    ...(may('read:roles:groups') ? { roles: [...roles.namesOfGroup(name)] } : {}),
  };
}
