/** A service as it, and whoever it shows its token to, is told of it. */
import { z } from 'zod';
import type { ServiceCaller } from '../../domain/caller.ts';
import { listScopes } from '../../domain/scope.ts';

export const serviceIdentitySchema = z.object({
  kind: z.literal('service'),
  name: z.string(),
  admin: z.boolean(),
  token_id: z.null(),
  session_id: z.null(),
  scopes: z.array(z.string()),
});

export function serviceIdentity({ name, admin, scopes }: ServiceCaller) {
  return { kind: 'service', name, admin, token_id: null, session_id: null, scopes: listScopes(scopes) };
}
