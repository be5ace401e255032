/**
 * The files that pages load: style sheet, script and logo. Their names hold a hash of what is in them, so that a browser
 * keeps them for good and never mixes versions.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { assetPath } from '../../lib/asset.ts';
import { acceptedEncoding } from '../encoding.ts';
import { PICTURE_POLICY } from '../headers.ts';
import type { Picture, Site } from '../parts.ts';
import { courseStyle } from './course-style.ts';

export interface Asset {
  /** File name with the hash: `pages-3f9c21ab.css`. */
  readonly name: string;
  readonly type: string;
  readonly body: Buffer;
}

export interface PageAssets {
  readonly style: Asset;
  readonly script: Asset;
  readonly logo: Asset;
}

let loaded: PageAssets | undefined;

/** Read once a process: they change only with the program. */
export function pageAssets(): PageAssets {
  loaded ??= {
    // One file, since each request of a first visit costs a round trip; React's pages load the tokens alone.
    style: asset(
      'pages.css',
      'text/css; charset=utf-8',
      Buffer.concat([read('tokens.css'), read('pages.css')]),
    ),
    script: readAsset('pages.js', 'text/javascript; charset=utf-8'),
    logo: readAsset('logo.svg', 'image/svg+xml'),
  };
  return loaded;
}

/** The course's own logo, or ours; `dark` where dark pages have another one. */
export function logoAssets({ course }: Pick<Site, 'course'>): {
  readonly light: Asset;
  readonly dark: Asset | null;
} {
  const { logo } = course;
  if (logo === null) return { light: pageAssets().logo, dark: null };
  return { light: pictureAsset(logo.light), dark: logo.dark && pictureAsset(logo.dark) };
}

const pictures = new WeakMap<Picture, Asset>();

function pictureAsset(picture: Picture): Asset {
  const known = pictures.get(picture);
  if (known !== undefined) return known;
  const ending = /\/(\w+)/.exec(picture.type)?.[1] ?? 'picture';
  const made = asset(`logo.${ending}`, picture.type, picture.body);
  pictures.set(picture, made);
  return made;
}

/** What the course adds to the style sheet; undefined where it adds nothing. */
export function courseAsset(site: Pick<Site, 'course'>): Asset | undefined {
  const style = courseStyle(site.course);
  return style === undefined ? undefined : asset('course.css', 'text/css; charset=utf-8', Buffer.from(style));
}

export function assetUrl(site: Pick<Site, 'baseUrl'>, { name }: Asset): string {
  return `${site.baseUrl}hub/static/${name}`;
}

export function mountAssets(app: FastifyInstance, { site }: { readonly site: Site }): void {
  const course = courseAsset(site);
  const { style, script, logo: ours } = pageAssets();
  const logo = logoAssets(site);
  const files = [style, script, ours, ...(course === undefined ? [] : [course])];
  if (site.course.logo !== null) files.push(logo.light, ...(logo.dark === null ? [] : [logo.dark]));
  // One picture may be given twice.
  for (const file of new Map(files.map((file) => [file.name, file])).values()) {
    const send = assetSender(file, 'public, max-age=31536000, immutable');
    app.get(`/static/${file.name}`, { config: { anonymous: true } }, send);
  }
  const sendLogo = assetSender(logo.light, 'public, max-age=3600');
  // Single-user servers of old show the hub's logo; browsers ask for the others by themselves.
  for (const path of ['/logo', '/favicon.ico', '/static/favicon.ico']) {
    app.get(path, { config: { anonymous: true } }, sendLogo);
  }
}

function readAsset(file: string, type: string): Asset {
  return asset(file, type, read(file));
}

function read(file: string): Buffer {
  return readFileSync(assetPath(`http/pages/assets/${file}`));
}

function asset(file: string, type: string, body: Buffer): Asset {
  const hash = createHash('sha256').update(body).digest('hex').slice(0, 10);
  return { name: file.replace(/\.(\w+)$/, `-${hash}.$1`), type, body };
}

function assetSender({ type, body }: Asset, cacheControl: string) {
  const headers = {
    'content-type': type,
    'cache-control': cacheControl,
    ...(type.startsWith('image/') ? { 'content-security-policy': PICTURE_POLICY } : {}),
  };
  // Other pictures are compressed in themselves.
  if (type.startsWith('image/') && type !== 'image/svg+xml') {
    return (_request: FastifyRequest, reply: FastifyReply): FastifyReply => reply.headers(headers).send(body);
  }
  // Quality 9 of 11: within a hundredth of the smallest for these sizes, in a tenth of the time.
  const bodies = {
    br: brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
    gzip: gzipSync(body),
  };
  return (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const encoding = acceptedEncoding(request);
    reply.headers({ ...headers, vary: 'accept-encoding' });
    if (encoding === undefined) return reply.send(body);
    return reply.header('content-encoding', encoding).send(bodies[encoding]);
  };
}
