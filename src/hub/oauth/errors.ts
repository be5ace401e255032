/** What a client of our OAuth provider is told: RFC 6749 §4.1.2.1 at the authorization, §5.2 at the token endpoint. */
export type OAuthErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'invalid_scope'
  | 'access_denied'
  | 'unsupported_response_type'
  | 'unsupported_grant_type';

/** `description` is sent to the client; `detail` is for the log. */
export class OAuthError extends Error {
  readonly code: OAuthErrorCode;
  readonly description: string;
  readonly detail: string | undefined;

  constructor(code: OAuthErrorCode, description: string, options: { readonly detail?: string } = {}) {
    super(description);
    this.name = 'OAuthError';
    this.code = code;
    this.description = description;
    this.detail = options.detail;
  }
}
