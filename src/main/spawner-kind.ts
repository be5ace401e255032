/** What servers can be: processes of this machine, pods of a cluster, or nothing at all. */
export const SPAWNERS = ['process', 'kubernetes', 'simulated'] as const;

export type SpawnerKind = (typeof SPAWNERS)[number];
