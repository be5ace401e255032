import { claimAt, textAt } from '../claims.ts';
import type { Provider } from './provider.ts';

const GROUPS_SERVER = 'groups.api.globus.org';

/** https://docs.globus.org/api/auth/reference/ and https://groups.api.globus.org/redoc */
export const globus: Provider = {
  title: 'Globus',
  endpoints: ({ url }) => {
    const base = url ?? 'https://auth.globus.org';
    return {
      issuer: base,
      authorizeUrl: `${base}/v2/oauth2/authorize`,
      tokenUrl: `${base}/v2/oauth2/token`,
      userdataUrl: `${base}/v2/oauth2/userinfo`,
    };
  },
  scope: ['openid', 'profile', 'urn:globus:auth:scope:transfer.api.globus.org:all'],
  usernameClaim: 'preferred_username',
  // Without one institution the domain stays: somebody else may have the same name at another.
  name: (claims, { identityProvider }) => {
    const name = textAt(claims, 'preferred_username');
    return identityProvider === null ? name : name?.split('@')[0];
  },
  objection: (claims, { identityProvider }) => {
    const domain = textAt(claims, 'preferred_username')?.split('@').slice(1).join('@');
    return identityProvider === null || domain === identityProvider
      ? undefined
      : `Log in with your account of ${identityProvider}, or link it to this one at https://app.globus.org/account.`;
  },
  memberships: async ({ options, wanted, tokens, ask }) => {
    if (!wanted.some((one) => one.startsWith('globus-group:'))) return [];
    const others = claimAt(tokens, 'other_tokens');
    const groups = (Array.isArray(others) ? others : []).find(
      (one) => one?.resource_server === GROUPS_SERVER,
    );
    if (typeof groups?.access_token !== 'string') return [];
    const api = options.apiUrl ?? `https://${GROUPS_SERVER}`;
    const { body } = await ask(`${api}/v2/groups/my_groups`, groups.access_token);
    return (Array.isArray(body) ? body : []).map((group) => `globus-group:${group?.id}`);
  },
};
