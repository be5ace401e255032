/** A browser that is logged in. Only the hash of its secret is stored. */
export type SessionId = `ses-${string}`;

export interface Session {
  /** Not secret: tokens made for this browser carry it, so that they end with it. */
  readonly id: SessionId;
  readonly userId: number;
  readonly userName: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly lastSeenAt: Date;
  readonly address: string;
  readonly userAgent: string;
}
