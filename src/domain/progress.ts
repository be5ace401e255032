export const PHASES = [
  'waiting',
  'launching',
  'notebooks',
  'starting',
  'ready',
  'failed',
  'stopping',
] as const;

/** One thing that a person who waits for a server can understand. */
export interface Progress {
  readonly phase: (typeof PHASES)[number];
  readonly message: string;
  /** 0 to 100: never falls within an attempt. */
  readonly percent: number;
}

export interface ProgressEvent extends Progress {
  /** Rises by one within an attempt. */
  readonly sequence: number;
  readonly attempt: number;
  readonly at: Date;
}
