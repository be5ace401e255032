/** A list of people, held against those who are there. */
import { type RosterLine, readRoster } from '../domain/roster.ts';
import type { Store } from '../store/store.ts';

export type RosterStatus = 'new' | 'exists' | 'repeated' | 'invalid';

export interface CheckedLine extends RosterLine {
  readonly status: RosterStatus;
}

/** What each line of `text` comes to. Changes nothing. @throws HubError `invalid` for a list of too many */
export async function checkRoster(
  store: Pick<Store, 'users'>,
  text: string,
): Promise<readonly CheckedLine[]> {
  const lines = readRoster(text);
  const names = [...new Set(lines.map(({ name }) => name))];
  const { items } = await store.users.list({ names, limit: names.length || 1 });
  const existing = new Set(items.map(({ name }) => name));
  const seen = new Set<string>();
  return lines.map((line) => {
    const repeated = seen.has(line.name);
    seen.add(line.name);
    return { ...line, status: statusOf(line, { repeated, exists: existing.has(line.name) }) };
  });
}

function statusOf(
  { problem }: RosterLine,
  { repeated, exists }: { readonly repeated: boolean; readonly exists: boolean },
): RosterStatus {
  if (problem !== null) return 'invalid';
  if (repeated) return 'repeated';
  return exists ? 'exists' : 'new';
}
