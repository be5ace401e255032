/**
 * A server is one user's running environment. It is one row: what is wanted (`desired`), what was last seen
 * (`state`), and nothing else decides. Only `transition` changes either.
 *
 *                start wanted            place free             launched and answering
 *    stopped ───────────────▶ queued ───────────────▶ starting ───────────────────────▶ ready
 *     ▲ ▲ ▲                     │ stop wanted           │ │ failed                       │ │
 *     │ │ └─────────────────────┘                       │ └───────▶ failed               │ │
 *     │ └───────────────────────────────────────────────│─── exited ─────────────────────┘ │ stop wanted
 *     │                                                 ▼ stop wanted                      │
 *     └────────────────────────────────────────────── stopping ◀───────────────────────────┘
 *
 * Start and stop may be asked in any order and at any time: they only set `desired`. When a stop has ended and a
 * start was asked meanwhile, the row goes from `stopping` to `queued`, not to `stopped`. `failed` and `stopped` are
 * at rest; a new start leaves either.
 */
import { HubError } from './errors.ts';

export type ServerId = `srv-${string}`;

/** `removed`: stopped, and then the row is to go too, unless somebody starts it first. */
export type DesiredState = 'running' | 'stopped' | 'removed';
export type ServerState = 'stopped' | 'queued' | 'starting' | 'ready' | 'stopping' | 'failed';

/** Values a store keeps as they are. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Why a server is not running, for people: what happened, what it probably means, what to do. */
export interface Failure {
  /** The log has the same id. */
  readonly id: string;
  readonly at: Date;
  readonly reason: string;
  readonly hint: string | null;
  /** The last lines that the server itself wrote. */
  readonly log: string;
}

export type StopReason = 'user' | 'admin' | 'idle' | 'exited' | 'out_of_memory' | 'shutdown' | 'failed_start';

/** What became of the course's `postStart` command in this attempt. */
export interface HookResult {
  readonly status: 'succeeded' | 'failed';
  readonly exitCode: number | null;
  readonly output: string;
  readonly at: Date;
}

/** Who works on this row now. Expires by the store's clock. */
export interface Lease {
  readonly holder: string;
  readonly until: Date;
}

export interface Server {
  readonly id: ServerId;
  readonly userId: number;
  /** The owner's user name. */
  readonly owner: string;
  /** '' is the default server. */
  readonly name: string;
  readonly displayName: string;
  /** What single-user servers call themselves at our OAuth provider. */
  readonly oauthClientId: string;
  readonly desired: DesiredState;
  readonly state: ServerState;
  /** Counts the starts; with the id it names one run of the environment. */
  readonly attempt: number;
  /** Counts the writes of this row; every write is fenced by it. */
  readonly revision: number;
  /** Place in the start queue: the time of the request that put it there. */
  readonly queuedAt: Date | null;
  /** When this attempt began, and when it was ready. */
  readonly startedAt: Date | null;
  readonly readyAt: Date | null;
  readonly stoppedAt: Date | null;
  readonly lastActivityAt: Date | null;
  /** Where it answers, without a path: `http://127.0.0.1:40001`. Set once launched. */
  readonly target: string | null;
  /** The spawner's own record of what it launched; only the spawner reads it. */
  readonly handle: Json;
  readonly userOptions: { readonly [key: string]: Json };
  readonly failure: Failure | null;
  readonly stopReason: StopReason | null;
  readonly hook: HookResult | null;
  readonly lease: Lease | null;
}

export type ServerEvent =
  /** Someone wants it to run. */
  | { readonly kind: 'start_wanted'; readonly userOptions?: { readonly [key: string]: Json } }
  /** Someone, or the culler, wants it to end, and perhaps its row to go once it has. */
  | { readonly kind: 'stop_wanted'; readonly reason: StopReason; readonly remove?: boolean }
  /** It left the queue: a new attempt begins. */
  | { readonly kind: 'attempt_begun' }
  /** The spawner launched it. */
  | { readonly kind: 'launched'; readonly handle: Json; readonly target: string }
  /** It answers and may be used. */
  | { readonly kind: 'became_ready'; readonly hook: HookResult | null }
  /** The start did not succeed and nothing of it is left. */
  | { readonly kind: 'start_failed'; readonly failure: Failure }
  /** Seen to be gone though it should run. */
  | { readonly kind: 'exited'; readonly reason: StopReason; readonly failure: Failure | null }
  /** The stop has ended: nothing of it is left. */
  | { readonly kind: 'stopped' }
  /** The hook was run again while the server runs. */
  | { readonly kind: 'hook_ran'; readonly hook: HookResult };

/**
 * The next row after `event`, or the same object where the event changes nothing (asking twice is not an error).
 *
 * @throws HubError `conflict` when the event cannot happen in this state, which means that its sender looked at an
 * older row: look again.
 */
export function transition(server: Server, event: ServerEvent, now: Date): Server {
  const impossible = () =>
    new HubError('conflict', `The server is ${server.state}; it changed meanwhile.`, {
      detail: `${event.kind} in state ${server.state} (${server.id} attempt ${server.attempt})`,
    });
  switch (event.kind) {
    case 'start_wanted': {
      if (server.desired === 'running' && server.state !== 'failed' && server.state !== 'stopped')
        return server;
      const userOptions = event.userOptions ?? server.userOptions;
      const wanted: Server = { ...server, desired: 'running', queuedAt: now, userOptions };
      // What is still being stopped finishes first; `stopped` then puts it in the queue.
      if (server.state === 'stopping') return wanted;
      return { ...wanted, state: 'queued', readyAt: null, failure: null, stopReason: null, hook: null };
    }
    case 'stop_wanted': {
      const desired = event.remove || server.desired === 'removed' ? 'removed' : 'stopped';
      if (server.desired === desired && server.state !== 'failed') return server;
      const unwanted: Server = { ...server, desired, queuedAt: null, stopReason: event.reason };
      switch (server.state) {
        case 'queued':
        case 'failed':
        case 'stopped':
          return { ...unwanted, state: 'stopped', stoppedAt: now };
        default:
          return { ...unwanted, state: 'stopping' };
      }
    }
    case 'attempt_begun':
      if (server.state !== 'queued') throw impossible();
      return {
        ...server,
        state: 'starting',
        attempt: server.attempt + 1,
        startedAt: now,
        readyAt: null,
        stoppedAt: null,
        target: null,
        handle: null,
        hook: null,
        failure: null,
        stopReason: null,
      };
    case 'launched':
      // A stop may have been asked while it was launched: keep the handle, so that it can be stopped.
      if (server.state !== 'starting' && server.state !== 'stopping') throw impossible();
      return { ...server, handle: event.handle, target: event.target };
    case 'became_ready':
      if (server.state !== 'starting' || server.target === null) throw impossible();
      return {
        ...server,
        state: 'ready',
        readyAt: now,
        lastActivityAt: now,
        queuedAt: null,
        hook: event.hook,
      };
    case 'start_failed':
      if (server.state === 'stopping') return atRest(server, now);
      if (server.state !== 'starting') throw impossible();
      return {
        ...server,
        state: 'failed',
        desired: 'stopped',
        failure: event.failure,
        stopReason: 'failed_start',
        stoppedAt: now,
        queuedAt: null,
        target: null,
        handle: null,
      };
    case 'exited':
      if (server.state === 'stopping') return atRest(server, now);
      if (server.state !== 'ready') throw impossible();
      return {
        ...server,
        state: 'stopped',
        desired: 'stopped',
        stopReason: event.reason,
        failure: event.failure,
        stoppedAt: now,
        target: null,
        handle: null,
      };
    case 'stopped':
      if (server.state !== 'stopping') throw impossible();
      return atRest(server, now);
    case 'hook_ran':
      if (server.state !== 'ready') throw impossible();
      return { ...server, hook: event.hook };
    default: {
      const never: never = event;
      return never;
    }
  }
}

/** After a stop: at rest, or in the queue again when a start was asked while it was stopping. */
function atRest(server: Server, now: Date): Server {
  const gone: Server = { ...server, target: null, handle: null, stoppedAt: now };
  return server.desired === 'running'
    ? {
        ...gone,
        state: 'queued',
        queuedAt: server.queuedAt ?? now,
        readyAt: null,
        failure: null,
        stopReason: null,
        hook: null,
      }
    : { ...gone, state: 'stopped' };
}

/** Something of this server may exist in the world. */
export function isActive(server: Pick<Server, 'state'>): boolean {
  return server.state !== 'stopped' && server.state !== 'failed';
}

/** Its stop has ended and nobody wants the row any more. */
export function isToRemove(server: Pick<Server, 'state' | 'desired'>): boolean {
  return server.desired === 'removed' && !isActive(server);
}

/** What JupyterHub's models call `pending`, or null when it is at rest or ready. */
export function pendingOperation(server: Pick<Server, 'state'>): 'spawn' | 'stop' | null {
  if (server.state === 'stopping') return 'stop';
  return server.state === 'queued' || server.state === 'starting' ? 'spawn' : null;
}

/** Nothing for a reconciler to do, until someone wants something or the server ends by itself. */
export function isSettled(server: Server): boolean {
  return server.state === 'stopped' || server.state === 'failed' || server.state === 'ready';
}

/**
 * Says what is wrong with the name of a named server, or undefined. The rule is JupyterHub 6's: 1 to 30 of a-z, 0-9
 * and '-', not at either end; '' is the default server.
 */
export function serverNameProblem(name: string): string | undefined {
  if (name === '' || /^[a-z0-9](?:[a-z0-9-]{0,28}[a-z0-9])?$/.test(name)) return undefined;
  return 'a server name has 1 to 30 of a-z, 0-9 and “-”, and neither begins nor ends with “-”';
}
