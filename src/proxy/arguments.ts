import { readFileSync } from 'node:fs';
import type { ServerOptions as HttpsOptions } from 'node:https';
import { Command, InvalidArgumentError, Option } from 'commander';
import { HubError } from '../domain/errors.ts';
import { POLDER_VERSION } from '../lib/version.ts';
import type { ProxyOptions } from './proxy-options.ts';

/** What the command line of the proxy says. */
export interface ProxyArguments {
  readonly options: Omit<ProxyOptions, 'logger'>;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
  readonly pidFile: string | undefined;
  /** What was asked for and has no effect, in sentences. */
  readonly warnings: readonly string[];
  /** Files of the public certificate, which may be replaced while the proxy runs; */
  readonly certificateFiles: readonly string[];
  /** and what they hold now. */
  readonly readCertificate: () => HttpsOptions;
}

/**
 * Reads the arguments and the environment of configurable-http-proxy 5. Files of keys and certificates are read, too.
 *
 * @param argv Without the program's name.
 * @throws CommanderError for arguments that are not understood, and, with exit code 0, after help has been shown;
 * HubError `invalid` for arguments that cannot be honoured.
 */
export function parseProxyArguments(
  argv: readonly string[],
  env: { readonly [name: string]: string | undefined },
): ProxyArguments {
  const flags = proxyCommandLine().parse(argv, { from: 'user' }).opts<Flags>();
  if (flags.storageBackend !== undefined)
    throw new HubError(
      'invalid',
      '--storage-backend: routes are kept in memory only. Leave it out; a hub adds its routes again when they are gone.',
    );
  checkFollowing(flags, env.CONFIGPROXY_AUTH_TOKEN);
  if (flags.errorTarget !== undefined && flags.errorPath !== undefined)
    throw new HubError('invalid', 'Cannot specify both --error-target and --error-path. Pick one.');
  const hasCertificate = flags.sslKey !== undefined || flags.sslCert !== undefined;
  if (flags.redirectPort !== undefined && !hasCertificate)
    throw new HubError(
      'invalid',
      '--redirect-port sends clients to HTTPS: give --ssl-key and --ssl-cert as well.',
    );

  const certificate = () =>
    serverTls(flags, {
      key: flags.sslKey,
      cert: flags.sslCert,
      ca: flags.sslCa,
      requestCert: flags.sslRequestCert,
      passphrase: env.CONFIGPROXY_SSL_KEY_PASSPHRASE,
    });
  const apiCertificate = () =>
    serverTls(flags, {
      key: flags.apiSslKey,
      cert: flags.apiSslCert,
      ca: flags.apiSslCa,
      requestCert: flags.apiSslRequestCert,
      passphrase: env.CONFIGPROXY_API_SSL_KEY_PASSPHRASE,
    });
  const hasClientTls =
    flags.clientSslKey !== undefined || flags.clientSslCert !== undefined || flags.clientSslCa !== undefined;

  const options = withoutUndefined({
    ip: flags.ip,
    port: flags.port,
    socket: flags.socket,
    ssl: hasCertificate ? certificate() : undefined,
    apiIp: flags.apiIp,
    apiPort: flags.apiPort,
    apiSocket: flags.apiSocket,
    apiSsl: flags.apiSslKey !== undefined || flags.apiSslCert !== undefined ? apiCertificate() : undefined,
    authToken: env.CONFIGPROXY_AUTH_TOKEN || undefined,
    metricsIp: flags.metricsIp,
    metricsPort: flags.metricsPort,
    metricsSocket: flags.metricsSocket,
    redirectPort: flags.redirectPort,
    redirectTo: flags.redirectTo,
    defaultTarget: flags.defaultTarget,
    errorTarget: flags.errorTarget,
    errorPath: flags.errorPath,
    follow:
      flags.follow === undefined
        ? undefined
        : withoutUndefined({
            hubs: flags.follow,
            token: env.CONFIGPROXY_AUTH_TOKEN,
            routeFile: flags.routeFile,
          }),
    hostRouting: flags.hostRouting,
    xForward: flags.xForward,
    prependPath: flags.prependPath,
    includePrefix: flags.includePrefix,
    autoRewrite: flags.autoRewrite,
    protocolRewrite: flags.protocolRewrite,
    changeOrigin: flags.changeOrigin,
    customHeaders: flags.customHeader,
    clientSsl: hasClientTls
      ? withoutUndefined({
          key: readIfGiven(flags.clientSslKey),
          cert: readIfGiven(flags.clientSslCert),
          ca: readIfGiven(flags.clientSslCa),
        })
      : undefined,
    insecure: flags.insecure,
    timeout: flags.timeout,
    proxyTimeout: flags.proxyTimeout,
    keepAliveTimeout: flags.keepAliveTimeout,
    closeTimeout: flags.closeTimeout,
  }) as Omit<ProxyOptions, 'logger'>;

  return {
    options,
    logLevel: flags.logLevel,
    pidFile: flags.pidFile,
    warnings: warningsOf(flags, options),
    certificateFiles: [flags.sslKey, flags.sslCert, flags.sslCa].filter((file) => file !== undefined),
    readCertificate: certificate,
  };
}

interface Flags {
  readonly ip?: string;
  readonly port?: number;
  readonly socket?: string;
  readonly sslKey?: string;
  readonly sslCert?: string;
  readonly sslCa?: string;
  readonly sslRequestCert?: boolean;
  readonly sslRejectUnauthorized?: boolean;
  readonly sslProtocol?: string;
  readonly sslCiphers?: string;
  readonly sslAllowRc4?: boolean;
  readonly sslDhparam?: string;
  readonly apiIp?: string;
  readonly apiPort?: number;
  readonly apiSocket?: string;
  readonly apiSslKey?: string;
  readonly apiSslCert?: string;
  readonly apiSslCa?: string;
  readonly apiSslRequestCert?: boolean;
  readonly apiSslRejectUnauthorized?: boolean;
  readonly clientSslKey?: string;
  readonly clientSslCert?: string;
  readonly clientSslCa?: string;
  readonly clientSslRequestCert?: boolean;
  readonly clientSslRejectUnauthorized?: boolean;
  readonly defaultTarget?: string;
  readonly errorTarget?: string;
  readonly errorPath?: string;
  readonly follow?: readonly string[];
  readonly routeFile?: string;
  readonly redirectPort?: number;
  readonly redirectTo?: number;
  readonly pidFile?: string;
  readonly xForward: boolean;
  readonly prependPath: boolean;
  readonly includePrefix: boolean;
  readonly autoRewrite?: boolean;
  readonly changeOrigin?: boolean;
  readonly protocolRewrite?: string;
  readonly customHeader?: { readonly [name: string]: string };
  readonly insecure?: boolean;
  readonly hostRouting?: boolean;
  readonly metricsIp?: string;
  readonly metricsPort?: number;
  readonly metricsSocket?: string;
  readonly logLevel: ProxyArguments['logLevel'];
  readonly timeout?: number;
  readonly proxyTimeout?: number;
  readonly storageBackend?: string;
  readonly keepAliveTimeout?: number;
  readonly closeTimeout?: number;
}

function proxyCommandLine(): Command {
  return new Command('polder proxy')
    .description('A reverse proxy whose routes are kept through its management API.')
    .version(POLDER_VERSION)
    .exitOverride()
    .option('--ip <address>', 'where clients connect (default: every address)')
    .option('--port <n>', 'on which port (default: 8000)', portNumber)
    .addOption(
      new Option('--socket <path>', 'a unix socket in place of address and port').conflicts(['port', 'ip']),
    )
    .option('--ssl-key <file>', 'key of the public certificate')
    .option('--ssl-cert <file>', 'public certificate; replaced when the file changes')
    .option('--ssl-ca <file>', 'certificate authority of clients')
    .option('--ssl-request-cert', 'clients have to show a certificate')
    .option('--ssl-reject-unauthorized', 'the certificate must be valid; always so')
    .option('--ssl-protocol <version>', 'only this TLS version, e.g. TLSv1_2')
    .option('--ssl-ciphers <list>', 'ciphers, separated by colons')
    .option('--ssl-allow-rc4', 'no effect: there is no RC4 any more')
    .option('--ssl-dhparam <file>', 'Diffie-Hellman parameters')
    .option('--api-ip <address>', 'where the management API listens (default: localhost)')
    .option('--api-port <n>', 'on which port (default: the one after --port)', portNumber)
    .addOption(
      new Option('--api-socket <path>', 'a unix socket in place of address and port').conflicts([
        'apiPort',
        'apiIp',
      ]),
    )
    .option('--api-ssl-key <file>', 'key of the management API’s certificate')
    .option('--api-ssl-cert <file>', 'certificate of the management API')
    .option('--api-ssl-ca <file>', 'certificate authority of its callers')
    .option('--api-ssl-request-cert', 'callers have to show a certificate')
    .option('--api-ssl-reject-unauthorized', 'the certificate must be valid; always so')
    .option('--client-ssl-key <file>', 'key of the certificate that is shown to servers')
    .option('--client-ssl-cert <file>', 'certificate that is shown to servers')
    .option('--client-ssl-ca <file>', 'certificate authority of servers')
    .option('--client-ssl-request-cert', 'no effect: servers always show a certificate')
    .option(
      '--client-ssl-reject-unauthorized',
      'the certificate must be valid; always so, save for --insecure',
    )
    .option('--default-target <url>', 'where requests go that no route matches')
    .option('--error-target <url>', 'the server that makes error pages')
    .option('--error-path <folder>', 'the folder of error pages')
    .option(
      '--follow <url>',
      'follow the routes of the hub with this base URL, which knows CONFIGPROXY_AUTH_TOKEN; it is the default of --default-target and --error-target; may be repeated for several hubs',
      addHub,
    )
    .option('--route-file <file>', 'where the routes of the hub are kept, for a start while it is away')
    .option('--redirect-port <n>', 'a port on which every request is sent on to HTTPS', portNumber)
    .option('--redirect-to <n>', 'on this port (default: that of --port)', portNumber)
    .option('--pid-file <file>', 'where our process id is written')
    .option('--no-x-forward', 'do not tell servers in X-Forwarded-… who asked')
    .option('--no-prepend-path', 'do not put the path of a target in front of the request’s')
    .option('--no-include-prefix', 'cut the prefix of the route off the path')
    .option('--auto-rewrite', 'redirects of a server to itself lead to the host that was asked')
    .option('--change-origin', 'name the target in the Host header')
    .addOption(
      new Option(
        '--protocol-rewrite <protocol>',
        'redirects of a server to itself lead to this protocol',
      ).choices(['http', 'https']),
    )
    .option(
      '--custom-header <name:value>',
      'a header for every forwarded request; may be repeated',
      addHeader,
    )
    .option('--insecure', 'trust any certificate of a server')
    .option('--host-routing', 'the host is the first segment of a route')
    .option('--metrics-ip <address>', 'where metrics are served (default: every address)')
    .option('--metrics-port <n>', 'on which port (default: no metrics)', portNumber)
    .addOption(
      new Option('--metrics-socket <path>', 'a unix socket in place of address and port').conflicts([
        'metricsPort',
        'metricsIp',
      ]),
    )
    .addOption(
      new Option('--log-level <level>', 'debug, info, warn or error').default('info').argParser(logLevel),
    )
    .option(
      '--timeout <ms>',
      'end a request when nothing moves between client and proxy for so long',
      milliseconds,
    )
    .option('--proxy-timeout <ms>', 'end a request when its server is silent for so long', milliseconds)
    .option('--storage-backend <module>', 'not supported')
    .option('--keep-alive-timeout <ms>', 'how long connections may be idle (default: 75000)', milliseconds)
    .option(
      '--close-timeout <ms>',
      'how long those who are connected may stay when the proxy is asked to end (default: 5000)',
      milliseconds,
    );
}

function portNumber(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535)
    throw new InvalidArgumentError('A port is a number from 0 to 65535.');
  return port;
}

function milliseconds(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('A time is a number of milliseconds.');
  return Number(text);
}

function logLevel(text: string): ProxyArguments['logLevel'] {
  const level = text.toLowerCase();
  if (level === 'debug' || level === 'info' || level === 'warn' || level === 'error') return level;
  throw new InvalidArgumentError('A level is debug, info, warn or error.');
}

function addHub(text: string, before: readonly string[] = []): readonly string[] {
  if (!/^https?:$/.test(URL.canParse(text) ? new URL(text).protocol : ''))
    throw new InvalidArgumentError('The base URL of a hub begins with http:// or https://.');
  return [...before, text];
}

function checkFollowing({ follow, routeFile }: Flags, token: string | undefined): void {
  if (follow === undefined && routeFile !== undefined)
    throw new HubError('invalid', '--route-file keeps the routes of a hub: say with --follow of which.');
  if (follow === undefined) return;
  if (!token)
    throw new HubError('invalid', '--follow: set CONFIGPROXY_AUTH_TOKEN to the token that the hub has.');
}

function addHeader(
  text: string,
  before: { readonly [name: string]: string } | undefined,
): { readonly [name: string]: string } {
  const match = /^\s*([!#$%&'*+\-.^_`|~\w]+)\s*:([\t\x20-\x7e]*)$/.exec(text);
  if (match === null) throw new InvalidArgumentError('A header is written name:value.');
  return { ...before, [match[1]!]: match[2]!.trim() };
}

function serverTls(
  flags: Flags,
  own: {
    readonly key: string | undefined;
    readonly cert: string | undefined;
    readonly ca: string | undefined;
    readonly requestCert: boolean | undefined;
    readonly passphrase: string | undefined;
  },
): HttpsOptions {
  return withoutUndefined({
    key: readIfGiven(own.key),
    cert: readIfGiven(own.cert),
    ca: readIfGiven(own.ca),
    passphrase: own.passphrase || undefined,
    requestCert: own.requestCert,
    ciphers: flags.sslCiphers,
    dhparam: readIfGiven(flags.sslDhparam),
    ...tlsVersions(flags.sslProtocol),
  }) as HttpsOptions;
}

/** `TLSv1_2` and the like, which OpenSSL calls a method, are one version; `TLS` and `SSLv23` are any. */
function tlsVersions(protocol: string | undefined): {
  readonly minVersion?: string;
  readonly maxVersion?: string;
} {
  if (protocol === undefined || protocol === 'TLS' || protocol === 'SSLv23') return {};
  const match = /^TLSv1(?:_([123]))?$/.exec(protocol);
  if (match === null)
    throw new HubError(
      'invalid',
      `--ssl-protocol ${protocol}: there are TLSv1_2 and TLSv1_3 (and TLS for both).`,
    );
  const version = match[1] === undefined ? 'TLSv1' : `TLSv1.${match[1]}`;
  return { minVersion: version, maxVersion: version };
}

function readIfGiven(file: string | undefined): Buffer | undefined {
  if (file === undefined) return undefined;
  try {
    return readFileSync(file);
  } catch (error) {
    throw new HubError('invalid', `${file} cannot be read: ${(error as Error).message}`);
  }
}

function warningsOf(flags: Flags, options: Omit<ProxyOptions, 'logger'>): string[] {
  const warnings: string[] = [];
  if (options.authToken === undefined)
    warnings.push('The management API is not authenticated: set CONFIGPROXY_AUTH_TOKEN.');
  if (flags.sslAllowRc4) warnings.push('--ssl-allow-rc4 has no effect: OpenSSL has no RC4 any more.');
  if (flags.clientSslRequestCert)
    warnings.push('--client-ssl-request-cert has no effect: servers always show a certificate.');
  if (flags.insecure) warnings.push('--insecure: certificates of servers are not checked.');
  if (flags.redirectTo !== undefined && flags.redirectPort === undefined)
    warnings.push('--redirect-to has no effect without --redirect-port.');
  if (flags.ip === '*') warnings.push('--ip * is read as every address; 0.0.0.0 or nothing says it better.');
  return warnings;
}

function withoutUndefined<T extends object>(object: T): Partial<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Partial<T>;
}
