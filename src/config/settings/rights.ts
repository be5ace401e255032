import { normalizeUserName } from '../../domain/user.ts';
import type { RightsConfig } from '../config.ts';
import type { Values } from '../schema/values.ts';

/** A role as the file has it, and where it stands there. */
export interface WrittenRole {
  readonly name: string;
  readonly values: {
    readonly description?: string | undefined;
    readonly scopes?: readonly string[] | undefined;
    readonly users?: readonly string[] | undefined;
    readonly groups?: readonly string[] | undefined;
    readonly services?: readonly string[] | undefined;
  };
  readonly path: readonly (string | number)[];
}

/** All that the file declares: the chart's map, whose keys are names where nothing else is said, then JupyterHub's list. */
export function writtenRoles({ hub }: Values): readonly WrittenRole[] {
  const map = Object.entries(hub?.loadRoles ?? {}).map(([key, values]) => ({
    name: values.name ?? key,
    values,
    path: ['hub', 'loadRoles', key],
  }));
  const list = (hub?.config?.JupyterHub?.load_roles ?? []).map((values, index) => ({
    name: values.name ?? '',
    values,
    path: ['hub', 'config', 'JupyterHub', 'load_roles', index],
  }));
  return [...map, ...list];
}

export function readRights(values: Values): RightsConfig {
  const { load_groups: groups = {}, custom_scopes: custom = {} } = values.hub?.config?.JupyterHub ?? {};
  return {
    roles: writtenRoles(values).map(({ name, values: role }) => ({
      name,
      description: role.description ?? '',
      scopes: role.scopes ?? [],
      users: (role.users ?? []).map(normalizeUserName),
      groups: role.groups ?? [],
      services: role.services ?? [],
    })),
    groups: Object.entries(groups).map(([name, group]) => {
      const { users = [], properties = {} } = Array.isArray(group) ? { users: group } : group;
      return { name, users: users.map(normalizeUserName), properties };
    }),
    customScopes: Object.fromEntries(
      Object.entries(custom).map(([name, { subscopes }]) => [name, subscopes ?? []]),
    ),
  };
}
