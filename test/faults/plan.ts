/** From a seed to what several people do and what is killed meanwhile: the same seed is always the same plan. */
import { Random } from './random.ts';

export interface Plan {
  readonly seed: number;
  /** What each person does, one after the other; the people do it at the same time. */
  readonly people: readonly (readonly Act[])[];
  readonly faults: readonly Fault[];
}

export type Act =
  | { readonly kind: 'log-in' | 'log-out' | 'make-token' | 'revoke-token' | 'rename' | 'delete-user' }
  | { readonly kind: 'start' | 'stop' | 'visit'; readonly server: string; readonly by: 'page' | 'api' }
  /** A stop, and a start before the stop has ended; or the other way round. */
  | { readonly kind: 'restart' | 'change-mind'; readonly server: string }
  | { readonly kind: 'remove'; readonly server: string }
  | { readonly kind: 'wait'; readonly ms: number };

/**
 * What ends at once, as by `kill -9`: `everything` is the supervisor, `polder up` itself, with hub and proxy, and
 * `supervisor` it alone. `interrupt` is the Ctrl-C of whoever started the course.
 */
export type Victim = 'hub' | 'proxy' | 'hub-and-proxy' | 'everything' | 'supervisor' | 'interrupt';

/** Something that is seen in the database. */
export type Moment =
  | 'queued'
  | 'starting'
  | 'launched'
  | 'ready'
  | 'stopping'
  | 'at-rest'
  | 'removed'
  | 'token'
  | 'session'
  | 'user';

export interface Fault {
  readonly victim: Victim;
  /** Null: just `ms` after the fault before it was over, or after the beginning. */
  readonly moment: Moment | null;
  /** After the moment. */
  readonly ms: number;
}

/** `slow` and `broken` are what their names say: see the stub environment. */
export const serverNames = ['', 'second', 'slow', 'broken'] as const;

const acts = {
  start: 9,
  stop: 5,
  visit: 3,
  restart: 4,
  'change-mind': 3,
  remove: 2,
  'log-in': 2,
  'log-out': 1,
  'make-token': 3,
  'revoke-token': 1,
  rename: 1,
  'delete-user': 1,
  wait: 4,
};

const victims = { hub: 14, proxy: 2, 'hub-and-proxy': 2, everything: 1, supervisor: 1, interrupt: 1 };

const moments = {
  queued: 2,
  starting: 4,
  launched: 4,
  ready: 3,
  stopping: 4,
  'at-rest': 3,
  removed: 2,
  token: 1,
  session: 1,
  user: 1,
};

export function planOf(seed: number): Plan {
  const random = new Random(seed);
  const people = Array.from({ length: random.between(2, 4) }, () => [
    { kind: 'log-in' } as const,
    { kind: 'make-token' } as const,
    ...Array.from({ length: random.between(4, 9) }, () => actOf(random)),
  ]);
  const faults = Array.from({ length: random.pick([1, 1, 1, 2, 3]) }, () => faultOf(random));
  return { seed, people, faults };
}

function actOf(random: Random): Act {
  const kind = random.weighted(acts);
  const server = random.weighted({ own: 5, second: 3, slow: 3, broken: 1 });
  const name = server === 'own' ? '' : server;
  switch (kind) {
    case 'start':
    case 'stop':
    case 'visit':
      return { kind, server: name, by: random.pick(['page', 'api']) };
    case 'restart':
    case 'change-mind':
      return { kind, server: name };
    case 'remove':
      return { kind, server: name === '' ? 'second' : name };
    case 'wait':
      return { kind, ms: random.between(1, 150) };
    default:
      return { kind };
  }
}

function faultOf(random: Random): Fault {
  const victim = random.weighted(victims);
  if (random.next() < 0.4) return { victim, moment: null, ms: random.between(0, 1_200) };
  return { victim, moment: random.weighted(moments), ms: random.pick([0, 0, 1, 3, 8, 20, 50]) };
}
