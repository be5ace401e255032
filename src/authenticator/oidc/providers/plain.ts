/** Services whose claims say all there is to know. */
import { listAt } from '../claims.ts';
import type { Provider } from './provider.ts';

/** Any service; its endpoints, or its issuer, are settings. */
export const generic: Provider = {
  title: null,
  endpoints: () => ({ issuer: null, authorizeUrl: null, tokenUrl: null, userdataUrl: null }),
  scope: [],
  usernameClaim: 'username',
};

/** https://auth0.com/docs/api/authentication */
export const auth0: Provider = {
  title: 'Auth0',
  endpoints: ({ url }) => ({
    // Auth0's issuer ends with a slash.
    issuer: `${url}/`,
    authorizeUrl: `${url}/authorize`,
    tokenUrl: `${url}/oauth/token`,
    userdataUrl: `${url}/userinfo`,
  }),
  scope: ['openid', 'email', 'profile'],
  usernameClaim: 'email',
  objection: (claims, { allowUnverifiedEmail }) =>
    claims.email_verified === false && !allowUnverifiedEmail
      ? 'Your e-mail address is not confirmed yet. Confirm it by the message that Auth0 has sent you, then log in again.'
      : undefined,
};

/** https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference */
export const azuread: Provider = {
  title: 'Microsoft',
  endpoints: ({ url, tenant }) => {
    const base = `${url ?? 'https://login.microsoftonline.com'}/${tenant ?? 'common'}`;
    return {
      issuer: base,
      authorizeUrl: `${base}/oauth2/authorize`,
      tokenUrl: `${base}/oauth2/token`,
      userdataUrl: null,
    };
  },
  scope: ['openid'],
  usernameClaim: 'name',
  userdataFromIdToken: true,
};

/** https://docs.openshift.com/container-platform/latest/authentication/configuring-oauth-clients.html */
export const openshift: Provider = {
  title: 'OpenShift',
  endpoints: ({ url, apiUrl }) => {
    const api = apiUrl ?? url ?? 'https://openshift.default.svc.cluster.local';
    return {
      issuer: null,
      authorizeUrl: `${url ?? api}/oauth/authorize`,
      tokenUrl: `${url ?? api}/oauth/token`,
      userdataUrl: `${api}/apis/user.openshift.io/v1/users/~`,
    };
  },
  scope: ['user:info'],
  usernameClaim: 'metadata.name',
  memberships: async ({ claims }) => listAt(claims, 'groups').map((group) => `group:${group}`),
};
