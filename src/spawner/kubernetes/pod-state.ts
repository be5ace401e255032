/** What a pod's status means: whether its server waits, runs or has ended, and why, in words for the student. */

import type { ContainerStatus, Pod, Terminated } from '../../kubernetes/kube-object.ts';
import type { RunStatus } from '../spawner.ts';
import { SERVER_CONTAINER } from './pod-manifest.ts';

export type PodState =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'running' }
  /** Its container ran, and no longer does. */
  | { readonly kind: 'ended'; readonly status: Exited }
  /** Its container never ran, and never will. */
  | {
      readonly kind: 'failed';
      readonly message: string;
      readonly hint: string;
      readonly container: string | null;
    };

export type Exited = Extract<RunStatus, { kind: 'exited' }>;

/** A pod that should be gone for longer than this is on a machine that no longer answers. */
const LOST_MS = 60_000;

export function podState(pod: Pod, now: Date): PodState {
  const server = statusOf(pod);
  const terminated = endOf(server);
  if (terminated && isFailedStart(terminated)) return failedStart(terminated);
  if (terminated) return { kind: 'ended', status: exited(pod, terminated) };
  const failed = failedInit(pod);
  if (failed) return failed;
  const { phase } = pod.status ?? {};
  if (phase === 'Failed' || phase === 'Succeeded' || isLost(pod, now)) {
    const explanation = endedFromOutside(pod) ?? MACHINE_LOST;
    return { kind: 'ended', status: { kind: 'exited', reason: 'exited', exitCode: null, explanation } };
  }
  return server?.state?.running && pod.status?.podIP ? { kind: 'running' } : { kind: 'waiting' };
}

/** Of a pod that is no more: `pod` as it was seen last. */
export function afterItsEnd(pod: Pod | undefined): Exited {
  const terminated = pod && endOf(statusOf(pod));
  if (pod && terminated) return exited(pod, terminated);
  const explanation = (pod && endedFromOutside(pod)) ?? REMOVED;
  return { kind: 'exited', reason: 'exited', exitCode: null, ...(pod ? { explanation } : {}) };
}

/** When the pod of a run that has ended did so; where nobody noted it, when it was made. */
export function endedAt(pod: Pod): Date {
  const finished = endOf(statusOf(pod))?.finishedAt;
  return new Date(finished ?? pod.metadata.creationTimestamp ?? 0);
}

/** Where the server of a pod that runs answers, without a path. */
export function podTarget(pod: Pod): string {
  const ip = pod.status?.podIP ?? '0.0.0.0';
  const ports = pod.spec.containers.find(({ name }) => name === SERVER_CONTAINER)?.ports ?? [];
  const port = ports.find(({ name }) => name === 'notebook-port')?.containerPort ?? 8888;
  return `http://${ip.includes(':') ? `[${ip}]` : ip}:${port}`;
}

export function statusOf(pod: Pod): ContainerStatus | undefined {
  return pod.status?.containerStatuses?.find(({ name }) => name === SERVER_CONTAINER);
}

/** What stopped it from outside, in words; null where nothing did. */
export function endedFromOutside(pod: Pod): Exited['explanation'] | null {
  const { reason = '', message = '', conditions = [] } = pod.status ?? {};
  const disruption = conditions.find(({ type, status }) => type === 'DisruptionTarget' && status === 'True');
  const why = disruption?.reason ?? reason;
  if (why === 'PreemptionByScheduler' || reason === 'Preempting') return PREEMPTED;
  if (why === 'DeletionByTaintManager' || why === 'DeletionByPodGC' || reason === 'NodeLost')
    return MACHINE_LOST;
  if (why === 'EvictionByEvictionAPI') return MACHINE_DRAINED;
  if (reason === 'Evicted') return evicted(message);
  if (reason === 'Terminated' || reason === 'NodeShutdown' || reason === 'Shutdown') return MACHINE_ENDED;
  return null;
}

const PREEMPTED = {
  message: 'Your server had to make room for something more important in the cluster.',
  hint: 'Start it again: it gets a place as soon as there is one.',
};

const MACHINE_LOST = {
  message: 'The machine that your server ran on is gone.',
  hint: 'Start it again: it gets a place on another machine.',
};

const MACHINE_ENDED = {
  message: 'The machine that your server ran on was shut down.',
  hint: 'Start it again: it gets a place on another machine.',
};

const MACHINE_DRAINED = {
  message: 'The machine that your server ran on is being taken out of service.',
  hint: 'Start it again: it gets a place on another machine.',
};

const REMOVED = {
  message: 'Your server was removed from the cluster.',
  hint: 'Start it again. When that happens often, tell your instructor.',
};

function evicted(message: string) {
  const short = /ephemeral|disk/i.test(message) ? 'disk space' : /memory/i.test(message) ? 'memory' : 'room';
  return {
    message: `The machine that your server ran on was short of ${short}, so that your server was ended.`,
    hint:
      short === 'disk space'
        ? 'Start it again, and write fewer or smaller files outside of your home folder.'
        : 'Start it again; close notebooks that you do not need.',
  };
}

function isLost(pod: Pod, now: Date): boolean {
  const { deletionTimestamp } = pod.metadata;
  // The time by which it should have been gone.
  return deletionTimestamp !== undefined && now.getTime() - Date.parse(deletionTimestamp) > LOST_MS;
}

/** Of a container that the cluster starts again and again, the end of the time before. */
function endOf(status: ContainerStatus | undefined): Terminated | undefined {
  if (status?.state?.terminated) return status.state.terminated;
  return status?.state?.waiting?.reason === 'CrashLoopBackOff' ? status.lastState?.terminated : undefined;
}

function exited(pod: Pod, { exitCode, reason }: Terminated): Exited {
  if (reason === 'OOMKilled') return { kind: 'exited', reason: 'out_of_memory', exitCode };
  const explanation = endedFromOutside(pod);
  return { kind: 'exited', reason: 'exited', exitCode, ...(explanation ? { explanation } : {}) };
}

/** The runtime could not even begin: its command is not in the image, for example. */
function isFailedStart({ reason }: Terminated): boolean {
  return reason === 'StartError' || reason === 'ContainerCannotRun';
}

function failedStart({ message = '' }: Terminated): PodState {
  const program = /exec: "([^"]+)"/.exec(message)?.[1];
  return {
    kind: 'failed',
    message: program
      ? `The course's image has no program “${program}”.`
      : `The container could not be started: ${message}`,
    hint: 'Ask your instructor to look at the image: it must hold JupyterHub’s single-user server, or what singleuser.cmd names.',
    container: null,
  };
}

function failedInit(pod: Pod): PodState | null {
  if (pod.status?.phase !== 'Failed') return null;
  const failed = pod.status.initContainerStatuses?.find(
    ({ state }) => state?.terminated && state.terminated.exitCode !== 0,
  );
  if (!failed) return null;
  return {
    kind: 'failed',
    message: `The step “${failed.name}”, which prepares your server, failed (exit code ${failed.state!.terminated!.exitCode}).`,
    hint: 'Ask your instructor to look at the log below and at singleuser.initContainers.',
    container: failed.name,
  };
}
