/** From what the file says of logging in to authenticators and the rules of who is let in. */
import { type AllowRule, NOBODY } from '../authenticator/allow-rule.ts';
import type { Authenticator, LoginWay } from '../authenticator/authenticator.ts';
import { DummyAuthenticator } from '../authenticator/dummy/dummy.ts';
import type { LoginConfig, LoginServiceConfig, Secrets } from '../config/config.ts';

export async function openLoginWays(login: LoginConfig, secrets: Secrets): Promise<readonly LoginWay[]> {
  const rule = ruleOf(login);
  const { refusal } = login;
  if (login.service === null) {
    return [{ id: 'password', authenticator: passwordsOf(rule, secrets), rule, refusal }];
  }
  const authenticator = await serviceOf(login.service, { rule, secrets });
  return [{ id: login.service.provider, authenticator, rule, refusal }];
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
