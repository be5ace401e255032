import type { Logger } from 'pino';
import type { ClientConnection } from './client-connection.ts';
import type { Deadlines } from './deadlines.ts';
import type { ErrorPages } from './error-pages.ts';
import type { HeadParser } from './llhttp.ts';
import type { RequestHead } from './request-head.ts';
import type { ResponseHead } from './response-head.ts';
import type { RouteTable } from './route-table.ts';
import type { TrafficCounters } from './traffic-counters.ts';
import type { UpstreamHeadWriter } from './upstream-head.ts';
import type { UpstreamPool } from './upstream-pool.ts';

/** All that the connections of one proxy share. */
export interface Forwarding {
  readonly settings: ForwardingSettings;
  readonly routes: RouteTable;
  readonly pool: UpstreamPool;
  readonly deadlines: Deadlines;
  readonly errorPages: ErrorPages;
  readonly counters: TrafficCounters;
  readonly logger: Logger;
  /** Whether each forwarded request is written to the log. */
  readonly logsRequests: boolean;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly clients: Set<ClientConnection>;
  readonly requestParser: HeadParser;
  readonly requestHead: RequestHead;
  readonly responseParser: HeadParser;
  readonly responseHead: ResponseHead;
  readonly upstreamHeads: UpstreamHeadWriter;
  /** Set when the proxy stops: connections close with the response they are at. */
  closing: boolean;
}

export interface ForwardingSettings {
  readonly hostRouting: boolean;
  /** Redirects of a server to itself lead to the host that the client asked, */
  readonly autoRewrite: boolean;
  /** and to this protocol; undefined leaves it. */
  readonly protocolRewrite: string | undefined;
  /** All times in milliseconds. How long a connection may be idle between two requests. */
  readonly keepAliveTimeout: number;
  /** How long the head of a request may take. */
  readonly headTimeout: number;
  /** How long nothing may move while the client has to send or to take. */
  readonly stallTimeout: number;
  /** How long nothing may move between client and proxy while a request is answered; 0 for no limit. */
  readonly timeout: number;
  /** How long a server may be silent while a request is answered; 0 for no limit. */
  readonly proxyTimeout: number;
}
