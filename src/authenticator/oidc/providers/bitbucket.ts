import { listAt } from '../claims.ts';
import type { Provider } from './provider.ts';

const PUBLIC = 'https://bitbucket.org';
/** Somebody in more workspaces than fit on so many pages is looked up in these. */
const MOST_PAGES = 20;

/** https://developer.atlassian.com/cloud/bitbucket/rest/ */
export const bitbucket: Provider = {
  title: 'Bitbucket',
  endpoints: ({ url, apiUrl }) => ({
    issuer: null,
    authorizeUrl: `${url ?? PUBLIC}/site/oauth2/authorize`,
    tokenUrl: `${url ?? PUBLIC}/site/oauth2/access_token`,
    userdataUrl: `${apiUrl ?? 'https://api.bitbucket.org/2.0'}/user`,
  }),
  scope: [],
  usernameClaim: 'username',
  memberships: async ({ options, wanted, ask }) => {
    if (!wanted.some((one) => one.startsWith('team:'))) return [];
    const api = options.apiUrl ?? 'https://api.bitbucket.org/2.0';
    const names: string[] = [];
    let next: string | undefined = `${api}/workspaces?role=member`;
    for (let page = 0; next !== undefined && page < MOST_PAGES; page += 1) {
      const { body } = await ask(next);
      const { values = [], next: after } = (body ?? {}) as { values?: readonly object[]; next?: unknown };
      names.push(...values.flatMap((value) => listAt(value as Record<string, unknown>, 'name')));
      // Only on the same host: the access token goes along.
      next = typeof after === 'string' && new URL(after).origin === new URL(api).origin ? after : undefined;
    }
    return names.map((name) => `team:${name}`);
  },
};
