/**
 * A request target in origin form as it is looked up and forwarded: with dot segments and backslashes resolved, so
 * that the server behind a route gets no path that leads out of it. Others, nearly all, stay as they are.
 */
export function resolveDots(url: string): string {
  for (let i = 0; i < url.length; i++) {
    const code = url.charCodeAt(i);
    if (code === QUESTION_MARK) return url;
    if (code === BACKSLASH || (code === SLASH && beginsWithDot(url, i + 1))) return resolve(url);
  }
  return url;
}

/**
 * The decoded path, by which routes are looked up.
 *
 * @param url A request target in origin form, or `*`.
 * @returns undefined when it cannot be decoded.
 */
export function requestPath(url: string): string | undefined {
  const query = url.indexOf('?');
  const path = query < 0 ? url : url.slice(0, query);
  if (!path.includes('%')) return path;
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

/** `url` without the part that the decoded `prefix` stands for; begins with '/'. */
export function cutPrefix(url: string, prefix: string): string {
  if (prefix === '/') return url;
  const query = url.indexOf('?');
  const path = query < 0 ? url : url.slice(0, query);
  for (let at = path.indexOf('/', 1); ; at = path.indexOf('/', at + 1)) {
    const end = at < 0 ? path.length : at;
    if (requestPath(path.slice(0, end)) === prefix) {
      const rest = url.slice(end);
      return rest.startsWith('/') ? rest : `/${rest}`;
    }
    // A route is only found by a path that begins with its prefix, so this is another way to write the same.
    if (at < 0) return url;
  }
}

const QUESTION_MARK = 0x3f;
const PERCENT = 0x25;
const BACKSLASH = 0x5c;
const DOT = 0x2e;
const SLASH = 0x2f;

function beginsWithDot(url: string, at: number): boolean {
  const code = url.charCodeAt(at);
  return code === DOT || (code === PERCENT && url.slice(at, at + 3).toLowerCase() === '%2e');
}

function resolve(url: string): string {
  const { pathname, search } = new URL(`http://host${url}`);
  return pathname + search;
}
