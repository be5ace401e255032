/** Where a repository is found in the mirror, and how git in a server is sent there. */
import { createHash } from 'node:crypto';

/** How servers reach the mirror. */
export interface MirrorPlace {
  /** Without a path: `http://mirror:8090`. */
  readonly url: string;
  /** What this server shows it. */
  readonly token: string;
}

/**
 * The name of a repository in the mirror: one word, different for every source.
 * `https://example.org/course.git` and the same without `.git` are one repository.
 */
export function mirrorName(source: string): string {
  const plain = withoutSuffix(source);
  const last = plain.split(/[/:\\]/).at(-1) ?? '';
  const readable = last
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 40);
  return `${readable || 'repository'}-${createHash('sha256').update(plain).digest('hex').slice(0, 12)}`;
}

/** The address as git takes it for the same repository whether or not it ends with `.git`. */
export function withoutSuffix(source: string): string {
  return source.replace(/\/+$/, '').replace(/\.git$/, '');
}

/**
 * Settings of git that send it to the mirror where it would ask one of the sources. They hold for everything that begins
 * like the source; what turns out to be another repository, the mirror sends on to where it is.
 */
export function mirrorSettings(
  { url, token }: MirrorPlace,
  sources: readonly string[],
): readonly (readonly [name: string, value: string])[] {
  const place = new URL(url);
  place.username = 'server';
  place.password = token;
  return sources.map((source) => [
    `url.${place.href.replace(/\/+$/, '')}/git/${mirrorName(source)}.insteadOf`,
    withoutSuffix(source),
  ]);
}
