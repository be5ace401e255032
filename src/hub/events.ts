/**
 * What happened, in the course's words: one function an event, which writes the log line and counts the metric, so
 * that the two never disagree. Nobody else in the hub logs an event or touches a metric.
 */

import type { Logger } from 'pino';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { HubError } from '../domain/errors.ts';
import type { Failure, Server } from '../domain/server.ts';
import type { ShutdownWish } from './shutdown.ts';

export class HubEvents {
  readonly #log: Logger;
  readonly #logins: Counter<'status'>;
  readonly #spawnSeconds: Histogram<'status'>;
  readonly #stopSeconds: Histogram<'status'>;
  readonly #running: Gauge;
  readonly #proxies: Gauge;

  /** Metric names are JupyterHub's, so that its dashboards keep working. */
  constructor(log: Logger, metrics: Registry) {
    this.#log = log;
    const registers = [metrics];
    this.#logins = new Counter({
      name: 'jupyterhub_login_total',
      help: 'Logins by outcome',
      labelNames: ['status'],
      registers,
    });
    this.#spawnSeconds = new Histogram({
      name: 'jupyterhub_server_spawn_duration_seconds',
      help: 'Time from the begin of an attempt until the server is ready or has failed',
      labelNames: ['status'],
      buckets: [0.25, 0.5, 1, 2.5, 5, 10, 15, 30, 60, 120, 300],
      registers,
    });
    this.#stopSeconds = new Histogram({
      name: 'jupyterhub_server_stop_seconds',
      help: 'Time that stops took',
      labelNames: ['status'],
      registers,
    });
    this.#running = new Gauge({
      name: 'jupyterhub_running_servers',
      help: 'Servers that are ready',
      registers,
    });
    this.#proxies = new Gauge({
      name: 'polder_following_proxies',
      help: 'Proxies that follow the routes of this hub',
      registers,
    });
  }

  loggedIn(user: string, address: string): void {
    this.#logins.inc({ status: 'success' });
    this.#log.info({ user, address }, 'logged in');
  }

  loginRefused(user: string, address: string, why: 'password' | 'not_allowed' | 'throttled'): void {
    this.#logins.inc({ status: why === 'password' ? 'failure' : why });
    this.#log.warn({ user, address, why }, 'login refused');
  }

  /** A login at another place came to nothing. @param detail what the service said, without secrets */
  serviceLoginFailed(
    way: string,
    {
      address,
      message,
      detail,
    }: { readonly address: string; readonly message: string; readonly detail: string },
  ): void {
    this.#logins.inc({ status: 'failure' });
    this.#log.warn({ way, address, reason: message, detail }, 'login at another place failed');
  }

  /** A service has ended a login. */
  loginEnded(user: string, way: string): void {
    this.#log.info({ user, way }, 'the login service has ended the login');
  }

  /** A service could not be asked whether a login still holds: it goes on. */
  loginNotRenewed(user: string, error: unknown): void {
    const { message, detail } = error instanceof HubError ? error : new HubError('internal', String(error));
    this.#log.warn({ user, reason: message, detail }, 'the login service was asked about a login in vain');
  }

  groupsPassedOver(user: string, groups: readonly string[]): void {
    this.#log.warn({ user, groups }, 'a login names groups that no group can be called');
  }

  loggedOut(user: string): void {
    this.#log.info({ user }, 'logged out');
  }

  signedUp(user: string, address: string, approved: boolean): void {
    this.#log.info({ user, address, approved }, 'signed up');
  }

  accountApproved(user: string, by: string): void {
    this.#log.info({ user, by }, 'account approved');
  }

  accountDiscarded(user: string, by: string): void {
    this.#log.info({ user, by }, 'account discarded');
  }

  passwordChanged(user: string): void {
    this.#log.info({ user }, 'password changed');
  }

  userCreated(user: string, by: string): void {
    this.#log.info({ user, by }, 'user created');
  }

  userDeleted(user: string, by: string): void {
    this.#log.info({ user, by }, 'user deleted');
  }

  startWanted(server: Server, by: string): void {
    this.#log.info({ ...runOf(server), by }, 'server start wanted');
  }

  stopWanted(server: Server, by: string): void {
    this.#log.info({ ...runOf(server), by, reason: server.stopReason }, 'server stop wanted');
  }

  shutdownAsked(wish: ShutdownWish): void {
    this.#log.warn(wish, 'the hub was asked to end');
  }

  serverReady(server: Server): void {
    const seconds = elapsedSeconds(server.startedAt, server.readyAt);
    this.#spawnSeconds.observe({ status: 'success' }, seconds);
    this.#log.info({ ...runOf(server), seconds }, 'server ready');
    if (server.hook?.status === 'failed') {
      this.#log.warn({ ...runOf(server), exitCode: server.hook.exitCode }, 'postStart command failed');
    }
  }

  serverFailed(server: Server, failure: Failure): void {
    this.#spawnSeconds.observe({ status: 'failure' }, elapsedSeconds(server.startedAt, failure.at));
    this.#log.error({ ...runOf(server), failure: failure.id, reason: failure.reason }, 'server start failed');
  }

  serverExited(server: Server): void {
    this.#log.warn({ ...runOf(server), reason: server.stopReason }, 'server ended by itself');
  }

  serverStopped(server: Server, seconds: number): void {
    this.#stopSeconds.observe({ status: 'success' }, seconds);
    this.#log.info({ ...runOf(server), seconds }, 'server stopped');
  }

  /** Somebody entered a server that is not theirs. */
  serverOpenedByOther(server: Server, by: string): void {
    this.#log.warn({ ...runOf(server), by }, 'server opened by somebody else');
  }

  orphanStopped(run: { readonly serverId: string; readonly attempt: number }): void {
    this.#log.warn(
      { server: run.serverId, attempt: run.attempt },
      'a server without a row was running: stopped',
    );
  }

  proxyFollows(address: string, since: number | null): void {
    this.#proxies.inc();
    this.#log.info({ address, since }, 'a proxy follows the routes');
  }

  proxyLeft(address: string): void {
    this.#proxies.dec();
    this.#log.info({ address }, 'a proxy has gone');
  }

  /** A route that did not agree with its server. */
  routeMended(prefix: string, how: 'added' | 'removed'): void {
    this.#log.warn({ prefix, how }, 'a route did not agree with its server: mended');
  }

  runningServers(count: number): void {
    this.#running.set(count);
  }

  /** Something that will be tried again. */
  stepFailed(step: string, error: unknown, context: Record<string, unknown> = {}): void {
    this.#log.error({ ...context, step, err: error }, 'step failed; it will be tried again');
  }
}

function runOf(server: Server): Record<string, unknown> {
  return { user: server.owner, server: server.id, name: server.name, attempt: server.attempt };
}

function elapsedSeconds(from: Date | null, to: Date | null): number {
  return from && to ? Math.max(0, (to.getTime() - from.getTime()) / 1000) : 0;
}
