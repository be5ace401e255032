import type { GroupWithMembers } from '../domain/group.ts';
import type { Store } from '../store/store.ts';

/**
 * Makes the groups of the config, as JupyterHub does at its start: people who are not known are made, those who are in a
 * group already stay in it, and properties are replaced where the config has some.
 */
export async function declareGroups(store: Store, groups: readonly GroupWithMembers[]): Promise<void> {
  if (groups.length === 0) return;
  const names = [...new Set(groups.flatMap(({ users }) => users))];
  await store.users.insert(names.map((name) => ({ name, admin: false })));
  await store.groups.insert(groups.map(({ name }) => name));
  for (const { name, users, properties } of groups) {
    const { items } = await store.users.list({ names: users });
    await store.groups.addMembers(
      name,
      items.map(({ id }) => id),
    );
    if (Object.keys(properties).length > 0) await store.groups.setProperties(name, properties);
  }
}
