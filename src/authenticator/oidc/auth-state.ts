import type { AuthState } from '../../domain/auth-state.ts';
import { type Claims, textAt } from './claims.ts';
import type { ProviderName } from './providers/table.ts';
import { UNCHECKED_ID_TOKEN } from './service-fetch.ts';

/**
 * What a login leaves behind, as OAuthenticator 17 writes it (`build_auth_state_dict`).
 * @param tokens all that the token endpoint said
 * @param claims all that the service says of somebody
 */
export function authStateOf(provider: ProviderName, tokens: Claims, claims: Claims): AuthState {
  return { ...tokensOf(tokens), [keyOf(provider)]: claims };
}

/** All of it that is about tokens. */
export function tokensOf(tokens: Claims): AuthState {
  const { [UNCHECKED_ID_TOKEN]: unchecked, ...said } = tokens;
  const response = unchecked === undefined ? said : { ...said, id_token: unchecked };
  return {
    access_token: textAt(response, 'access_token') ?? null,
    refresh_token: textAt(response, 'refresh_token') ?? null,
    id_token: textAt(response, 'id_token') ?? null,
    // RFC 6749, 3.3: separated by blanks; GitHub has commas.
    scope: (textAt(response, 'scope') ?? '').split(/[ ,]+/).filter(Boolean),
    token_response: response,
  };
}

/** New tokens, with those of before that need not be said again (RFC 6749, 6; OpenID Connect Core 1.0, 12.2). */
export function completed(tokens: Claims, before: AuthState): Claims {
  const scope = Array.isArray(before.scope) ? before.scope.join(' ') : '';
  const { id_token, refresh_token } = before;
  const old = { id_token, refresh_token, ...(scope === '' ? {} : { scope }) };
  return { ...Object.fromEntries(Object.entries(old).filter(([, value]) => value !== null)), ...tokens };
}

/** Under which what the service says of somebody stands. */
function keyOf(provider: ProviderName): string {
  if (provider === 'generic') return 'oauth_user';
  return provider === 'azuread' ? 'user' : `${provider}_user`;
}
