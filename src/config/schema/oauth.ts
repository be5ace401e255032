/** `hub.config.OAuthenticator` and its generic child: logging in at another place. */
import { z } from 'zod';
import { later, secret, section, unneeded } from './fate.ts';
import { json, jsonMap } from './passthrough.ts';
import { flag, names, text } from './scalars.ts';

const traits = {
  login_service: text,
  client_id: secret(text),
  client_secret: secret(text),
  oauth_callback_url: text,
  authorize_url: text,
  token_url: text,
  userdata_url: text,
  userdata_from_id_token: flag,
  userdata_params: jsonMap,
  userdata_token_method: z.enum(['header', 'url']),
  token_params: secret(jsonMap),
  extra_authorize_params: jsonMap,
  username_claim: text,
  scope: names,
  allowed_scopes: names,
  allowed_groups: names,
  admin_groups: names,
  auth_state_groups_key: text,
  allow_existing_users: flag,
  basic_auth: flag,
  enable_pkce: flag,
  validate_server_cert: flag,
  http_request_kwargs: jsonMap,
  logout_redirect_url: text,
  custom_403_message: text,
  auto_login: flag,
  enable_auth_state: flag,
  manage_groups: flag,
  // Python's: a values file cannot hold one.
  modify_auth_state_hook: later(null, json),
  refresh_user_hook: later(null, json),
};

export const oauthSections = {
  OAuthenticator: section(traits),
  GenericOAuthenticator: section({
    ...traits,
    claim_groups_key: text,
    userdata_method: unneeded('who logs in is always asked for with GET', text),
  }),
};
