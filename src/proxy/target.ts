import { HubError } from '../domain/errors.ts';

/** Where requests of a route go: the parsed form of a target URL. */
export interface Target {
  /** As it was given. */
  readonly url: string;
  /** Equal for targets that can share connections: scheme and address, without the path. */
  readonly key: string;
  readonly secure: boolean;
  /** A name or an address, without the brackets of an IPv6 literal. Empty for a unix socket. */
  readonly host: string;
  readonly port: number;
  readonly socketPath: string | undefined;
  /** Put in front of the request's path; empty or '/like/this', with no slash at the end. */
  readonly basePath: string;
  /** What the Host header says when the origin is changed to the target. */
  readonly hostHeader: string;
}

/**
 * Parses `http://host:port[/path]`, `https://…`, or `http+unix://%2Fpath%2Fto%2Fsocket[/path]` (also written
 * `unix+http`).
 *
 * @throws HubError `invalid` when the text is no such URL.
 */
export function parseTarget(text: string): Target {
  if (!URL.canParse(text)) throw new HubError('invalid', `The target ${JSON.stringify(text)} is not a URL.`);
  const url = new URL(text);
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    throw new HubError(
      'invalid',
      'A target has a scheme, an address and perhaps a path: no user, query or fragment.',
    );
  const basePath = url.pathname.replace(/\/+$/, '');
  switch (url.protocol) {
    case 'http:':
    case 'https:': {
      const secure = url.protocol === 'https:';
      return {
        url: text,
        key: url.origin,
        secure,
        host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
        port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
        socketPath: undefined,
        basePath,
        hostHeader: url.host,
      };
    }
    case 'http+unix:':
    case 'unix+http:': {
      const socketPath = decodeSocketPath(url.host);
      return {
        url: text,
        key: `unix:${socketPath}`,
        secure: false,
        host: '',
        port: 0,
        socketPath,
        basePath,
        hostHeader: 'localhost',
      };
    }
    default:
      throw new HubError(
        'invalid',
        `A target begins with http://, https:// or http+unix://, not with ${url.protocol}//`,
      );
  }
}

function decodeSocketPath(host: string): string {
  try {
    const path = decodeURIComponent(host);
    if (path !== '') return path;
  } catch {
    // Falls through to the one message below.
  }
  throw new HubError('invalid', 'A unix socket target is written http+unix://%2Fpath%2Fto%2Fsocket');
}
