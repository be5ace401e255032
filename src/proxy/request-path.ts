/**
 * The path that routes are looked up by: decoded, with dot segments resolved, as configurable-http-proxy does it.
 * The target that is forwarded stays as it was sent.
 *
 * @param url A request target in origin form, or `*`.
 * @returns undefined when it cannot be decoded.
 */
export function requestPath(url: string): string | undefined {
  let end = url.length;
  for (let i = 0; i < url.length; i++) {
    const code = url.charCodeAt(i);
    if (code === QUESTION_MARK) {
      end = i;
      break;
    }
    if (code === PERCENT || code === BACKSLASH || (code === DOT && url.charCodeAt(i - 1) === SLASH))
      return normalPath(url);
  }
  return end === url.length ? url : url.slice(0, end);
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
    // Reached by a prefix that only begins after a host, or by a path with dot segments.
    if (at < 0) return url;
  }
}

const QUESTION_MARK = 0x3f;
const PERCENT = 0x25;
const BACKSLASH = 0x5c;
const DOT = 0x2e;
const SLASH = 0x2f;

function normalPath(url: string): string | undefined {
  try {
    return decodeURIComponent(new URL(`http://host${url}`).pathname);
  } catch {
    return undefined;
  }
}
