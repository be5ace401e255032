import { normalizeUserName } from '../../domain/user.ts';
import type { LoginConfig, Secrets } from '../config.ts';
import { authenticatorSection } from '../legacy/authenticators.ts';
import type { Values } from '../schema/values.ts';

export interface LoginSettings {
  readonly login: LoginConfig;
  readonly secrets: Pick<Secrets, 'dummyPassword' | 'dummyAdminPassword'>;
}

/** Who may log in, and with what. */
export function readLogin(values: Values): LoginSettings {
  const config = values.hub?.config ?? {};
  const { students, instructors } = values.course ?? {};
  const allowedUsers = normalize([
    ...(config.Authenticator?.allowed_users ?? []),
    ...(Array.isArray(students) ? students : []),
  ]);
  const shared =
    authenticatorSection(config.JupyterHub?.authenticator_class ?? 'dummy') === 'SharedPasswordAuthenticator';
  // The dummy login lets everyone in unless names are given, in every generation; all others let nobody in.
  const allowAll = config.Authenticator?.allow_all ?? (!shared && allowedUsers.length === 0);
  const login: LoginConfig = {
    kind: 'dummy',
    allowedUsers,
    adminUsers: normalize(config.Authenticator?.admin_users),
    instructors: normalize(instructors),
    allowAll,
  };
  const own = values.course?.adminPassword;
  const sections = config.SharedPasswordAuthenticator;
  return {
    login,
    secrets: {
      dummyPassword: (shared ? sections?.user_password : config.DummyAuthenticator?.password) || null,
      dummyAdminPassword:
        (typeof own === 'string' ? own : undefined) ||
        (shared ? sections?.admin_password : undefined) ||
        null,
    },
  };
}

function normalize(names: readonly string[] | undefined): readonly string[] {
  return [...new Set((names ?? []).map(normalizeUserName))];
}
