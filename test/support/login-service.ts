/** What tests set a service up with. */

import { OidcAuthenticator } from '../../src/authenticator/oidc/oidc.ts';
import type { ProviderOptions, ServiceSettings } from '../../src/authenticator/oidc/settings.ts';
import { CLIENT, type LoginProvider } from './login-provider.ts';

export const NO_OPTIONS: ProviderOptions = {
  url: null,
  apiUrl: null,
  tenant: null,
  hostedDomains: [],
  identityProvider: null,
  identityProviders: {},
  skin: null,
  allowUnverifiedEmail: false,
};

export const CALLBACK = 'http://hub.example.org/hub/oauth_callback';

/** A service that is known by its issuer alone, with anything changed. */
export function serviceSettings(
  provider: Pick<LoginProvider, 'url'>,
  changes: Partial<ServiceSettings> = {},
): ServiceSettings {
  return {
    provider: 'generic',
    className: 'generic-oauth',
    title: 'The university',
    clientId: CLIENT.id,
    clientSecret: CLIENT.secret,
    callbackUrl: null,
    issuer: provider.url,
    authorizeUrl: null,
    tokenUrl: null,
    userdataUrl: null,
    scope: ['openid'],
    usernameClaim: 'preferred_username',
    groupsClaim: null,
    userdataFromIdToken: false,
    userdataParams: {},
    tokenInUrl: false,
    tokenParams: {},
    authorizeParams: {},
    basicAuth: false,
    pkce: true,
    options: NO_OPTIONS,
    wanted: new Set(),
    ...changes,
  };
}

export function openService(settings: ServiceSettings): OidcAuthenticator {
  return new OidcAuthenticator({ settings, now: () => new Date() });
}

/** Logs in, as a browser would take it there and back. */
export async function logIn(provider: LoginProvider, authenticator: OidcAuthenticator) {
  const begun = await authenticator.begin({ callbackUrl: CALLBACK });
  const back = await provider.approve(begun.url);
  return authenticator.finish({ answer: back.searchParams, callbackUrl: CALLBACK, kept: begun.kept });
}
