import type { Server as HttpServer, RequestListener } from 'node:http';
import type { ServerOptions as HttpsOptions } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import type { ConnectionOptions as TlsOptions, Server as TlsServer } from 'node:tls';
import { HubError } from '../domain/errors.ts';
import { proxyProof } from '../domain/proxy-proof.ts';
import { createServer as createHttpServer } from '../lib/node-http.ts';
import { ClientConnection } from './client-connection.ts';
import { Deadlines } from './deadlines.ts';
import { ErrorPages } from './error-pages.ts';
import { type Feed, followFeed } from './feed/feed.ts';
import { hubAddress } from './feed/hub-request.ts';
import type { Forwarding } from './forwarding.ts';
import { HeadParser } from './llhttp.ts';
import { type ApiCounters, managementApi } from './management-api.ts';
import { createHttpsServer, createTlsServer } from './node-tls.ts';
import type { ProxyOptions } from './proxy-options.ts';
import { redirectListener } from './redirect-server.ts';
import { RequestHead } from './request-head.ts';
import { ResponseHead } from './response-head.ts';
import { RouteTable } from './route-table.ts';
import { parseTarget } from './target.ts';
import { TrafficCounters } from './traffic-counters.ts';
import { UpstreamHeadWriter } from './upstream-head.ts';
import { UpstreamPool } from './upstream-pool.ts';

/** A proxy at work. Disposing of it lets requests end, up to `closeTimeout`, and closes everything. */
export interface RunningProxy extends AsyncDisposable {
  /** The ports that are listened on; undefined where it is a unix socket, or not there at all. */
  readonly port: number | undefined;
  readonly apiPort: number | undefined;
  readonly metricsPort: number | undefined;
  readonly redirectPort: number | undefined;
  readonly routes: RouteTable;
  /** Adds or replaces a route, as the management API does. @throws HubError `invalid` for what is no target. */
  addRoute(path: string, target: string, data?: { readonly [key: string]: unknown }): void;
  /** New connections are greeted with this certificate. Only for a proxy that was started with one. */
  replaceCertificate(ssl: HttpsOptions): void;
}

/**
 * Starts a proxy: a drop-in for configurable-http-proxy 5, in its management API, its options and its behaviour.
 *
 * @throws HubError `invalid` for options that contradict each other, and the system's error for an address that
 * cannot be listened on.
 */
export async function startProxy(options: ProxyOptions): Promise<RunningProxy> {
  const forwarding = createForwarding(options);
  const api: ApiCounters = { routeGet: 0, routeAdd: 0, routeDelete: 0, statuses: new Float64Array(1000) };
  await using started = new AsyncDisposableStack();
  started.defer(() => {
    forwarding.deadlines.stop();
    forwarding.pool.destroy();
  });
  const { apiIp = 'localhost', port = 8000 } = options;
  const feed = startFeed(options, forwarding);
  if (feed !== undefined) started.use(feed);

  const apiServer = createServer(
    managementApi({
      routes: forwarding.routes,
      hostRouting: forwarding.settings.hostRouting,
      authToken: options.authToken,
      logger: options.logger,
      counters: api,
      feed,
    }),
    options.apiSsl,
  );
  const apiAddress = options.apiSocket ?? {
    host: apiIp,
    port: options.apiPort ?? (port === 0 ? 0 : port + 1),
  };
  const apiPort = await listen(apiServer, apiAddress);
  started.defer(() => closeHttp(apiServer));

  const metricsAddress =
    options.metricsSocket ??
    (options.metricsPort === undefined
      ? undefined
      : { host: options.metricsIp ?? '', port: options.metricsPort });
  let metricsPort: number | undefined;
  if (metricsAddress !== undefined) {
    // Loaded only here: it takes as much memory as the rest of the proxy.
    const { metricsListener } = await import('./metrics.ts');
    const server = createHttpServer(
      metricsListener({
        traffic: forwarding.counters,
        api,
        clientConnections: () => forwarding.clients.size,
        upstreamConnections: () => forwarding.pool.size,
        routes: () => forwarding.routes.size,
      }),
    );
    metricsPort = await listen(server, metricsAddress);
    started.defer(() => closeHttp(server));
  }

  // A request that came before the first routes would be answered as if there were none. Where they do not come, the
  // hub is away, and the proxy can say so.
  await feed?.ready(LONGEST_WAIT_FOR_ROUTES);
  const server = createPublicServer(options, forwarding);
  const sockets = openSockets(server);
  const publicPort = await listen(server, options.socket ?? { host: options.ip ?? '', port });
  started.defer(() => closePublic(server, sockets, forwarding, options.closeTimeout ?? 5000));

  let redirectPort: number | undefined;
  if (options.redirectPort !== undefined) {
    const redirect = createHttpServer(redirectListener(options.redirectTo ?? publicPort ?? 443));
    redirectPort = await listen(redirect, { host: options.ip ?? '', port: options.redirectPort });
    started.defer(() => closeHttp(redirect));
  }

  const running = started.move();
  return {
    port: publicPort,
    apiPort,
    metricsPort,
    redirectPort,
    routes: forwarding.routes,
    addRoute(path, target, data) {
      forwarding.routes.add(path, parseTarget(target), data);
    },
    replaceCertificate(ssl) {
      (server as TlsServer).setSecureContext(ssl);
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

function createForwarding(options: ProxyOptions): Forwarding {
  if (options.errorTarget !== undefined && options.errorPath !== undefined)
    throw new HubError('invalid', 'Error pages come from a server or from a folder: choose one of the two.');
  if (options.redirectPort !== undefined && options.ssl === undefined)
    throw new HubError('invalid', 'A redirect to HTTPS needs a certificate for HTTPS.');
  const settings = {
    hostRouting: options.hostRouting ?? false,
    autoRewrite: options.autoRewrite ?? false,
    protocolRewrite: options.protocolRewrite,
    keepAliveTimeout: options.keepAliveTimeout ?? 75_000,
    headTimeout: options.headTimeout ?? 60_000,
    stallTimeout: options.stallTimeout ?? 300_000,
    timeout: options.timeout ?? 0,
    proxyTimeout: options.proxyTimeout ?? 0,
  };
  const connectTimeout = options.connectTimeout ?? 10_000;
  const shortest = Math.min(
    ...[settings.keepAliveTimeout, settings.headTimeout, settings.stallTimeout, connectTimeout],
    ...[settings.timeout, settings.proxyTimeout].filter((time) => time > 0),
  );
  const deadlines = new Deadlines(Math.max(10, Math.min(500, shortest / 4)));
  const tls = clientTls(options);
  const pool = new UpstreamPool({ deadlines, connectTimeout, idleTimeout: 55_000, tls });
  const now = options.now ?? (() => new Date());
  const routes = new RouteTable({
    hostRouting: settings.hostRouting,
    now,
    targetUnused: (target) => pool.closeIdle(target),
  });
  if (options.defaultTarget !== undefined) routes.add('/', parseTarget(options.defaultTarget));
  const heads = {
    xForward: options.xForward ?? true,
    prependPath: options.prependPath ?? true,
    includePrefix: options.includePrefix ?? true,
    hostRouting: settings.hostRouting,
    changeOrigin: options.changeOrigin ?? false,
    customHeaders: options.customHeaders ?? {},
    hubs: new Set(options.follow?.hubs.map((url) => parseTarget(new URL(url).origin).key)),
    proof: options.follow === undefined ? '' : proxyProof(options.follow.token),
  };
  return {
    settings,
    routes,
    pool,
    deadlines,
    errorPages: new ErrorPages({
      ...(options.errorTarget === undefined ? {} : { target: parseTarget(options.errorTarget) }),
      ...(options.errorPath === undefined ? {} : { folder: options.errorPath }),
      tls,
      timeout: 10_000,
      logger: options.logger,
    }),
    counters: new TrafficCounters({
      durations: options.metricsPort !== undefined || options.metricsSocket !== undefined,
    }),
    logger: options.logger,
    logsRequests: options.logger.isLevelEnabled('debug'),
    now: options.now === undefined ? Date.now : () => now().getTime(),
    clients: new Set(),
    requestParser: new HeadParser('request'),
    requestHead: new RequestHead(heads),
    responseParser: new HeadParser('response'),
    responseHead: new ResponseHead(),
    upstreamHeads: new UpstreamHeadWriter(heads),
    closing: false,
  };
}

const LONGEST_WAIT_FOR_ROUTES = 1_000;

function startFeed(options: ProxyOptions, { routes, errorPages }: Forwarding): Feed | undefined {
  const { follow, logger, now = () => new Date() } = options;
  if (follow === undefined) return undefined;
  const hubChanged = (url: string) => {
    if (options.defaultTarget === undefined) routes.add('/', parseTarget(new URL(url).origin));
    if (options.errorTarget === undefined && options.errorPath === undefined)
      errorPages.target = parseTarget(hubAddress(url, 'hub/error').href);
  };
  return followFeed(follow, { table: routes, logger, now, tls: clientTls(options), hubChanged });
}

/** Towards servers and hubs. */
function clientTls({ clientSsl, insecure }: ProxyOptions): TlsOptions {
  return { ...clientSsl, ...(insecure ? { rejectUnauthorized: false } : {}) };
}

function createPublicServer(options: ProxyOptions, forwarding: Forwarding): Server {
  const tcp = { noDelay: true, keepAlive: true, keepAliveInitialDelay: 30_000, allowHalfOpen: true };
  if (options.ssl === undefined)
    return createTcpServer(tcp, (socket: Socket) => {
      new ClientConnection(socket, false, forwarding);
    });
  const server = createTlsServer(
    {
      ...options.ssl,
      ...tcp,
      ALPNProtocols: ['http/1.1'],
      handshakeTimeout: forwarding.settings.headTimeout,
    },
    (socket) => {
      new ClientConnection(socket, true, forwarding);
    },
  );
  // A client that does not manage the handshake is its own problem.
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  return server;
}

/** The connections of a server, those included that are no clients yet, because their TLS handshake is not over. */
function openSockets(server: Server): ReadonlySet<Socket> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  return sockets;
}

function createServer(listener: RequestListener, ssl: HttpsOptions | undefined): Server {
  return ssl === undefined ? createHttpServer(listener) : createHttpsServer(ssl, listener);
}

/** @returns The port, where there is one. */
async function listen(
  server: Server,
  address: string | { readonly host: string; readonly port: number },
): Promise<number | undefined> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    const listening = () => {
      server.off('error', reject);
      resolve();
    };
    if (typeof address === 'string') server.listen(address, listening);
    else if (address.host === '' || address.host === '*') server.listen(address.port, listening);
    else server.listen(address.port, address.host, listening);
  });
  const bound = server.address();
  return typeof bound === 'object' && bound !== null ? (bound as AddressInfo).port : undefined;
}

async function closeHttp(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  (server as HttpServer).closeAllConnections();
  await closed;
}

/** Takes no new connections, closes those that are idle, and gives the others their time. */
async function closePublic(
  server: Server,
  sockets: ReadonlySet<Socket>,
  forwarding: Forwarding,
  closeTimeout: number,
): Promise<void> {
  forwarding.closing = true;
  const closed = new Promise((resolve) => server.close(resolve));
  for (const client of forwarding.clients) if (client.idle) client.destroy();
  const timer = setTimeout(() => {
    for (const socket of sockets) socket.destroy();
  }, closeTimeout);
  await closed;
  clearTimeout(timer);
}
