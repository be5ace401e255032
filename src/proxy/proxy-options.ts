import type { ServerOptions as HttpsOptions } from 'node:https';
import type { ConnectionOptions as TlsOptions } from 'node:tls';
import type { Logger } from 'pino';
import type { FeedOptions } from './feed/feed.ts';

/** How a proxy runs. Times are in milliseconds, ports may be 0 for any free one. */
export interface ProxyOptions {
  /** Where clients connect. Default: every address of the machine, port 8000. */
  readonly ip?: string;
  readonly port?: number;
  /** A unix socket in place of address and port. */
  readonly socket?: string;
  /** TLS for clients. */
  readonly ssl?: HttpsOptions;

  /** The management API. Default: localhost, the port after `port` (any free one if `port` is 0). */
  readonly apiIp?: string;
  readonly apiPort?: number;
  readonly apiSocket?: string;
  readonly apiSsl?: HttpsOptions;
  /** What callers of the API have to show. Without one, the API is open to whoever reaches it. */
  readonly authToken?: string;

  /** No port and no socket: no metrics server. */
  readonly metricsIp?: string;
  readonly metricsPort?: number;
  readonly metricsSocket?: string;

  /** A port on which every request is sent on to HTTPS, on `redirectTo` (default: `port`). */
  readonly redirectPort?: number;
  readonly redirectTo?: number;

  /** The route `/`. Default, where a hub is followed: that hub. */
  readonly defaultTarget?: string;
  /** Where error pages come from: a server, or a folder; not both. Default, where a hub is followed: that hub. */
  readonly errorTarget?: string;
  readonly errorPath?: string;

  /** The hubs whose routes it follows. Without it routes come by the management API alone. */
  readonly follow?: FeedOptions;

  /** The host is the first segment of a route's prefix. Default: no. */
  readonly hostRouting?: boolean;
  /** Tell servers in X-Forwarded-… who asked. Default: yes. */
  readonly xForward?: boolean;
  /** Put the target's path in front of the request's. Default: yes. */
  readonly prependPath?: boolean;
  /** Leave the route's prefix in the request's path. Default: yes. */
  readonly includePrefix?: boolean;
  /** Let redirects of a server to itself lead to the host that was asked. Default: no. */
  readonly autoRewrite?: boolean;
  /** Let redirects of a server to itself lead to this protocol, `http` or `https`. */
  readonly protocolRewrite?: string;
  /** Name the target in the Host header. Default: no, the host that was asked stays. */
  readonly changeOrigin?: boolean;
  /** Header lines of every forwarded request; they replace the client's. */
  readonly customHeaders?: { readonly [name: string]: string };

  /** TLS towards servers. */
  readonly clientSsl?: TlsOptions;
  /** Trust any certificate of a server. Default: no. */
  readonly insecure?: boolean;

  /** How long nothing may move between client and proxy while a request is answered. Default: no limit, save for the client's own turn. */
  readonly timeout?: number;
  /** How long a server may be silent while a request is answered. Default: no limit. */
  readonly proxyTimeout?: number;
  /** How long a connection may be idle between two requests. Default: 75 s. */
  readonly keepAliveTimeout?: number;
  /** How long the head of a request may take. Default: 60 s. */
  readonly headTimeout?: number;
  /** How long nothing may move while the client has to send or to take. Default: 5 min. */
  readonly stallTimeout?: number;
  /** How long connecting to a server may take. Default: 10 s. */
  readonly connectTimeout?: number;
  /** How long requests and tunnels may go on when the proxy stops. Default: 5 s. */
  readonly closeTimeout?: number;

  readonly logger: Logger;
  readonly now?: () => Date;
}
