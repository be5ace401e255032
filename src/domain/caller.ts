import type { ScopeSet } from './scope.ts';
import type { Session } from './session.ts';
import type { Token } from './token.ts';
import type { User } from './user.ts';

/** Who asks, how we know, and what they may do. */
export interface Caller {
  readonly user: User;
  readonly scopes: ScopeSet;
  /** Exactly one of the two is set. */
  readonly session: Session | null;
  readonly token: Token | null;
}
