/**
 * What Vite made of `ui/`: scripts and style sheets with a hash in their names, and the same compressed beside them. They
 * lie in `dist/ui`, also where the sources are run, and are read when they are first asked for.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { HubError } from '../../domain/errors.ts';
import { packagePath } from '../../lib/asset.ts';
import { acceptedEncoding } from '../encoding.ts';
import type { Site } from '../parts.ts';

/** The addresses that a page names itself; the rest is loaded by these. */
export interface UiEntry {
  readonly script: string;
  readonly styles: readonly string[];
}

interface Manifest {
  readonly [source: string]: {
    readonly file: string;
    readonly css?: readonly string[];
    readonly isEntry?: boolean;
  };
}

const folder = packagePath('dist/ui');
const TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
};

/** @returns undefined where the pages were never built */
export async function uiEntry({ baseUrl }: Pick<Site, 'baseUrl'>): Promise<UiEntry | undefined> {
  const manifest = await readManifest();
  const entry = Object.values(manifest).find(({ isEntry }) => isEntry);
  if (entry === undefined) return undefined;
  const address = (file: string) => `${baseUrl}hub/static/ui/${file}`;
  return { script: address(entry.file), styles: (entry.css ?? []).map(address) };
}

export function mountUiAssets(app: FastifyInstance): void {
  app.get('/static/ui/:file', { config: { anonymous: true } }, async (request, reply) => {
    const { file } = request.params as { readonly file: string };
    const ending = /^[\w-]+\.(js|css)$/.exec(file)?.[1];
    if (ending === undefined) throw new HubError('not_found', 'Not Found');
    const encoding = acceptedEncoding(request);
    const suffix = encoding === undefined ? '' : encoding === 'br' ? '.br' : '.gz';
    const body = await readBuilt(`${file}${suffix}`);
    if (body === undefined) throw new HubError('not_found', 'Not Found');
    if (encoding !== undefined) reply.header('content-encoding', encoding);
    return reply
      .headers({ 'cache-control': 'public, max-age=31536000, immutable', vary: 'accept-encoding' })
      .type(TYPES[ending]!)
      .send(body);
  });
}

async function readManifest(): Promise<Manifest> {
  const text = await readBuilt('manifest.json');
  return text === undefined ? {} : JSON.parse(text.toString());
}

const kept = new Map<string, Buffer>();

/** Kept once read: a build that is made meanwhile is for the hub that starts after it. */
async function readBuilt(file: string): Promise<Buffer | undefined> {
  const known = kept.get(file);
  if (known !== undefined) return known;
  const body = await readFile(join(folder, file)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  // What is not there is asked for under any name.
  if (body !== undefined) kept.set(file, body);
  return body;
}
