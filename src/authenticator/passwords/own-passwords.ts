/**
 * Everybody has a password of their own, which they choose: at a page where they sign up, or by being the first to log in
 * under their name. For a course without a login service of its own.
 */
import { HubError } from '../../domain/errors.ts';
import { type PasswordAccount, type PasswordRules, passwordProblem } from '../../domain/password.ts';
import { hashPassword, isOutdatedHash, verifyPassword } from '../../lib/password-hash.ts';
import { secretsEqual } from '../../lib/secret.ts';
import {
  type Credentials,
  type Identity,
  NO_MEMBERSHIPS,
  type PasswordAuthenticator,
} from '../authenticator.ts';

/** Where the passwords are kept. */
export interface KeptPasswords {
  get(name: string): Promise<PasswordAccount | undefined>;
  /** @returns false where the name has one already. */
  insert(account: PasswordAccount): Promise<boolean>;
  setHash(name: string, hash: string, at: Date): Promise<boolean>;
}

export class OwnPasswordAuthenticator implements PasswordAuthenticator {
  readonly kind = 'password';
  readonly className: string;
  readonly rules: PasswordRules;
  readonly #kept: KeptPasswords;
  readonly #mayBegin: (name: string) => Promise<boolean>;
  readonly #staff: ReadonlySet<string>;
  readonly #staffPassword: string | null;
  readonly #now: () => Date;

  constructor(parts: {
    readonly className: string;
    readonly rules: PasswordRules;
    readonly kept: KeptPasswords;
    /** Whether a password is kept for this name at its first use. */
    readonly mayBegin: (name: string) => Promise<boolean>;
    readonly staff: ReadonlySet<string>;
    /** Where given, it opens the accounts of `staff`, and they choose none. */
    readonly staffPassword: string | null;
    readonly now: () => Date;
  }) {
    this.className = parts.className;
    this.rules = parts.rules;
    this.#kept = parts.kept;
    this.#mayBegin = parts.mayBegin;
    this.#staff = parts.staff;
    this.#staffPassword = parts.staffPassword;
    this.#now = parts.now;
  }

  chooses(name: string): boolean {
    return this.#staffPassword === null || !this.#staff.has(name);
  }

  async authenticate({ username: name, password }: Credentials): Promise<Identity | undefined> {
    const identity = { name, memberships: NO_MEMBERSHIPS };
    if (!this.chooses(name)) {
      return secretsEqual(password, this.#staffPassword ?? '') ? identity : undefined;
    }
    const account = await this.#kept.get(name);
    if (account === undefined && this.rules.firstUse && (await this.#mayBegin(name))) {
      return (await this.#begin({ name, password })) ? identity : undefined;
    }
    if (!(await verifyPassword(password, account?.hash)) || account === undefined) return undefined;
    // Only who knows the password is told that there is such an account.
    if (!account.approved) {
      throw new HubError('forbidden', 'Your account waits for somebody who teaches to approve it.');
    }
    if (isOutdatedHash(account.hash)) {
      await this.#kept.setHash(name, await hashPassword(password), account.changedAt);
    }
    return identity;
  }

  /** @returns false where somebody else was first meanwhile, with another password. */
  async #begin({ name, password }: { readonly name: string; readonly password: string }): Promise<boolean> {
    const problem = passwordProblem(password, { name, minimumLength: this.rules.minimumLength });
    if (problem !== undefined) {
      throw new HubError(
        'forbidden',
        `The password that you log in with the first time becomes yours. ${problem}`,
      );
    }
    const now = this.#now();
    const hash = await hashPassword(password);
    const account = { name, hash, approved: true, email: null, createdAt: now, changedAt: now };
    if (await this.#kept.insert(account)) return true;
    return verifyPassword(password, (await this.#kept.get(name))?.hash);
  }
}
