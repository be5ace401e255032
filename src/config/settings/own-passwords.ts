import type { PasswordRules } from '../../domain/password.ts';
import type { Values } from '../schema/values.ts';

/** The sections of `hub.config` with which people choose passwords of their own. */
export const OWN_PASSWORD_SECTIONS: readonly string[] = ['FirstUseAuthenticator', 'NativeAuthenticator'];

/** NativeAuthenticator asks for one character; a password that stands between others and one's work should have more. */
const NATIVE_MINIMUM = 8;
const FIRST_USE_MINIMUM = 7;

/** @returns null where the section is none of these. */
export function readPasswordRules(values: Values, section: string): PasswordRules | null {
  const { FirstUseAuthenticator: first = {}, NativeAuthenticator: native = {} } = values.hub?.config ?? {};
  if (section === 'FirstUseAuthenticator') {
    return {
      firstUse: true,
      signUp: false,
      open: true,
      asksEmail: false,
      minimumLength: first.min_password_length ?? FIRST_USE_MINIMUM,
    };
  }
  if (section !== 'NativeAuthenticator') return null;
  return {
    firstUse: false,
    signUp: native.enable_signup ?? true,
    open: native.open_signup ?? false,
    asksEmail: native.ask_email_on_signup ?? false,
    minimumLength: native.minimum_password_length ?? NATIVE_MINIMUM,
  };
}
