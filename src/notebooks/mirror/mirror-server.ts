/**
 * How the mirror is asked. Git's own protocol for reading, for `git` and nbgitpuller:
 *
 *     GET  /git/<name>/info/refs?service=git-upload-pack
 *     POST /git/<name>/git-upload-pack
 *
 * and what a server's notebooks are filled from:
 *
 *     GET  /copies/<name>?branch=main     what there is, as JSON
 *     GET  /copies/<name>/<commit>        that commit, see copies.ts
 *
 * Everything but `/health` asks for the token of a server.
 */

import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { BaseLogger } from 'pino';
import { createServer } from '../../lib/node-http.ts';
import { GitError } from '../git.ts';
import { copyOf } from './copies.ts';
import type { MirrorEntry } from './mirror.ts';
import { withoutSuffix } from './mirror-address.ts';
import type { RepositoryState } from './mirrored-repository.ts';
import { isServerToken } from './server-token.ts';
import { answerFetch } from './upload-pack.ts';

export interface MirrorServerSettings {
  readonly entries: ReadonlyMap<string, MirrorEntry>;
  /** Tokens of servers derive from it. */
  readonly key: string;
  readonly host: string;
  /** 0: any. */
  readonly port: number;
  readonly logger: BaseLogger;
}

export interface MirrorServer extends AsyncDisposable {
  /** Without a path. */
  readonly url: string;
}

/** What git says that it has is a few kilobytes, of a long history a few hundred. */
const LARGEST_QUESTION = 4 * 1024 ** 2;

export async function startMirrorServer(settings: MirrorServerSettings): Promise<MirrorServer> {
  const { host, port, logger } = settings;
  const server = createServer((request, response) => {
    answer(request, response, settings).catch((error: Error) => {
      if (request.destroyed && response.destroyed) return;
      logger.warn({ err: error, path: request.url }, 'a question was not answered');
      if (response.headersSent) response.destroy();
      else
        say(
          response,
          error instanceof GitError ? 400 : 500,
          error instanceof GitError ? error.message : 'failed',
        );
    });
  });
  server.listen(port, host);
  await once(server, 'listening');
  const { address, port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${address.includes(':') ? `[${address}]` : address}:${taken}`,
    async [Symbol.asyncDispose]() {
      if (!server.listening) return;
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { entries, key }: MirrorServerSettings,
): Promise<void> {
  const { pathname, searchParams, search } = new URL(request.url ?? '/', 'http://mirror');
  if (pathname === '/health') return say(response, 200, 'ok');
  if (!isServerToken(key, tokenOf(request))) {
    response.setHeader('www-authenticate', 'Basic realm="notebooks"');
    return say(response, 401, 'Only servers of the course are answered.');
  }
  const [, kind, name, rest = ''] = /^\/(git|copies)\/([a-z0-9-]*?-[0-9a-f]{12})(.*)$/.exec(pathname) ?? [];
  const entry = entries.get(name ?? '');
  if (entry === undefined) return say(response, 404, 'The course names no such repository.');
  if (kind === 'copies') {
    const [, commit] = /^\/([0-9a-f]{40}|[0-9a-f]{64})$/.exec(rest) ?? [];
    if (request.method !== 'GET' || (rest !== '' && commit === undefined))
      return say(response, 404, 'Not here.');
    if (commit === undefined) return await sayWhatThereIs(entry, searchParams.get('branch'), response);
    if (!new Set(entry.repository.state.commits.values()).has(commit))
      return say(response, 404, 'That is not there any more.');
    return await send(
      response,
      'application/octet-stream',
      await copyOf(entry.repository, commit, entry.kept),
    );
  }
  const [, more, question] = /^((?:\.git)?\/?|.+?)(\/info\/refs|\/git-upload-pack)$/.exec(rest) ?? [];
  if (more === undefined) return say(response, 404, 'Not here.');
  if (!/^(\.git)?\/?$/.test(more)) return sendOn(entry, `${more}${question}${search}`, response);
  await answerGit(request, response, {
    entry,
    isFirst: question === '/info/refs',
    service: searchParams.get('service'),
  });
}

async function answerGit(
  request: IncomingMessage,
  response: ServerResponse,
  {
    entry,
    isFirst,
    service,
  }: { readonly entry: MirrorEntry; readonly isFirst: boolean; readonly service: string | null },
): Promise<void> {
  const { repository, kept } = entry;
  if (request.method !== (isFirst ? 'GET' : 'POST')) return say(response, 405, 'Not so.');
  if (isFirst && service !== 'git-upload-pack')
    return say(response, 403, 'The mirror can be read, and no more.');
  if (isFirst && (await repository.fresh()).asOf === null)
    return say(response, 503, unreachable(repository.state));
  const body = isFirst ? null : await readQuestion(request);
  if (body === undefined) return say(response, 413, 'That is too long for a question.');
  const protocol = request.headers['git-protocol'];
  const path = await answerFetch(
    repository,
    { protocol: Array.isArray(protocol) ? undefined : protocol, body },
    kept,
  );
  await send(response, `application/x-git-upload-pack-${isFirst ? 'advertisement' : 'result'}`, path);
}

/** What a server's notebooks are filled from: which commit, of when, and why it is not newer. */
async function sayWhatThereIs(
  { repository }: MirrorEntry,
  asked: string | null,
  response: ServerResponse,
): Promise<void> {
  const state = await repository.fresh();
  if (state.asOf === null) return say(response, 503, unreachable(state));
  const branch = asked ?? state.defaultBranch;
  const commit = branch === null ? undefined : state.commits.get(branch);
  if (commit === undefined) {
    const branches = [...state.refs.keys()].flatMap((name) => /^refs\/heads\/(.*)/.exec(name)?.[1] ?? []);
    return sayJson(response, 404, { branch, branches: branches.slice(0, 20) });
  }
  sayJson(response, 200, {
    branch,
    ref: refOf(branch!, state),
    commit,
    asOf: state.asOf,
    reachable: state.problem === null,
  });
}

function refOf(name: string, { refs }: RepositoryState): string {
  return refs.has(`refs/heads/${name}`) ? `refs/heads/${name}` : `refs/tags/${name}`;
}

function unreachable({ problem }: RepositoryState): string {
  return `The repository could not be fetched: ${problem}`;
}

/**
 * Git takes whatever begins like the address of a repository of ours to the mirror: `…/course-b` too, where `…/course` is
 * ours. Where that is, on the same host, git is told; the mirror itself fetches nothing but what it is there for.
 */
function sendOn({ repository }: MirrorEntry, more: string, response: ServerResponse): void {
  const source = withoutSuffix(repository.source);
  if (/^https?:/.test(source)) {
    response.setHeader('location', `${source}${more}`);
    say(response, 302, 'It is where it was.');
  } else say(response, 404, 'The course names no such repository.');
}

/** As the password of HTTP's basic login, which is how git sends it, or as a bearer. */
function tokenOf(request: IncomingMessage): string {
  const [, kind = '', value = ''] =
    /^(basic|bearer) +(\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
  if (kind.toLowerCase() === 'bearer') return value;
  const pair = Buffer.from(value, 'base64').toString('utf8');
  return pair.slice(pair.indexOf(':') + 1);
}

/** @returns undefined where it is too long */
async function readQuestion(request: IncomingMessage): Promise<Buffer | undefined> {
  const isPacked = request.headers['content-encoding'] === 'gzip';
  const stream = isPacked ? request.pipe(createGunzip()) : request;
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    length += (chunk as Buffer).length;
    if (length > LARGEST_QUESTION) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

async function send(response: ServerResponse, type: string, path: string): Promise<void> {
  const file = createReadStream(path, { highWaterMark: 256 * 1024 });
  await once(file, 'open');
  response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store' });
  await pipeline(file, response);
}

function sayJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}

function say(response: ServerResponse, status: number, words: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(`${words}\n`);
}
