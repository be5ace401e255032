/**
 * The cluster's API server, asked in plain JSON: what a course puts into its pods goes there as it stands, whatever the
 * cluster's version knows. Of the client library we use the part that reads kubeconfigs and service accounts, and
 * commands in pods; its own requests open a connection each.
 */
import { readFile } from 'node:fs/promises';
import type { KubeConfig } from '@kubernetes/client-node';
import { Agent, type Dispatcher, ProxyAgent, request } from 'undici';
import type { Json } from '../domain/server.ts';
import { abortableDelay } from '../lib/abortable-delay.ts';
import { linesOf } from './lines.ts';

/** What every answer of the cluster is. */
export type JsonMap = { readonly [key: string]: Json };

export interface ApiRequest {
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Json;
  readonly contentType?: string;
  readonly signal?: AbortSignal;
}

export interface ApiServerOptions {
  /** Path of a kubeconfig; null: `KUBECONFIG`, `~/.kube/config`, or the service account of the pod that we are in. */
  readonly kubeconfig?: string | null;
  /** Told of every request that is sent. */
  readonly onRequest?: (method: string, path: string) => void;
}

/** An answer that is not the one asked for. `status` is that of HTTP; 0 where there was no answer at all. */
export class ApiError extends Error {
  readonly status: number;
  /** The cluster's own word for it, such as `AlreadyExists`; '' where there is none. */
  readonly reason: string;

  constructor(status: number, reason: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ApiError';
    this.status = status;
    this.reason = reason;
  }
}

/** A request that got no answer is sent again for this long, as is one that the server was too busy for. */
const RETRY_MS = 30_000;
const ANSWER_TIMEOUT_MS = 10_000;
/** Tokens of service accounts live for an hour, and are renewed some minutes before. */
const CREDENTIALS_MS = 30_000;
/** A watch without a word for longer has a dead connection: servers send a bookmark about every minute. */
const SILENCE_MS = 120_000;

interface Credentials {
  readonly headers: Readonly<Record<string, string>>;
  readonly dispatcher: Dispatcher;
  readonly fingerprint: string;
  readonly until: number;
}

export class ApiServer implements AsyncDisposable {
  readonly config: KubeConfig;
  readonly #server: string;
  readonly #onRequest: (method: string, path: string) => void;
  #credentials: Credentials | undefined;

  private constructor(config: KubeConfig, server: string, options: ApiServerOptions) {
    this.config = config;
    this.#server = server;
    this.#onRequest = options.onRequest ?? (() => {});
  }

  /** @throws ApiError where no cluster is named anywhere */
  static async open(options: ApiServerOptions = {}): Promise<ApiServer> {
    const { KubeConfig } = await import('@kubernetes/client-node');
    const config = new KubeConfig();
    if (options.kubeconfig) config.loadFromFile(options.kubeconfig);
    else config.loadFromDefault();
    const server = config.getCurrentCluster()?.server;
    // What the library falls back on where it found nothing.
    if (!server || server === 'http://localhost:8080') {
      throw new ApiError(0, '', 'No cluster is named: set KUBECONFIG to the path of a kubeconfig.');
    }
    return new ApiServer(config, server.replace(/\/$/, ''), options);
  }

  /** Where it is, without a path. */
  get url(): string {
    return this.#server;
  }

  /** The namespace that the kubeconfig or the pod that we are in names; null where neither does. */
  async namespace(): Promise<string | null> {
    const named = this.config.getContextObject(this.config.getCurrentContext())?.namespace;
    if (named) return named;
    const file = '/var/run/secrets/kubernetes.io/serviceaccount/namespace';
    return (await readFile(file, 'utf8').catch(() => '')).trim() || null;
  }

  /**
   * The answer, as JSON. Asked again for a while where there is none, or where the server is too busy: so every request
   * must be one that may be sent twice.
   * @throws ApiError for every other answer
   */
  async request(method: Dispatcher.HttpMethod, path: string, options: ApiRequest = {}): Promise<JsonMap> {
    const text = await this.text(method, path, options);
    return text === '' ? {} : (JSON.parse(text) as JsonMap);
  }

  /** The same, as the text that it is. */
  async text(method: Dispatcher.HttpMethod, path: string, options: ApiRequest = {}): Promise<string> {
    const deadline = Date.now() + RETRY_MS;
    for (let pause = 200; ; pause = Math.min(pause * 2, 5_000)) {
      const answer = await this.#ask(method, path, options);
      if (typeof answer === 'string') return answer;
      const wait = answer.retryAfterMs ?? pause * (0.5 + Math.random());
      if (answer.retryAfterMs === null || Date.now() + wait > deadline) throw answer.error;
      await abortableDelay(wait, options.signal);
    }
  }

  /** The lines of a watch, as JSON, until the server ends it. @throws ApiError where it does not begin */
  async *watch(
    path: string,
    query: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): AsyncGenerator<JsonMap> {
    const silence = new AbortController();
    let timer = setTimeout(() => silence.abort(), SILENCE_MS);
    const both = AbortSignal.any([signal, silence.signal]);
    try {
      const { statusCode, body } = await this.#send('GET', path, {
        query: { ...query, watch: 'true' },
        signal: both,
      });
      if (statusCode !== 200) throw errorOf(statusCode, await body.text());
      for await (const line of linesOf(body)) {
        clearTimeout(timer);
        timer = setTimeout(() => silence.abort(), SILENCE_MS);
        if (line !== '') yield JSON.parse(line) as JsonMap;
      }
    } finally {
      clearTimeout(timer);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#credentials?.dispatcher.destroy();
  }

  /** @returns the answer, or the error and, where asking again may help, after how long; undefined says "our choice" */
  async #ask(
    method: Dispatcher.HttpMethod,
    path: string,
    options: ApiRequest,
  ): Promise<string | { readonly error: ApiError; readonly retryAfterMs: number | null | undefined }> {
    const timeout = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
    const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout;
    try {
      const { statusCode, headers, body } = await this.#send(method, path, { ...options, signal });
      const text = await body.text();
      if (statusCode >= 200 && statusCode < 300) return text;
      if (statusCode === 401) this.#credentials = undefined;
      return {
        error: errorOf(statusCode, text),
        retryAfterMs: retryAfter(statusCode, headers['retry-after']),
      };
    } catch (error) {
      options.signal?.throwIfAborted();
      const words = `The cluster's API server does not answer (${causeOf(error)}).`;
      return { error: new ApiError(0, '', words, { cause: error }), retryAfterMs: undefined };
    }
  }

  async #send(
    method: Dispatcher.HttpMethod,
    path: string,
    options: ApiRequest,
  ): Promise<Dispatcher.ResponseData> {
    const { headers, dispatcher } = await this.#authorized();
    const { query = {}, body, contentType = 'application/json', signal } = options;
    const search = new URLSearchParams(query).toString();
    this.#onRequest(method, path + (search === '' ? '' : `?${search}`));
    return request(`${this.#server}${path}${search === '' ? '' : `?${search}`}`, {
      method,
      headers: { ...headers, ...(body === undefined ? {} : { 'Content-Type': contentType }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
      dispatcher,
      bodyTimeout: 0,
      headersTimeout: ANSWER_TIMEOUT_MS,
    });
  }

  /** Connections are kept, and made anew only when certificates have changed. */
  async #authorized(): Promise<Credentials> {
    const known = this.#credentials;
    if (known && Date.now() < known.until) return known;
    const given: Parameters<KubeConfig['applyToHTTPSOptions']>[0] = {};
    await this.config.applyToHTTPSOptions(given);
    const { ca, cert, key, pfx, passphrase, rejectUnauthorized, servername } = given as Record<
      string,
      unknown
    >;
    const tls = { ca, cert, key, pfx, passphrase, rejectUnauthorized, servername };
    const connect = Object.fromEntries(Object.entries(tls).filter(([, value]) => value !== undefined));
    const fingerprint = JSON.stringify(connect, (_, value) =>
      value instanceof Buffer ? value.toString() : value,
    );
    const proxyUrl = this.config.getCurrentCluster()?.proxyUrl;
    const dispatcher =
      known?.fingerprint === fingerprint
        ? known.dispatcher
        : proxyUrl
          ? new ProxyAgent({ uri: proxyUrl, requestTls: connect })
          : new Agent({ connect: { ...connect, keepAlive: true, keepAliveInitialDelay: 30_000 } });
    const headers = given.headers as Record<string, string> | undefined;
    const basic = typeof given.auth === 'string' ? { Authorization: `Basic ${btoa(given.auth)}` } : {};
    this.#credentials = {
      headers: { ...basic, ...headers },
      dispatcher,
      fingerprint,
      until: Date.now() + CREDENTIALS_MS,
    };
    return this.#credentials;
  }
}

export function errorOf(status: number, text: string): ApiError {
  try {
    const { reason, message } = JSON.parse(text) as { reason?: string; message?: string };
    return new ApiError(status, reason ?? '', message ?? `HTTP ${status}`);
  } catch {
    return new ApiError(status, '', `HTTP ${status}: ${text.slice(0, 200)}`);
  }
}

/** Null: asking again does not help; undefined: it does, after a time of our choice. */
function retryAfter(status: number, header: string | string[] | undefined): number | null | undefined {
  if (status !== 429 && status !== 401 && status < 500) return null;
  const seconds = Number(header);
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : undefined;
}

function causeOf(error: unknown): string {
  const { code, message, cause } = error as NodeJS.ErrnoException;
  return code ?? (cause as NodeJS.ErrnoException | undefined)?.code ?? message;
}
