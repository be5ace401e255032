import type { Target } from './target.ts';

/** One entry of the table. `lastActivity` is milliseconds since 1970. */
export interface ProxyRoute {
  readonly prefix: string;
  target: Target;
  data: { readonly [key: string]: unknown };
  lastActivity: number;
}

export interface RouteTableOptions {
  /** The first segment of every prefix is a host name, compared without regard to case. */
  readonly hostRouting?: boolean;
  readonly now: () => Date;
  /** Called when the last route to a target's address is gone or points elsewhere. */
  readonly targetUnused?: (target: Target) => void;
}

/**
 * Which route a path belongs to: the longest prefix, by whole segments of the decoded path. A tree of Maps, so
 * segments such as `__proto__` and `constructor` are ordinary.
 */
export class RouteTable {
  readonly #hostRouting: boolean;
  readonly #now: () => Date;
  readonly #targetUnused: (target: Target) => void;
  readonly #routes = new Map<string, ProxyRoute>();
  readonly #root: Node = { route: undefined, children: undefined };
  readonly #targetUses = new Map<string, number>();

  constructor(options: RouteTableOptions) {
    this.#hostRouting = options.hostRouting ?? false;
    this.#now = options.now;
    this.#targetUnused = options.targetUnused ?? (() => {});
  }

  get size(): number {
    return this.#routes.size;
  }

  /**
   * Adds a route, or replaces target and data of the one that is there. The route counts as active now.
   *
   * @param path The decoded path; slashes at its ends do not matter.
   */
  add(path: string, target: Target, data: { readonly [key: string]: unknown } = {}): ProxyRoute {
    const prefix = cleanPrefix(path);
    const lastActivity = this.#now().getTime();
    this.#targetUses.set(target.key, (this.#targetUses.get(target.key) ?? 0) + 1);
    const key = this.#key(prefix);
    const existing = this.#routes.get(key);
    if (existing !== undefined) {
      // Changed in place: requests on their way hold this object and report their activity to it.
      const before = existing.target;
      Object.assign(existing, { target, data, lastActivity });
      this.#releaseTarget(before);
      return existing;
    }
    const route: ProxyRoute = { prefix, target, data, lastActivity };
    this.#routes.set(key, route);
    let node = this.#root;
    for (const segment of segmentsOf(key)) {
      node.children ??= new Map();
      let child = node.children.get(segment);
      if (child === undefined) {
        child = { route: undefined, children: undefined };
        node.children.set(segment, child);
      }
      node = child;
    }
    node.route = route;
    return route;
  }

  /** @returns Whether there was such a route. */
  remove(path: string): boolean {
    const key = this.#key(cleanPrefix(path));
    const route = this.#routes.get(key);
    if (route === undefined) return false;
    this.#routes.delete(key);
    removeNode(this.#root, segmentsOf(key));
    this.#releaseTarget(route.target);
    return true;
  }

  /** The route of exactly this prefix. */
  get(path: string): ProxyRoute | undefined {
    return this.#routes.get(this.#key(cleanPrefix(path)));
  }

  all(): IterableIterator<ProxyRoute> {
    return this.#routes.values();
  }

  /**
   * The route with the longest prefix of `path`.
   *
   * @param path Decoded, beginning with '/'. With host routing: '/' and the host in lower case in front of it.
   */
  find(path: string): ProxyRoute | undefined {
    let node = this.#root;
    let best = node.route;
    let at = 1;
    while (node.children !== undefined && at <= path.length) {
      let slash = path.indexOf('/', at);
      if (slash < 0) slash = path.length;
      const child = node.children.get(path.slice(at, slash));
      if (child === undefined) break;
      node = child;
      if (node.route !== undefined) best = node.route;
      at = slash + 1;
    }
    return best;
  }

  /** Prefixes that mean the same have the same key. */
  #key(prefix: string): string {
    if (!this.#hostRouting) return prefix;
    const slash = prefix.indexOf('/', 1);
    const end = slash < 0 ? prefix.length : slash;
    return prefix.slice(0, end).toLowerCase() + prefix.slice(end);
  }

  #releaseTarget(target: Target): void {
    const uses = (this.#targetUses.get(target.key) ?? 1) - 1;
    if (uses > 0) {
      this.#targetUses.set(target.key, uses);
      return;
    }
    this.#targetUses.delete(target.key);
    this.#targetUnused(target);
  }
}

interface Node {
  route: ProxyRoute | undefined;
  /** Absent rather than empty: most nodes are leaves. */
  children: Map<string, Node> | undefined;
}

/** `/like/this`: one slash in front, none at the end, and `/` for the root. */
export function cleanPrefix(path: string): string {
  return `/${path.replace(/^\/+|\/+$/g, '')}`;
}

function segmentsOf(key: string): string[] {
  return key === '/' ? [] : key.slice(1).split('/');
}

/** Takes the route away, and the nodes that only led to it. */
function removeNode(node: Node, segments: readonly string[]): void {
  const [segment, ...rest] = segments;
  if (segment === undefined) {
    node.route = undefined;
    return;
  }
  const child = node.children?.get(segment);
  if (child === undefined) return;
  removeNode(child, rest);
  if (child.route === undefined && child.children === undefined) {
    node.children!.delete(segment);
    if (node.children!.size === 0) node.children = undefined;
  }
}
