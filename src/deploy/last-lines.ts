import type { ApiServer } from '../kubernetes/api-server.ts';
import type { ClusterView } from './cluster-view.ts';
import type { Trouble } from './troubles.ts';

const LINES = '15';
/** Of troubles alike, so many are read. */
const EACH = 3;

/** What containers that ended wrote last, by pod. */
export async function lastLines(
  api: ApiServer,
  troubles: readonly Trouble[],
  { namespace, pods }: ClusterView,
): Promise<ReadonlyMap<string, string>> {
  const logs = new Map<string, string>();
  const ends = troubles.filter(({ code }) => code === 'container-ended' || code === 'out-of-memory');
  for (const name of ends.flatMap(({ of }) => of.slice(0, EACH))) {
    const status = pods.find(({ metadata }) => metadata.name === name)?.status;
    const ended = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].find(
      ({ state, lastState }) => state?.terminated ?? lastState?.terminated,
    );
    if (ended === undefined) continue;
    const previous = ended.state?.terminated === undefined;
    const query = { container: ended.name, tailLines: LINES, ...(previous ? { previous: 'true' } : {}) };
    const path = `/api/v1/namespaces/${namespace}/pods/${name}/log`;
    const text = await api.text('GET', path, { query }).catch(() => '');
    if (text.trim() !== '') logs.set(name, text.trimEnd());
  }
  return logs;
}

/** For people; '' where there are none. */
export function describeLastLines(logs: ReadonlyMap<string, string>): string {
  return [...logs]
    .map(([pod, log]) => `  The last lines of ${pod}:\n${log.replace(/^/gm, '    ')}`)
    .join('\n');
}
