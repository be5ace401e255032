import { textAt } from '../claims.ts';
import type { Provider } from './provider.ts';

/** https://developers.google.com/identity/openid-connect/openid-connect */
export const google: Provider = {
  title: 'Google',
  endpoints: ({ url, apiUrl }) => ({
    issuer: url ?? 'https://accounts.google.com',
    authorizeUrl: `${url ?? 'https://accounts.google.com'}/o/oauth2/v2/auth`,
    tokenUrl: `${apiUrl ?? 'https://www.googleapis.com'}/oauth2/v4/token`,
    userdataUrl: `${apiUrl ?? 'https://www.googleapis.com'}/oauth2/v1/userinfo`,
  }),
  scope: ['openid', 'email'],
  usernameClaim: 'email',
  // Google shows only accounts of the domain; what comes back is checked all the same.
  authorizeParams: ({ hostedDomains }): Readonly<Record<string, string>> =>
    hostedDomains.length === 1 ? { hd: hostedDomains[0]! } : {},
  // With one domain the part before it tells people apart.
  name: (claims, { hostedDomains }) => {
    const address = textAt(claims, 'email');
    return hostedDomains.length === 1 ? address?.split('@')[0] : address;
  },
  objection: (claims, { hostedDomains }) => {
    const address = textAt(claims, 'email') ?? '';
    if (claims.verified_email !== true && claims.email_verified !== true)
      return 'Your e-mail address is not confirmed at Google yet. Confirm it there, then log in again.';
    const domain = address.split('@')[1]?.toLowerCase() ?? '';
    // `hd` is what Google says of the organisation; an address alone may belong to a private account.
    const ours = hostedDomains.includes(domain) && hostedDomains.includes(textAt(claims, 'hd') ?? '');
    return hostedDomains.length === 0 || ours
      ? undefined
      : `Log in with an account of ${hostedDomains.join(' or ')}.`;
  },
};
