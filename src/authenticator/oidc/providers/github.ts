import { textAt } from '../claims.ts';
import { filterAsking, type Provider, wantedOf } from './provider.ts';

const PUBLIC = 'https://github.com';

/** https://docs.github.com/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps */
export const github: Provider = {
  title: 'GitHub',
  endpoints: ({ url, apiUrl }) => ({
    issuer: null,
    authorizeUrl: `${url ?? PUBLIC}/login/oauth/authorize`,
    tokenUrl: `${url ?? PUBLIC}/login/oauth/access_token`,
    userdataUrl: `${apiOf(url, apiUrl)}/user`,
  }),
  scope: [],
  usernameClaim: 'login',
  // 204 says that they are a member; without the scope `read:org`, of those who show it to everybody.
  memberships: async ({ claims, options, wanted, ask }) => {
    const api = apiOf(options.url, options.apiUrl);
    const login = encodeURIComponent(textAt(claims, 'login') ?? '');
    const held = await filterAsking(wantedOf('organization', wanted), async (name) => {
      const [organization, team] = name.split(':').map(encodeURIComponent);
      const place = team === undefined ? 'members' : `teams/${team}/members`;
      const { status } = await ask(`${api}/orgs/${organization}/${place}/${login}`);
      return status === 204;
    });
    return held.map((name) => `organization:${name}`);
  },
};

/** An installation of one's own has its API below its own address. */
function apiOf(url: string | null, apiUrl: string | null): string {
  return apiUrl ?? (url === null || url === PUBLIC ? 'https://api.github.com' : `${url}/api/v3`);
}
