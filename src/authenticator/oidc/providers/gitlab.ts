import { textAt } from '../claims.ts';
import { filterAsking, type Provider, wantedOf } from './provider.ts';

const PUBLIC = 'https://gitlab.com';
/** The access level of a developer; a guest or reporter is not let in for a project. */
const DEVELOPER = 30;

/** https://docs.gitlab.com/api/oauth2/ and https://docs.gitlab.com/api/members/ */
export const gitlab: Provider = {
  title: 'GitLab',
  endpoints: ({ url, apiUrl }) => ({
    issuer: null,
    authorizeUrl: `${url ?? PUBLIC}/oauth/authorize`,
    tokenUrl: `${url ?? PUBLIC}/oauth/token`,
    userdataUrl: `${apiOf(url, apiUrl)}/user`,
  }),
  // Without a scope GitLab gives those that the application is registered with: members are asked for with `read_api`.
  scope: [],
  usernameClaim: 'username',
  memberships: async ({ claims, options, wanted, ask }) => {
    const api = apiOf(options.url, options.apiUrl);
    const member = (kind: string, name: string) =>
      ask(`${api}/${kind}/${encodeURIComponent(name)}/members/all/${textAt(claims, 'id')}`);
    const groups = await filterAsking(
      wantedOf('gitlab-group', wanted),
      async (name) => (await member('groups', name)).status === 200,
    );
    const projects = await filterAsking(wantedOf('project', wanted), async (name) => {
      const { status, body } = await member('projects', name);
      return status === 200 && Number((body as { access_level?: unknown }).access_level) >= DEVELOPER;
    });
    return [...groups.map((name) => `gitlab-group:${name}`), ...projects.map((name) => `project:${name}`)];
  },
};

function apiOf(url: string | null, apiUrl: string | null): string {
  return apiUrl ?? `${url ?? PUBLIC}/api/v4`;
}
