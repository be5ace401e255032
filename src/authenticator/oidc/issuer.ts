/**
 * The issuer that endpoints belong to, where their addresses show it: Keycloak's (`…/realms/NAME/protocol/openid-connect/…`),
 * Okta's (`…/oauth2/NAME/v1/…`, or none for the organisation's own) and GitLab-like services' are not guessed.
 */
export function issuerOfEndpoints(endpoints: readonly (string | null)[]): string | null {
  for (const endpoint of endpoints) {
    const keycloak = /^(https?:\/\/.+\/realms\/[^/?#]+)\/protocol\/openid-connect\//.exec(endpoint ?? '');
    if (keycloak) return keycloak[1]!;
    const okta = /^(https:\/\/[^/]+)(\/oauth2(?:\/(?!v1\/)[^/?#]+)?)\/v1\/(?:authorize|token)$/.exec(
      endpoint ?? '',
    );
    if (okta) return okta[2] === '/oauth2' ? okta[1]! : `${okta[1]}${okta[2]}`;
  }
  return null;
}
