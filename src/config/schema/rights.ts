import { z } from 'zod';
import { section } from './fate.ts';
import { jsonMap } from './passthrough.ts';
import { names, text } from './scalars.ts';

/** A role, in JupyterHub's names. */
export const roleSchema = section({
  name: text,
  description: text,
  scopes: names,
  users: names,
  services: names,
  groups: names,
});

/** By name: members, or members and properties. */
export const groupsSchema = z.record(
  z.string(),
  z.union([
    z.array(z.string()),
    z.strictObject({ users: z.array(z.string()).optional(), properties: jsonMap.optional() }),
  ]),
);

/** By name, as `custom:grade:write`. */
export const customScopesSchema = z.record(
  z.string(),
  z.strictObject({ description: z.string(), subscopes: z.array(z.string()).optional() }),
);
