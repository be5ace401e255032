/**
 * Starts servers as pods. What exists is known from one watch a kind, for all servers together; a server costs the
 * cluster one request for its start and one for its end. A pod is created under a name that only this server may have,
 * and says in its annotations which run it is, so that any number of hubs may do the same at once.
 *
 * The token of a server stands in its pod's environment, as KubeSpawner has it: a Secret of its own would double the
 * requests of every start and stop, and who may read the pods of the namespace may as a rule read its Secrets, or open
 * a shell in the pod. It opens what the server itself may do, and ends with the attempt.
 */
import type { Finding } from '../../config/finding.ts';
import type { Progress } from '../../domain/progress.ts';
import type { HookResult, Json } from '../../domain/server.ts';
import type { ServerChoices } from '../../domain/server-choices.ts';
import { ApiError, ApiServer, type ApiServerOptions } from '../../kubernetes/api-server.ts';
import type { Claim, Pod } from '../../kubernetes/kube-object.ts';
import { abortableDelay } from '../../lib/abortable-delay.ts';
import {
  type Existing,
  type Launched,
  LeaveRunning,
  type Run,
  type RunStatus,
  type ServerSpec,
  SpawnError,
  type Spawner,
} from '../spawner.ts';
import { Claims } from './claims.ts';
import { EventFeed } from './event-feed.ts';
import type { KubernetesSettings } from './kubernetes-settings.ts';
import { LabExtension } from './lab-extension.ts';
import { INSTANCE_LABEL, USERNAME } from './manifest-labels.ts';
import { ObjectCache } from './object-cache.ts';
import { runInPod } from './pod-command.ts';
import { podManifest, podName, SERVER_CONTAINER } from './pod-manifest.ts';
import { PodMemory } from './pod-memory.ts';
import type { JsonMap, PodRecipe } from './pod-recipe.ts';
import { PodStart } from './pod-start.ts';
import { afterItsEnd, type Exited, endedAt, podState, podTarget } from './pod-state.ts';
import { choicesOf } from './profile-choices.ts';
import { recipeFor } from './profiles.ts';
import { RecentMap } from './recent-map.ts';
import { handleOf, type RunHandle, readHandle } from './run-handle.ts';
import { claimSummary, podSummary } from './summaries.ts';

export interface KubernetesSpawnerOptions extends ApiServerOptions {
  /** Null: the one that the kubeconfig, or the pod that we are in, names; `default` where neither does. */
  readonly namespace: string | null;
  /** What the course says of its pods in a namespace. */
  readonly settingsIn: (namespace: string) => KubernetesSettings;
  readonly logger: {
    warn(details: object, message: string): void;
    info(details: object, message: string): void;
  };
  /** Folder of extensions of JupyterLab, for all servers; null: there are none. */
  readonly labExtensions: string | null;
  readonly now?: () => Date;
}

const SYNC_TIMEOUT_MS = 20_000;
const FINDINGS_TIMEOUT_MS = 5_000;
/** How long beyond its grace a pod may take to end, before it is taken off the cluster's books. */
const END_TIMEOUT_MS = 45_000;
const LOG_LINES_KEPT = 200;
const LOG_BYTES = '200000';
/** Ended pods that nobody asked us to remove: those of rows that are no more. */
const ENDED_KEPT_MS = 10 * 60_000;

export class KubernetesSpawner implements Spawner {
  /** What JupyterHub's clients know it by. */
  readonly className = 'kubespawner.KubeSpawner';
  readonly choices: ServerChoices;
  readonly #api: ApiServer;
  readonly #settings: KubernetesSettings;
  readonly #pods: ObjectCache<Pod>;
  /** Followed from the first start on that needs one. */
  #claims: { readonly known: ObjectCache<Claim>; readonly claims: Claims } | null = null;
  readonly #events: EventFeed | null;
  readonly #memory: PodMemory;
  readonly #lab: LabExtension;
  readonly #logger: KubernetesSpawnerOptions['logger'];
  readonly #now: () => Date;
  /** How runs ended, and what they wrote last, when their pods are gone. */
  readonly #ends = new RecentMap<Exited>(2_000);
  readonly #logs = new RecentMap<string>(100);

  private constructor(api: ApiServer, settings: KubernetesSettings, options: KubernetesSpawnerOptions) {
    const { logger } = options;
    this.#api = api;
    this.#settings = settings;
    this.choices = choicesOf(settings);
    this.#now = options.now ?? (() => new Date());
    const { namespace, instance } = settings;
    this.#logger = logger;
    this.#pods = new ObjectCache<Pod>({
      api,
      followed: {
        path: this.#path('pods'),
        query: { labelSelector: `${INSTANCE_LABEL}=${instance}` },
        past: true,
      },
      keep: podSummary,
      onGone: (pod) => this.#ends.set(pod.metadata.uid, afterItsEnd(pod)),
      onConnection: connectionLog('pods', logger),
    });
    this.#events = settings.events
      ? new EventFeed({ api, namespace, onConnection: connectionLog('events', logger) })
      : null;
    this.#memory = new PodMemory({ api, namespace, instance, now: this.#now });
    this.#lab = new LabExtension({
      api,
      namespace,
      folder: settings.labExtension ? options.labExtensions : null,
      onFailure: (error) =>
        logger.info({ err: error }, 'JupyterLab in pods has no extension of ours for now.'),
    });
    void this.#lab.provide();
  }

  /** Resolves when the cluster is known, whether it answers now or later. @throws ApiError where none is named */
  static async open(options: KubernetesSpawnerOptions): Promise<KubernetesSpawner> {
    const api = await ApiServer.open(options);
    const namespace = options.namespace ?? (await api.namespace()) ?? 'default';
    return new KubernetesSpawner(api, options.settingsIn(namespace), options);
  }

  /** What whoever starts the hub should know: whether the cluster answers, and lets us look. */
  async findings(): Promise<readonly Finding[]> {
    await this.#pods.synced(AbortSignal.timeout(FINDINGS_TIMEOUT_MS)).catch(() => undefined);
    const { problem } = this.#pods;
    return problem === null ? [] : [clusterNotHeard(problem, this.#settings.namespace)];
  }

  async start(
    spec: ServerSpec,
    report: (progress: Progress) => void,
    signal: AbortSignal,
  ): Promise<Launched> {
    const deadline = AbortSignal.timeout(this.#settings.startTimeoutSeconds * 1000);
    const recipe = recipeFor(this.#settings, spec.userOptions);
    if (recipe.image === null) {
      throw new SpawnError('The course names no image for its servers.', {
        hint: 'Ask your instructor to set singleuser.image.name and tag in config.yaml.',
      });
    }
    report({ phase: 'launching', message: 'Asking the cluster for your server.', percent: 11 });
    await this.#pods
      .synced(AbortSignal.any([signal, AbortSignal.timeout(SYNC_TIMEOUT_MS)]))
      .catch((error) => {
        signal.throwIfAborted();
        const problem = this.#pods.problem ?? error;
        throw problem instanceof ApiError ? refused(problem, this.#settings.namespace) : unreachable(problem);
      });
    void this.#lab.provide();
    const name = podName(recipe, spec, this.#settings);
    const start = new PodStart({ report, now: this.#now });
    const during = AbortSignal.any([signal, deadline]);
    try {
      const claim = recipe.storagePvcEnsure ? await this.#provideClaim(recipe, spec, during) : null;
      const body = podManifest(recipe, spec, claim?.metadata.name ?? null, this.#settings);
      const pod = await this.#create(name, body, spec, start, during);
      const end = this.#subscribe(pod, claim, start);
      try {
        return this.#launched(await this.#untilRunning(pod, start, during));
      } finally {
        end();
      }
    } catch (error) {
      if (signal.reason instanceof LeaveRunning) throw signal.reason;
      await this.#removeFailed(name, spec);
      signal.throwIfAborted();
      throw deadline.aborted ? start.timedOut(this.#settings.startTimeoutSeconds) : error;
    }
  }

  async poll(handle: Json): Promise<RunStatus> {
    const run = readHandle(handle);
    if (run === null) return afterItsEnd(undefined);
    await this.#pods.synced(AbortSignal.timeout(SYNC_TIMEOUT_MS));
    const known = this.#pods.get(run.pod);
    if (known?.metadata.uid === run.uid) return this.#statusOf(known);
    const end = this.#ends.get(run.uid);
    if (end) return end;
    // Another hub may have made it a moment ago, or while we heard nothing: its end must be certain.
    const pod = await this.#ask(run.pod);
    if (pod?.metadata.uid !== run.uid) return afterItsEnd(undefined);
    this.#pods.put(pod);
    return this.#statusOf(pod);
  }

  async stop(handle: Json, graceSeconds: number): Promise<void> {
    const run = readHandle(handle);
    if (run !== null) await this.#remove(run.pod, run.uid, graceSeconds);
  }

  async runHook(spec: ServerSpec, handle: Json, signal: AbortSignal): Promise<HookResult> {
    const run = readHandle(handle);
    if (spec.postStart === null || run === null) {
      return { status: 'succeeded', exitCode: 0, output: '', at: this.#now() };
    }
    const pod = { namespace: this.#settings.namespace, name: run.pod };
    return await runInPod(this.#api, pod, spec.postStart, { signal, now: this.#now });
  }

  async log(run: Run, lines: number): Promise<string> {
    if (lines <= 0) return '';
    await this.#pods.synced(AbortSignal.timeout(SYNC_TIMEOUT_MS));
    const pod = this.#podOf(run);
    const text = pod ? await this.#readLog(run, pod.metadata.name) : (this.#logs.get(keyOf(run)) ?? '');
    return text.split('\n').slice(-lines).join('\n');
  }

  async list(): Promise<readonly Existing[]> {
    await this.#pods.synced(AbortSignal.timeout(SYNC_TIMEOUT_MS));
    const existing: Existing[] = [];
    for (const pod of this.#pods.values()) {
      const run = handleOf(pod, this.#settings.instance);
      if (run === null) continue;
      const state = podState(pod, this.#now()).kind;
      const { serverId, attempt } = run;
      if (state === 'waiting' || state === 'running') {
        existing.push({ serverId, attempt, handle: this.#handle(run) });
      } else if (this.#now().getTime() - endedAt(pod).getTime() > ENDED_KEPT_MS) {
        // What does not go now goes the next time.
        await this.#remove(run.pod, run.uid, 1).catch(() => undefined);
      }
    }
    return existing;
  }

  async memory(handle: Json): Promise<number | null> {
    const run = readHandle(handle);
    return run === null ? null : await this.#memory.of(run.pod);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pods[Symbol.asyncDispose]();
    await this.#claims?.known[Symbol.asyncDispose]();
    await this.#events?.[Symbol.asyncDispose]();
    await this.#lab[Symbol.asyncDispose]();
    await this.#api[Symbol.asyncDispose]();
  }

  #path(kind: string, name?: string): string {
    return `/api/v1/namespaces/${this.#settings.namespace}/${kind}${name === undefined ? '' : `/${name}`}`;
  }

  async #provideClaim(recipe: PodRecipe, spec: ServerSpec, signal: AbortSignal): Promise<Claim> {
    if (this.#claims === null) {
      const known = new ObjectCache<Claim>({
        api: this.#api,
        followed: { path: this.#path('persistentvolumeclaims'), query: {}, past: true },
        keep: claimSummary,
        onConnection: connectionLog('claims', this.#logger),
      });
      const claims = new Claims({ api: this.#api, known, settings: this.#settings });
      this.#claims = { known, claims };
    }
    return await this.#claims.claims.provide(recipe, spec, signal);
  }

  /** The run's pod: found, or created when nothing of another run is in its way. */
  async #create(
    name: string,
    body: JsonMap,
    spec: ServerSpec,
    start: PodStart,
    signal: AbortSignal,
  ): Promise<Pod> {
    for (let pause = 2_000; ; pause = Math.min(pause * 1.5, 30_000)) {
      const existing = this.#pods.get(name);
      if (existing && (await this.#isOurs(existing, spec, signal))) return existing;
      try {
        const pod = (await this.#api.request('POST', this.#path('pods'), { body, signal })) as unknown as Pod;
        this.#pods.put(pod);
        return pod;
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        if (error.status === 409) {
          const other = await this.#ask(name);
          if (other && handleOf(other, this.#settings.instance) === null) throw foreign(other);
          if (other) this.#pods.put(other);
          // Nothing is there: the quota's books were being written by another request.
          else await abortableDelay(200, signal);
        } else if (error.status === 403 && /exceeded quota/.test(error.message)) {
          start.overQuota(error.message);
          await abortableDelay(pause * (0.5 + Math.random()), signal);
        } else {
          throw refused(error, this.#settings.namespace);
        }
      }
    }
  }

  /** Whether a pod of the name is this run. What is left of an earlier one is ended first. */
  async #isOurs(pod: Pod, spec: ServerSpec, signal: AbortSignal): Promise<boolean> {
    const run = handleOf(pod, this.#settings.instance);
    const sameServer = run?.serverId === spec.serverId;
    if (run === null || (!sameServer && pod.metadata.annotations?.[USERNAME] !== spec.owner.name)) {
      throw foreign(pod);
    }
    if (sameServer && run.attempt > spec.attempt)
      throw new SpawnError('A newer start of this server is under way.');
    const ours = sameServer && run.attempt === spec.attempt;
    if (ours && pod.metadata.deletionTimestamp === undefined) return true;
    await this.#remove(run.pod, run.uid, 1, signal);
    return false;
  }

  /** Hears what the cluster says of a start, until it is called. */
  #subscribe(pod: Pod, claim: Claim | null, start: PodStart): () => void {
    const listener = start.onEvent.bind(start);
    const ends = [
      this.#events?.subscribe(pod.metadata.uid, listener),
      ...(claim ? [this.#events?.subscribe(claim.metadata.uid, listener)] : []),
    ];
    return () => ends.forEach((end) => void end?.());
  }

  /** @throws SpawnError where it never will */
  async #untilRunning(created: Pod, start: PodStart, signal: AbortSignal): Promise<Pod> {
    const { name, uid } = created.metadata;
    return await this.#until(
      name,
      () => {
        const pod = this.#pods.get(name);
        if (pod?.metadata.uid !== uid) throw start.vanished(this.#ends.get(uid));
        return start.judge(pod) ? pod : null;
      },
      signal,
    );
  }

  /** What `look` finds, as soon as it finds something; it looks whenever the pod may have changed. */
  async #until<T>(name: string, look: () => T | null, signal: AbortSignal): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const tryNow = () => {
      try {
        const found = look();
        if (found !== null) resolve(found);
      } catch (error) {
        reject(error);
      }
    };
    const abort = () => reject(signal.reason);
    const end = this.#pods.subscribe(name, tryNow);
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    tryNow();
    try {
      return await promise;
    } finally {
      end();
      signal.removeEventListener('abort', abort);
    }
  }

  /** Of a start that did not succeed nothing is left but what it wrote. */
  async #removeFailed(name: string, spec: ServerSpec): Promise<void> {
    // A request that was cancelled may have been granted all the same.
    const pod = (await this.#ask(name).catch(() => undefined)) ?? this.#pods.get(name);
    const run = pod && handleOf(pod, this.#settings.instance);
    if (!pod || run?.serverId !== spec.serverId || run.attempt !== spec.attempt) return;
    const state = podState(pod, this.#now());
    const container = state.kind === 'failed' ? state.container : null;
    if (state.kind !== 'waiting')
      await this.#readLog(spec, name, container ?? SERVER_CONTAINER).catch(() => '');
    // Where the cluster does not answer, it is found as an orphan later.
    await this.#remove(run.pod, run.uid, 1).catch(() => undefined);
  }

  /** Ends the pod of this uid and no other, and waits until it is gone. */
  async #remove(name: string, uid: string, graceSeconds: number, signal?: AbortSignal): Promise<void> {
    // A grace of 0 would take it off the books while its processes still run.
    const grace = Math.max(1, Math.ceil(graceSeconds));
    for (const gracePeriodSeconds of [grace, 0]) {
      const body = { gracePeriodSeconds, preconditions: { uid } };
      try {
        const pod = await this.#api.request('DELETE', this.#path('pods', name), { body });
        if ('spec' in pod) this.#pods.put(pod as unknown as Pod);
      } catch (error) {
        if (!(error instanceof ApiError) || (error.status !== 404 && error.status !== 409)) throw error;
        const known = this.#pods.get(name);
        if (known?.metadata.uid === uid) this.#pods.gone(known);
        return;
      }
      const timeout = AbortSignal.timeout(grace * 1000 + END_TIMEOUT_MS);
      const gone = () => (this.#pods.get(name)?.metadata.uid === uid ? null : true);
      try {
        await this.#until(name, gone, signal ? AbortSignal.any([signal, timeout]) : timeout);
        return;
      } catch (error) {
        if (!timeout.aborted || signal?.aborted) throw error;
        // Its machine no longer answers: the cluster waits for it for ever otherwise.
      }
    }
    throw new ApiError(0, '', `The pod ${name} does not end.`);
  }

  /** What the cluster itself says of the name; undefined where there is none. */
  async #ask(name: string): Promise<Pod | undefined> {
    try {
      return (await this.#api.request('GET', this.#path('pods', name))) as unknown as Pod;
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return undefined;
      throw error;
    }
  }

  async #readLog(run: Run, name: string, container = SERVER_CONTAINER): Promise<string> {
    const query = { container, tailLines: String(LOG_LINES_KEPT), limitBytes: LOG_BYTES };
    const text = await this.#api
      .text('GET', `${this.#path('pods', name)}/log`, { query })
      // There is none before the container runs, and none after its machine is gone.
      .catch(() => this.#logs.get(keyOf(run)) ?? '');
    const trimmed = text.replace(/\n+$/, '');
    this.#logs.set(keyOf(run), trimmed);
    return trimmed;
  }

  #podOf({ serverId, attempt }: Run): Pod | undefined {
    for (const pod of this.#pods.values()) {
      const run = handleOf(pod, this.#settings.instance);
      if (run?.serverId === serverId && run.attempt === attempt) return pod;
    }
    return undefined;
  }

  #statusOf(pod: Pod): RunStatus {
    const state = podState(pod, this.#now());
    if (state.kind === 'ended') return state.status;
    if (state.kind === 'waiting' || state.kind === 'running') return { kind: 'running' };
    const explanation = { message: state.message, hint: state.hint };
    return { kind: 'exited', reason: 'exited', exitCode: null, explanation };
  }

  #launched(pod: Pod): Launched {
    const run = handleOf(pod, this.#settings.instance)!;
    return { handle: this.#handle(run), target: podTarget(pod) };
  }

  #handle({ serverId, attempt, pod, uid }: RunHandle): Json {
    return { serverId, attempt, pod, uid };
  }
}

function keyOf({ serverId, attempt }: Run): string {
  return `${serverId}.${attempt}`;
}

function foreign({ metadata: { name, annotations = {} } }: Pod): SpawnError {
  const owner = annotations[USERNAME];
  return new SpawnError(
    `A pod called ${name} exists already, and is not of this course${owner === undefined ? '' : ` (it is ${owner}'s)`}.`,
    {
      hint: 'Ask your instructor: another hub uses the same namespace, or singleuser.podNameTemplate gives two servers the same name.',
    },
  );
}

function refused(error: ApiError, namespace: string): SpawnError {
  if (error.status === 0) return unreachable(error);
  const hint =
    error.status === 404
      ? `Ask your instructor: there is no namespace ${namespace} in the cluster.`
      : error.status === 403
        ? 'Ask your instructor: the hub lacks a right, or a rule of the cluster forbids such pods.'
        : 'Ask your instructor to look at what config.yaml says of pods: the cluster does not accept it.';
  return new SpawnError(`The cluster refused your server: ${error.message}`, { hint, cause: error });
}

function unreachable(error: Error): SpawnError {
  return new SpawnError('The cluster does not answer.', {
    hint: 'Try again in a minute; when it goes on, tell your instructor.',
    cause: error,
  });
}

function clusterNotHeard(problem: Error, namespace: string): Finding {
  return {
    path: '',
    position: null,
    severity: 'warning',
    code: 'cluster-not-heard',
    message: `The cluster does not tell of the pods in the namespace ${namespace}: ${problem.message}`,
    help: 'Servers start as soon as it does. See that the cluster is up, and that the hub may get, list, watch, create and delete pods there.',
  };
}

/** One line when a connection is lost, and one when it is back. */
function connectionLog(
  kind: string,
  logger: KubernetesSpawnerOptions['logger'],
): (error: Error | null) => void {
  let failing = false;
  return (error) => {
    if (error && !failing) logger.warn({ kind, error: error.message }, 'the cluster is not heard');
    if (!error && failing) logger.info({ kind }, 'the cluster is heard again');
    failing = error !== null;
  };
}
