/** Who someone is. The contract of all authenticators; whether they are let in is one rule for all (`AllowRule`). */
export interface Authenticator {
  /** What `GET /hub/api/info` calls it. */
  readonly className: string;

  /**
   * Checks what was typed into the login form.
   * @returns who it is, or undefined where name and password do not belong together. The name is normalised.
   */
  authenticate(credentials: Credentials): Promise<Identity | undefined>;
}

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

export interface Identity {
  readonly name: string;
}

/** Who is let in. Admins and instructors are, without being listed. Names are normalised. */
export interface AllowRule {
  readonly allowAll: boolean;
  readonly users: ReadonlySet<string>;
  readonly admins: ReadonlySet<string>;
  readonly instructors: ReadonlySet<string>;
}

export function isAllowed(name: string, rule: AllowRule): boolean {
  return rule.allowAll || [rule.users, rule.admins, rule.instructors].some((names) => names.has(name));
}
