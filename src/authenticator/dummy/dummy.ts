/**
 * Lets anyone in with the one password of the course. For a demonstration or a closed classroom, no more: everybody who
 * knows the password can be anybody. A separate password for those
 * who may do more keeps at least their accounts apart.
 */
import { secretsEqual } from '../../lib/secret.ts';
import {
  type Credentials,
  type Identity,
  NO_MEMBERSHIPS,
  type PasswordAuthenticator,
} from '../authenticator.ts';

export class DummyAuthenticator implements PasswordAuthenticator {
  readonly kind = 'password';
  readonly className = 'jupyterhub.auth.DummyAuthenticator';
  readonly rules = null;
  readonly #password: string | null;
  readonly #adminPassword: string | null;
  readonly #admins: ReadonlySet<string>;

  constructor(parts: {
    /** Null: any password will do, as with JupyterHub's. */
    readonly password: string | null;
    /** Where given, only this opens the account of one of `admins`. */
    readonly adminPassword: string | null;
    readonly admins: ReadonlySet<string>;
  }) {
    this.#password = parts.password;
    this.#adminPassword = parts.adminPassword;
    this.#admins = parts.admins;
  }

  chooses(): boolean {
    return false;
  }

  async authenticate({ username, password }: Credentials): Promise<Identity | undefined> {
    const separate = this.#adminPassword !== null && this.#admins.has(username);
    const expected = separate ? this.#adminPassword : this.#password;
    if (expected !== null && !secretsEqual(password, expected)) return undefined;
    return { name: username, memberships: NO_MEMBERSHIPS };
  }
}
