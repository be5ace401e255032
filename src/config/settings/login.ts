import type { PasswordRules } from '../../domain/password.ts';
import { normalizeUserName } from '../../domain/user.ts';
import type { LoginConfig, Secrets } from '../config.ts';
import { type Generation, isUpTo } from '../generations.ts';
import { authenticatorSection } from '../legacy/authenticators.ts';
import type { Values } from '../schema/values.ts';
import { type LoginServiceSettings, readLoginService, serviceSection } from './login-service.ts';
import { readPasswordRules } from './own-passwords.ts';

export interface LoginSettings {
  readonly login: LoginConfig;
  readonly secrets: Pick<
    Secrets,
    'dummyPassword' | 'dummyAdminPassword' | 'loginClientSecret' | 'loginTokenParams' | 'otherLogins'
  >;
  /** Undefined with passwords of our own. */
  readonly serviceSettings: LoginServiceSettings | undefined;
}

/** Who may log in, and with what. */
export function readLogin(values: Values, generation: Generation): LoginSettings {
  const config = values.hub?.config ?? {};
  const className = config.JupyterHub?.authenticator_class ?? 'dummy';
  const chosen = authenticatorSection(className);
  const section = serviceSection(chosen);
  const serviceSettings =
    section === undefined ? undefined : readLoginService(values, section, { className, generation });
  const shared = chosen === 'SharedPasswordAuthenticator';
  const passwordRules = readPasswordRules(values, chosen);
  const none = chosen === 'NullAuthenticator';
  const opens = openByItself({ generation, passwordRules, closed: shared || none });
  const rule = readRule(values, { generation, opens, serviceSettings });
  const others = readOthers(values, rule);
  return {
    login: {
      ...rule,
      ...readWay(serviceSettings, config),
      ...(none ? { kind: 'none' } : passwordRules === null ? {} : { kind: 'own' }),
      passwordRules,
      createsUsers: config.FirstUseAuthenticator?.create_users ?? true,
      others: others.map(({ id, prefix, login }) => ({ id, prefix, login })),
    },
    secrets: {
      ...readPasswords(values, shared),
      ...(serviceSettings?.secrets ?? { loginClientSecret: null, loginTokenParams: null }),
      otherLogins:
        others.length === 0 ? null : Object.fromEntries(others.map(({ id, secrets }) => [id, secrets])),
    },
    serviceSettings,
  };
}

type HubConfig = NonNullable<NonNullable<Values['hub']>['config']>;
type Way = 'kind' | 'refusal' | 'autoLogin' | 'logoutUrl' | 'service';
type Rule = Omit<LoginConfig, Way | 'passwordRules' | 'createsUsers' | 'others'>;

function readWay(settings: LoginServiceSettings | undefined, config: HubConfig): Pick<LoginConfig, Way> {
  const { service = null, logoutUrl = null, traits } = settings ?? {};
  return {
    kind: service === null ? 'dummy' : 'service',
    refusal: traits?.custom_403_message || null,
    autoLogin: traits?.auto_login ?? config.Authenticator?.auto_login ?? false,
    logoutUrl,
    service,
  };
}

/**
 * Whether everyone is let in where nobody is named and it is no service. With a first use, whoever comes is let in only
 * where files of its time say so; who signs up is looked at by somebody.
 */
function openByItself({
  generation,
  passwordRules,
  closed,
}: {
  readonly generation: Generation;
  readonly passwordRules: PasswordRules | null;
  readonly closed: boolean;
}): boolean {
  return !closed && (!passwordRules?.firstUse || isUpTo(generation, '2'));
}

function readRule(
  values: Values,
  {
    generation,
    opens,
    serviceSettings,
  }: {
    readonly generation: Generation;
    readonly opens: boolean;
    readonly serviceSettings: LoginServiceSettings | undefined;
  },
): Rule {
  const { Authenticator = {} } = values.hub?.config ?? {};
  const { students, instructors } = values.course ?? {};
  const allowedUsers = normalize([
    ...(Authenticator.allowed_users ?? []),
    ...(Array.isArray(students) ? students : []),
  ]);
  const { allowedMemberships = [], adminMemberships = [], traits } = serviceSettings ?? {};
  const unrestricted = allowedUsers.length === 0 && allowedMemberships.length === 0;
  // A service lets everyone in unless somebody is named, up to chart 2; the dummy login does in every generation.
  const old = serviceSettings !== undefined && isUpTo(generation, '2');
  const open = unrestricted && (serviceSettings === undefined ? opens : old);
  const usual = old && Authenticator.allow_all === undefined ? 'all' : 'any';
  return {
    allowedUsers,
    adminUsers: normalize(Authenticator.admin_users),
    instructors: normalize(instructors),
    allowAll: Authenticator.allow_all ?? open,
    existingUsers: traits?.allow_existing_users ?? Authenticator.allow_existing_users ?? false,
    allowedMemberships,
    adminMemberships,
    // It makes no difference without lists of both kinds, save for administrators.
    combine: values.polder?.letIn ?? (allowedMemberships.length === 0 ? 'any' : usual),
    blockedUsers: normalize(Authenticator.blocked_users),
    usernamePattern: Authenticator.username_pattern || null,
    usernameMap: Object.fromEntries(
      Object.entries(Authenticator.username_map ?? {}).map(([from, to]) => [normalizeUserName(from), to]),
    ),
  };
}

/** Another place to log in at, as if a file had chosen only that. */
export function readOther(login: OtherValues): LoginSettings {
  const { class: className = '', prefix: _, allow_all, allowed_users, admin_users, ...traits } = login;
  const section = serviceSection(authenticatorSection(className)) ?? 'GenericOAuthenticator';
  const config = {
    JupyterHub: { authenticator_class: section },
    Authenticator: { allow_all, allowed_users, admin_users },
    [section]: traits,
  };
  // The keys of all classes are checked together, and each class reads its own.
  return readLogin({ hub: { config } } as Values, 'current');
}

type OtherValues = NonNullable<NonNullable<Values['polder']>['logins']>[string];

function readOthers(values: Values, main: Rule) {
  return Object.entries(values.polder?.logins ?? {}).map(([id, other]) => {
    const { prefix = `${id}:` } = other;
    const { login, secrets } = readOther(other);
    const prefixed = (names: readonly string[]) => names.map((name) => `${prefix}${name}`);
    return {
      id,
      prefix,
      login: {
        ...login,
        allowedUsers: prefixed(login.allowedUsers),
        // Who administers or teaches may be named by the rest of the file, too.
        adminUsers: [...prefixed(login.adminUsers), ...main.adminUsers],
        instructors: main.instructors,
        blockedUsers: main.blockedUsers,
      },
      secrets: {
        loginClientSecret: secrets.loginClientSecret,
        loginTokenParams: secrets.loginTokenParams,
      },
    };
  });
}

function readPasswords(
  values: Values,
  shared: boolean,
): Pick<Secrets, 'dummyPassword' | 'dummyAdminPassword'> {
  const config = values.hub?.config ?? {};
  const own = values.course?.adminPassword;
  const sections = config.SharedPasswordAuthenticator;
  return {
    dummyPassword: (shared ? sections?.user_password : config.DummyAuthenticator?.password) || null,
    dummyAdminPassword:
      (typeof own === 'string' ? own : undefined) || (shared ? sections?.admin_password : undefined) || null,
  };
}

function normalize(names: readonly string[] | undefined): readonly string[] {
  return [...new Set((names ?? []).map(normalizeUserName))];
}
