/** Waits until students can log in, or says why they cannot. */
import type { ApiServer } from '../kubernetes/api-server.ts';
import { ApiError } from '../kubernetes/api-server.ts';
import { abortableDelay } from '../lib/abortable-delay.ts';
import { type ClusterView, readCluster } from './cluster-view.ts';
import { lastLines } from './last-lines.ts';
import { type CourseStatus, publicService, statusOf } from './status.ts';
import type { Trouble } from './troubles.ts';

export interface RolloutOptions {
  readonly namespace: string;
  /** Path of the hub's pages, with a slash at both ends. */
  readonly baseUrl: string;
  readonly timeoutSeconds: number;
  /** Some troubles pass: an image that a busy registry gave out at the second try, a volume that takes a moment. */
  readonly patienceSeconds: number;
  readonly say: (line: string) => void;
}

export interface Rollout {
  readonly status: CourseStatus;
  /** Whether the login page was answered by what was deployed. */
  readonly open: boolean;
  /** Whether it was answered all the same, by what ran before. */
  readonly openAsBefore: boolean;
  /** Of what keeps it from that. */
  readonly troubles: readonly Trouble[];
  /** Last lines of containers that ended, by pod. */
  readonly logs: ReadonlyMap<string, string>;
}

const LOOK_MS = 2_000;

export async function followRollout(api: ApiServer, options: RolloutOptions): Promise<Rollout> {
  const deadline = Date.now() + options.timeoutSeconds * 1000;
  const since = new Map<string, number>();
  let said = '';
  for (;;) {
    const view = await readCluster(api, options.namespace);
    const status = statusOf(view);
    const troubles = status.troubles.filter((trouble) => isOfCourse(trouble, view));
    const ready =
      status.deployed && status.components.every((one) => one.upToDate && one.ready >= one.wanted);
    const words = status.components.map((one) => `${one.name} ${one.ready}/${one.wanted}`).join(', ');
    if (words !== said && words !== '') options.say(`  ${words}`);
    said = words;
    if (ready && (await isLoginOpen(api, view, options))) {
      return { status, open: true, openAsBefore: false, troubles: [], logs: new Map() };
    }
    for (const { code } of troubles) if (!since.has(code)) since.set(code, Date.now());
    for (const code of since.keys()) if (!troubles.some((one) => one.code === code)) since.delete(code);
    const stays = troubles.filter(
      ({ code }) =>
        code !== 'waits-for-machine' && Date.now() - since.get(code)! > options.patienceSeconds * 1000,
    );
    if (stays.length > 0 || Date.now() > deadline) {
      const reasons = stays.length > 0 ? stays : troubles;
      const openAsBefore = await isLoginOpen(api, view, options);
      return {
        status,
        open: false,
        openAsBefore,
        troubles: reasons,
        logs: await lastLines(api, reasons, view),
      };
    }
    await abortableDelay(LOOK_MS);
  }
}

/** Students' own servers may have troubles of their own. */
function isOfCourse({ of }: Trouble, { pods }: ClusterView): boolean {
  return of.some(
    (name) =>
      pods.find(({ metadata }) => metadata.name === name)?.metadata.labels?.component !== 'singleuser-server',
  );
}

/** Asks for the login page through the cluster's own proxy, as somebody outside would ask the service. */
async function isLoginOpen(
  api: ApiServer,
  view: ClusterView,
  { namespace, baseUrl }: RolloutOptions,
): Promise<boolean> {
  const service = publicService(view);
  const port = service?.spec.ports?.find(({ name }) => name === 'http') ?? service?.spec.ports?.[0];
  if (service === undefined || port === undefined) return false;
  const scheme = port.name === 'https' ? 'https:' : '';
  const path = `/api/v1/namespaces/${namespace}/services/${scheme}${service.metadata.name}:${port.port}/proxy${baseUrl}hub/login`;
  try {
    await api.text('GET', path, { signal: AbortSignal.timeout(5_000) });
    return true;
  } catch (error) {
    // A redirect is the answer of one that has its pages elsewhere: on https, or at another login.
    return error instanceof ApiError && error.status >= 300 && error.status < 400;
  }
}
