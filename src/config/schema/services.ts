import { z } from 'zod';
import { secret, section } from './fate.ts';
import { jsonMap } from './passthrough.ts';
import { command, flag, names, text } from './scalars.ts';

/** A service, in JupyterHub's names; `apiToken` is the chart's. */
export const serviceSchema = section({
  name: text,
  admin: flag,
  command,
  url: text,
  api_token: secret(text),
  apiToken: secret(text),
  display: flag,
  environment: secret(z.record(z.string(), text)),
  oauth_no_confirm: flag,
  oauth_redirect_uri: text,
  oauth_client_id: text,
  oauth_client_allowed_scopes: names,
  cwd: text,
  user: text,
  info: jsonMap,
});

export type ServiceValues = z.infer<typeof serviceSchema>;
