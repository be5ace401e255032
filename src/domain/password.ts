/** The password of one name: kept by name, not by user, since whoever signs up is no user before they are let in. */
export interface PasswordAccount {
  /** Normalised. */
  readonly name: string;
  /** As `hashPassword` (lib) writes it. */
  readonly hash: string;
  /** Whether it opens anything yet. */
  readonly approved: boolean;
  readonly email: string | null;
  readonly createdAt: Date;
  readonly changedAt: Date;
}

/** How people come by a password of their own. */
export interface PasswordRules {
  /** Whoever comes first under a name chooses its password by logging in with it. */
  readonly firstUse: boolean;
  /** There is a page to sign up at; */
  readonly signUp: boolean;
  /** and whoever did so is let in without anybody's approval. */
  readonly open: boolean;
  readonly asksEmail: boolean;
  readonly minimumLength: number;
}

const MAX_LENGTH = 1024;

/** Says what is wrong with a password that somebody wants to have, or undefined. */
export function passwordProblem(
  password: string,
  { name, minimumLength }: { readonly name: string; readonly minimumLength: number },
): string | undefined {
  if ([...password].length < minimumLength) {
    return `Choose a password of at least ${minimumLength} ${minimumLength === 1 ? 'character' : 'characters'}.`;
  }
  if (password.length > MAX_LENGTH) return `Choose a password of at most ${MAX_LENGTH} characters.`;
  if (password.toLowerCase() === name) return 'Choose a password that is not your name.';
  return undefined;
}
