import { textAt } from '../claims.ts';
import type { Provider } from './provider.ts';

/** https://www.cilogon.org/oidc */
export const cilogon: Provider = {
  title: 'CILogon',
  endpoints: ({ url }) => {
    const base = url ?? 'https://cilogon.org';
    return {
      issuer: base,
      authorizeUrl: `${base}/authorize`,
      tokenUrl: `${base}/oauth2/token`,
      userdataUrl: `${base}/oauth2/userinfo`,
    };
  },
  scope: ['openid', 'email', 'org.cilogon.userinfo', 'profile'],
  usernameClaim: 'eppn',
  authorizeParams: ({ identityProviders, skin }) => ({
    ...(Object.keys(identityProviders).length > 0
      ? { selected_idp: Object.keys(identityProviders).join(',') }
      : {}),
    ...(skin === null ? {} : { skin }),
  }),
  name: (claims, { identityProviders }) => {
    const rule = identityProviders[textAt(claims, 'idp') ?? ''];
    if (rule === undefined) return undefined;
    const name = textAt(claims, rule.usernameClaim);
    if (name === undefined || rule.action === 'none') return name;
    if (rule.action === 'prefix') return `${rule.text}:${name}`;
    const end = `@${rule.text.toLowerCase()}`;
    return name.toLowerCase().endsWith(end) ? name.slice(0, -end.length) : name;
  },
  objection: (claims, { identityProviders }) => {
    const known = Object.keys(identityProviders);
    return known.length === 0 || known.includes(textAt(claims, 'idp') ?? '')
      ? undefined
      : 'People of the institution that you chose are not let in. Log in again and choose another.';
  },
  memberships: async ({ claims }) => {
    const idp = textAt(claims, 'idp') ?? '';
    const domain = textAt(claims, 'email')?.split('@')[1]?.toLowerCase();
    return [`idp:${idp}`, ...(domain === undefined ? [] : [`idp:${idp} ${domain}`])];
  },
};
