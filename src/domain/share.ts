/** What somebody lets another person, or a group, do with one of their servers. */
import { type CustomScopes, isKnownScope } from './scope.ts';
import type { Server } from './server.ts';

export interface Share {
  readonly server: Pick<Server, 'id' | 'owner' | 'name' | 'state'>;
  readonly holder: ShareHolder;
  /** Without filters, sorted: all of them are about this server. */
  readonly scopes: readonly string[];
  readonly createdAt: Date;
}

/** Who may do it. */
export interface ShareHolder {
  readonly kind: 'user' | 'group';
  readonly name: string;
}

/** What is shared where nobody says what: to open the server and work there. */
export const OPENING = ['access:servers'] as const;

/** What can be done to a server at all, beside what the course declares. */
const SHAREABLE = new Set([
  'access:servers',
  'read:servers',
  'start:servers',
  'delete:servers',
  'servers',
  'admin:server_state',
  'admin:servers',
  'read:shares',
  'shares',
]);

/** With its filter, as `read:servers!server=anna/lab`. */
export function scopeOfServer(scope: string, { owner, name }: Pick<Server, 'owner' | 'name'>): string {
  return `${scope}!server=${owner}/${name}`;
}

export type ReadShareScopes = { readonly scopes: readonly string[] } | { readonly problem: string };

/** From scopes as they were asked for, each without a filter or with that of this very server. */
export function readShareScopes(
  asked: readonly string[],
  { server, custom }: { readonly server: Pick<Server, 'owner' | 'name'>; readonly custom: CustomScopes },
): ReadShareScopes {
  const scopes = new Set<string>();
  for (const raw of asked) {
    // Those that the course declares may have a “!” of their own.
    const own = scopeOfServer('', server);
    const scope = raw.endsWith(own) ? raw.slice(0, -own.length) : raw;
    if (!custom.has(scope)) {
      if (!isKnownScope(raw)) return { problem: `There is no scope “${raw}”.` };
      if (scope.includes('!'))
        return { problem: `“${raw}” is not about this server: leave out “!” or write “${own}”.` };
      if (!SHAREABLE.has(scope)) return { problem: `“${raw}” is nothing that can be done to a server.` };
    }
    scopes.add(scope);
  }
  return { scopes: [...scopes].sort() };
}
