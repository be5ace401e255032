/**
 * What somebody's login left behind: tokens of the login service and what it said of them, in OAuthenticator's words
 * (`access_token`, `refresh_token`, `oauth_user`, …). Secret: it opens other places in their name.
 */
export type AuthState = Readonly<Record<string, unknown>>;
