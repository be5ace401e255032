/**
 * What a template such as `claim-{username}` may name, by the three schemes in which names have been made: a student's
 * volume must be found under the name that an earlier deployment gave it.
 */
import type { Json } from '../../domain/server.ts';
import { escapeSlug, multiSlug, safeSlug } from './slug.ts';

/**
 * `safe` as KubeSpawner makes names since 7, `escape` as it did up to 6, `legacy-0.10` as 0.10 did: there the name of a
 * named server has a hyphen before it, and the two are escaped together.
 */
export type NamingScheme = 'legacy-0.10' | 'escape' | 'safe';

export const NAMING_SCHEMES: readonly NamingScheme[] = ['legacy-0.10', 'escape', 'safe'];

/** Values by the name in braces. */
export type NameFields = Readonly<Record<string, string>>;

export interface Named {
  readonly owner: { readonly id: number; readonly name: string };
  readonly serverName: string;
}

const SLUG_LENGTH = 48;

export function nameFields(
  { owner, serverName }: Named,
  scheme: NamingScheme,
  options: { readonly namespace: string },
): NameFields {
  const safe = safeNames(owner.name, serverName);
  const escaped = escapedNames(owner.name, serverName);
  const legacy = legacyNames(owner.name, serverName);
  const { username, servername, userServer } =
    scheme === 'safe' ? safe : scheme === 'escape' ? escaped : legacy;
  return {
    userid: String(owner.id),
    unescaped_username: owner.name,
    unescaped_servername: scheme === 'legacy-0.10' && serverName !== '' ? `-${serverName}` : serverName,
    username,
    servername,
    user_server: userServer,
    safe_username: safe.username,
    safe_servername: safe.servername,
    safe_user_server: safe.userServer,
    escaped_username: escaped.username,
    escaped_servername: escaped.servername,
    escaped_user_server: `${escaped.username}--${escaped.servername}`,
    namespace: options.namespace,
    hubnamespace: options.namespace === 'default' ? 'user' : options.namespace,
  };
}

/**
 * Fills in `{name}`; `{{` and `}}` are braces. What is in braces and is no field stays as it stands: `${HOME}` and JSON
 * are written in environments, and a start must not fail over them.
 */
export function expand(template: string, fields: NameFields): string {
  return template.replace(/\{\{|\}\}|\{(\w+)\}/g, (whole, name: string | undefined) =>
    name === undefined ? whole.slice(0, 1) : (fields[name] ?? whole),
  );
}

/** The same for a name of an object, which may not end with a hyphen unless the template does. */
export function expandName(template: string, fields: NameFields): string {
  const name = expand(template, fields);
  return template.endsWith('-') ? name : name.replace(/-+$/, '');
}

/** The same for every text within a value. */
export function expandAll<T extends Json>(value: T, fields: NameFields): T;
export function expandAll(value: Json, fields: NameFields): Json {
  if (typeof value === 'string') return expand(value, fields);
  if (Array.isArray(value)) return value.map((item: Json) => expandAll(item, fields));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, expandAll(item, fields)]));
  }
  return value;
}

function safeNames(owner: string, server: string) {
  const username = safeSlug(owner, { maxLength: SLUG_LENGTH });
  const servername = server === '' ? '' : safeSlug(server, { maxLength: SLUG_LENGTH });
  const joined = server === '' ? username : `${username}--${servername}`;
  const tooLong = username.length + servername.length + 2 > SLUG_LENGTH;
  return { username, servername, userServer: tooLong ? multiSlug([owner, server], SLUG_LENGTH) : joined };
}

function escapedNames(owner: string, server: string) {
  const username = escapeSlug(owner);
  const servername = escapeSlug(server);
  return { username, servername, userServer: server === '' ? username : `${username}--${servername}` };
}

function legacyNames(owner: string, server: string) {
  const username = escapeSlug(owner);
  const servername = server === '' ? '' : escapeSlug(`-${server}`);
  return { username, servername, userServer: `${username}${servername}` };
}
