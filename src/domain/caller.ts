import type { ScopeSet } from './scope.ts';
import type { Session } from './session.ts';
import type { Token } from './token.ts';
import type { User } from './user.ts';

/** Who asks, how we know, and what they may do. */
export type Caller = UserCaller | ServiceCaller;

export interface UserCaller {
  readonly kind: 'user';
  readonly name: string;
  /** Has the admin role, whatever of it the token has. */
  readonly admin: boolean;
  readonly user: User;
  readonly scopes: ScopeSet;
  /** Exactly one of the two is set. */
  readonly session: Session | null;
  readonly token: Token | null;
}

/** A program that is nobody's: it has rights of its own, and a name of its own that may also be a user's. */
export interface ServiceCaller {
  readonly kind: 'service';
  readonly name: string;
  readonly admin: boolean;
  readonly user: null;
  readonly scopes: ScopeSet;
  /** What it shows is in the config, not one of the tokens that are made and revoked. */
  readonly session: null;
  readonly token: null;
}
