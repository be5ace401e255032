/** Who is let in, and who is an administrator. Nobody is let in whom nothing here names. */
import { normalizeUserName } from '../domain/user.ts';
import type { Identity } from './authenticator.ts';

export interface AllowRule {
  /** Everyone who can log in, save those who are kept out. */
  readonly allowAll: boolean;
  readonly users: ReadonlySet<string>;
  /** One of these is enough. */
  readonly memberships: ReadonlySet<string>;
  /** Let in without being listed among the users. */
  readonly admins: ReadonlySet<string>;
  /** Let in without being listed, too. */
  readonly instructors: ReadonlySet<string>;
  /** Where there are any, who has none of them (and is not listed) is no administrator any more. */
  readonly adminMemberships: ReadonlySet<string>;
  /** Whoever has an account here already. */
  readonly existingUsers: boolean;
  /** `any`: one reason is enough, as since OAuthenticator 16. `all`: each list that is given must be met, as before. */
  readonly combine: 'any' | 'all';
  /** Kept out whatever else is said. */
  readonly blocked: ReadonlySet<string>;
  /** Names that it does not match are kept out; null: any name. */
  readonly pattern: RegExp | null;
  /** Names that become others. */
  readonly nameMap: ReadonlyMap<string, string>;
}

/** The rule that lets nobody in. */
export const NOBODY: AllowRule = {
  allowAll: false,
  users: new Set(),
  memberships: new Set(),
  admins: new Set(),
  instructors: new Set(),
  adminMemberships: new Set(),
  existingUsers: false,
  combine: 'any',
  blocked: new Set(),
  pattern: null,
  nameMap: new Map(),
};

/** The name under which somebody is known here: in small letters, and another one where the rule says so. */
export function accountName(name: string, rule: AllowRule): string {
  const normalized = normalizeUserName(name);
  return rule.nameMap.get(normalized) ?? normalized;
}

/** @param options.exists whether there is an account of this name already */
export function isAllowed(
  identity: Identity,
  rule: AllowRule,
  options: { readonly exists: boolean },
): boolean {
  const { name } = identity;
  if (rule.blocked.has(name) || (rule.pattern !== null && !rule.pattern.test(name))) return false;
  const staff = rule.admins.has(name) || rule.instructors.has(name);
  const listed = rule.users.has(name) || (rule.existingUsers && options.exists);
  const belongs = hasOneOf(identity, rule.memberships) || hasOneOf(identity, rule.adminMemberships);
  if (rule.combine === 'any') return rule.allowAll || staff || listed || belongs;
  if (rule.users.size === 0 && rule.memberships.size === 0) return rule.allowAll || staff;
  return (rule.users.size === 0 || listed || staff) && (rule.memberships.size === 0 || belongs);
}

/** True: make them one. False: they are none (any more). Undefined: as it is. */
export function isAdmin(identity: Identity, rule: AllowRule): boolean | undefined {
  if (rule.admins.has(identity.name)) return true;
  return rule.adminMemberships.size === 0 ? undefined : hasOneOf(identity, rule.adminMemberships);
}

function hasOneOf({ memberships }: Identity, wanted: ReadonlySet<string>): boolean {
  return [...wanted].some((one) => memberships.has(one));
}
