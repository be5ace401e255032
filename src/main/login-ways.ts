/** From what the file says of logging in to authenticators and the rules of who is let in. */
import { setTimeout } from 'node:timers/promises';
import { type AllowRule, NOBODY } from '../authenticator/allow-rule.ts';
import type { Authenticator, LoginWay } from '../authenticator/authenticator.ts';
import { DummyAuthenticator } from '../authenticator/dummy/dummy.ts';
import type { LoginConfig, LoginServiceConfig, Secrets } from '../config/config.ts';
import type { Finding } from '../config/finding.ts';
import { HubError } from '../domain/errors.ts';

export async function openLoginWays(login: LoginConfig, secrets: Secrets): Promise<readonly LoginWay[]> {
  const prefixes = login.others.map(({ prefix }) => prefix).filter((prefix) => prefix !== '');
  const main = await openWay(login, { id: login.service?.provider ?? 'password', prefix: '', secrets });
  const others = login.others.map(({ id, prefix, login: other }) =>
    openWay(other, { id, prefix, secrets: { ...secrets, ...secrets.otherLogins?.[id] } }),
  );
  return [main, ...(await Promise.all(others))].map((way) => ({
    ...way,
    foreignPrefixes: prefixes.filter((prefix) => prefix !== way.prefix),
  }));
}

async function openWay(
  login: LoginConfig,
  { id, prefix, secrets }: { readonly id: string; readonly prefix: string; readonly secrets: Secrets },
): Promise<Omit<LoginWay, 'foreignPrefixes'>> {
  const rule = ruleOf(login);
  const authenticator =
    login.service === null ? passwordsOf(rule, secrets) : await serviceOf(login.service, { rule, secrets });
  return { id, authenticator, rule, refusal: login.refusal, prefix };
}

/** How long a start waits for what a service says; it goes on without. */
const CHECK_MS = 3_000;

/** What stands in the way of logins at other places, as far as it can be known at the start. */
export async function checkLoginWays(ways: readonly LoginWay[]): Promise<readonly Finding[]> {
  const found = ways.map(async ({ id, authenticator }) => {
    if (authenticator.kind === 'password') return [];
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
