/**
 * Follows all objects of a kind: one list, then one watch that goes on from it, for as long as this process runs. A
 * watch that ends is taken up where it was; when the server no longer knows that place, all are listed anew. So nothing
 * is asked about a single object, ever.
 */

import { ApiError, type ApiServer } from '../../kubernetes/api-server.ts';
import type { KubeObject } from '../../kubernetes/kube-object.ts';
import { abortableDelay } from '../../lib/abortable-delay.ts';
import type { JsonMap } from './pod-recipe.ts';

export interface Followed {
  /** Path of the kind, such as `/api/v1/namespaces/course/pods`. */
  readonly path: string;
  /** Selectors. */
  readonly query: Readonly<Record<string, string>>;
  /** Whether what was there before is wanted at all; otherwise only what comes. */
  readonly past: boolean;
}

export interface Follower {
  /** All there are now, as of `version`: what is not among them is gone. */
  onAll(objects: readonly KubeObject[], version: string): void;
  onChange(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: KubeObject): void;
  /** Nothing is heard for now (an error), or all is well again (null). */
  onConnection(error: Error | null): void;
}

const PAGE = '500';
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 15_000;

/** Goes on until `signal` is aborted. */
export async function follow(
  api: ApiServer,
  followed: Followed,
  follower: Follower,
  signal: AbortSignal,
): Promise<void> {
  let version: string | null = null;
  let pause = FIRST_PAUSE_MS;
  while (!signal.aborted) {
    try {
      if (version === null) {
        const all = await listAll(api, followed, signal);
        version = all.version;
        follower.onAll(all.objects, version);
      }
      follower.onConnection(null);
      for await (const { type, object } of api.watch(followed.path, watchQuery(followed, version), signal)) {
        if (type === 'ERROR') throw watchError(object as JsonMap);
        const changed = object as unknown as KubeObject;
        version = changed.metadata.resourceVersion;
        pause = FIRST_PAUSE_MS;
        if (type !== 'BOOKMARK') follower.onChange(type as 'ADDED', changed);
      }
    } catch (error) {
      if (signal.aborted) return;
      // The place that we were at is forgotten: whatever happened meanwhile shows in a list.
      if (error instanceof ApiError && error.status === 410) version = null;
      else follower.onConnection(error as Error);
      await abortableDelay(pause * (0.5 + Math.random()), signal).catch(() => undefined);
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
    }
  }
}

async function listAll(
  api: ApiServer,
  { path, query, past }: Followed,
  signal: AbortSignal,
): Promise<{ readonly objects: readonly KubeObject[]; readonly version: string }> {
  const objects: KubeObject[] = [];
  let next = '';
  for (;;) {
    const page = (await api.request('GET', path, {
      query: { ...query, limit: past ? PAGE : '1', ...(next === '' ? {} : { continue: next }) },
      signal,
    })) as unknown as {
      readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
      readonly items: readonly KubeObject[];
    };
    if (past) objects.push(...page.items);
    next = page.metadata.continue ?? '';
    if (next === '' || !past) return { objects, version: page.metadata.resourceVersion };
  }
}

function watchQuery({ query }: Followed, version: string): Readonly<Record<string, string>> {
  // Not all at the same time: watches of many hubs would end and begin together otherwise.
  const timeoutSeconds = String(Math.round(240 + 60 * Math.random()));
  return { ...query, resourceVersion: version, allowWatchBookmarks: 'true', timeoutSeconds };
}

function watchError(status: JsonMap): ApiError {
  return new ApiError(Number(status.code ?? 500), String(status.reason ?? ''), String(status.message ?? ''));
}
