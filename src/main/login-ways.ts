/** From what the file says of logging in to authenticators and the rules of who is let in. */
import { setTimeout } from 'node:timers/promises';
import { type AllowRule, isAllowed, NOBODY } from '../authenticator/allow-rule.ts';
import { type Authenticator, type LoginWay, NO_MEMBERSHIPS } from '../authenticator/authenticator.ts';
import { DummyAuthenticator } from '../authenticator/dummy/dummy.ts';
import { OwnPasswordAuthenticator } from '../authenticator/passwords/own-passwords.ts';
import type { LoginConfig, LoginServiceConfig, Secrets } from '../config/config.ts';
import type { Finding } from '../config/finding.ts';
import { HubError } from '../domain/errors.ts';
import type { PasswordRules } from '../domain/password.ts';
import type { Store } from '../store/store.ts';

/** @param store has the passwords that people chose */
export async function openLoginWays(
  login: LoginConfig,
  secrets: Secrets,
  store: PasswordStore,
): Promise<readonly LoginWay[]> {
  const prefixes = login.others.map(({ prefix }) => prefix).filter((prefix) => prefix !== '');
  const main = await openWay(login, {
    id: login.service?.provider ?? 'password',
    prefix: '',
    secrets,
    store,
  });
  const others = login.others.map(({ id, prefix, login: other }) =>
    openWay(other, { id, prefix, secrets: { ...secrets, ...secrets.otherLogins?.[id] }, store }),
  );
  return [main, ...(await Promise.all(others))].map((way) => ({
    ...way,
    foreignPrefixes: prefixes.filter((prefix) => prefix !== way.prefix),
  }));
}

type PasswordStore = Pick<Store, 'passwords' | 'users'>;

async function openWay(
  login: LoginConfig,
  {
    id,
    prefix,
    secrets,
    store,
  }: {
    readonly id: string;
    readonly prefix: string;
    readonly secrets: Secrets;
    readonly store: PasswordStore;
  },
): Promise<Omit<LoginWay, 'foreignPrefixes'>> {
  const rule = ruleOf(login);
  return {
    id,
    authenticator: await authenticatorOf(login, { rule, secrets, store }),
    rule,
    refusal: login.refusal,
    managesGroups: login.service?.managesGroups ?? false,
    keepsAuthState: login.service?.keepsAuthState ?? false,
    renewSeconds: login.service?.renewSeconds ?? null,
    prefix,
  };
}

interface Surroundings {
  readonly rule: AllowRule;
  readonly secrets: Secrets;
  readonly store: PasswordStore;
}

async function authenticatorOf(login: LoginConfig, around: Surroundings): Promise<Authenticator> {
  if (login.service !== null) return serviceOf(login.service, around);
  if (login.kind === 'none') return { kind: 'none', className: 'jupyterhub.auth.NullAuthenticator' };
  if (login.passwordRules === null) return passwordsOf(around.rule, around.secrets);
  return ownPasswordsOf(login.passwordRules, { ...around, createsUsers: login.createsUsers });
}

function ownPasswordsOf(
  rules: PasswordRules,
  { rule, secrets, store, createsUsers }: Surroundings & { readonly createsUsers: boolean },
): Authenticator {
  return new OwnPasswordAuthenticator({
    className: rules.firstUse
      ? 'firstuseauthenticator.FirstUseAuthenticator'
      : 'nativeauthenticator.NativeAuthenticator',
    rules,
    kept: store.passwords,
    mayBegin: async (name) => {
      const exists = (await store.users.get(name)) !== undefined;
      return (createsUsers || exists) && isAllowed({ name, memberships: NO_MEMBERSHIPS }, rule, { exists });
    },
    staff: new Set([...rule.admins, ...rule.instructors]),
    staffPassword: secrets.dummyAdminPassword,
    now: () => new Date(),
  });
}

/** How long a start waits for what a service says; it goes on without. */
const CHECK_MS = 3_000;

/** What stands in the way of logins at other places, as far as it can be known at the start. */
export async function checkLoginWays(ways: readonly LoginWay[]): Promise<readonly Finding[]> {
  const found = ways.map(async ({ id, authenticator }) => {
    if (authenticator.kind !== 'service') return [];
    const late = new AbortController();
    const failure = await Promise.race([
      authenticator.check().then(
        () => null,
        (error: unknown) => error,
      ),
      setTimeout(CHECK_MS, new Error('it does not answer'), { signal: late.signal }).catch(() => null),
    ]);
    late.abort();
    return failure instanceof Error ? [describeFailure(id, failure)] : [];
  });
  return (await Promise.all(found)).flat();
}

function describeFailure(way: string, failure: Error): Finding {
  const detail = failure instanceof HubError && failure.detail ? ` (${failure.detail})` : '';
  return {
    code: 'login-service',
    severity: 'warning',
    path: '',
    position: null,
    message: `Nobody can log in by ${way} just now: ${failure.message}${detail}`,
    help: 'Check the addresses of the login service in the file, and whether it can be reached from this machine.',
  };
}

function passwordsOf(rule: AllowRule, secrets: Secrets): Authenticator {
  return new DummyAuthenticator({
    password: secrets.dummyPassword,
    adminPassword: secrets.dummyAdminPassword,
    // Whoever knew an instructor's name could see everybody's work otherwise.
    admins: new Set([...rule.admins, ...rule.instructors]),
  });
}

/** Its libraries are loaded only by hubs that use it. */
async function serviceOf(
  service: LoginServiceConfig,
  { rule, secrets }: { readonly rule: AllowRule; readonly secrets: Secrets },
): Promise<Authenticator> {
  const { OidcAuthenticator } = await import('../authenticator/oidc/oidc.ts');
  return new OidcAuthenticator({
    settings: {
      ...service,
      clientSecret: secrets.loginClientSecret,
      tokenParams: secrets.loginTokenParams ?? {},
      wanted: new Set([...rule.memberships, ...rule.adminMemberships]),
    },
    now: () => new Date(),
  });
}

function ruleOf(login: LoginConfig): AllowRule {
  return {
    ...NOBODY,
    allowAll: login.allowAll,
    users: new Set(login.allowedUsers),
    memberships: new Set(login.allowedMemberships),
    admins: new Set(login.adminUsers),
    instructors: new Set(login.instructors),
    adminMemberships: new Set(login.adminMemberships),
    existingUsers: login.existingUsers,
    combine: login.combine,
    blocked: new Set(login.blockedUsers),
    pattern: login.usernamePattern === null ? null : new RegExp(`^(?:${login.usernamePattern})`, 'u'),
    nameMap: new Map(Object.entries(login.usernameMap)),
  };
}
