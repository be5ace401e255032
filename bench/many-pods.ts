/** What it costs a hub to have many servers that are pods. */
import { setTimeout as delay } from 'node:timers/promises';
import { HubClient } from './hub-client.ts';
import type { KubernetesHub } from './kubernetes-hubs.ts';
import { createUsers, startAll, stopAll } from './many-servers.ts';
import { cpuSeconds, memoryOf } from './process-figures.ts';
import type { SimulatedMachine } from './simulated-machine.ts';

const IN_FLIGHT = 100;
const IDLE_MS = 10_000;
/** As many users as one call may name. */
const USERS_A_CALL = 1_000;
/** A page of the list of users as administrators' programs ask for it. */
const LIST_PAGE = 100;

export type Counts = Readonly<Record<string, number>>;

export interface ManyPods {
  readonly startSeconds: number;
  readonly startCpuMs: number;
  readonly stopSeconds: number;
  readonly stopCpuMs: number;
  readonly lost: number;
  /** Pods that were there when all were ready, and when all were stopped. */
  readonly podsAtOnce: number;
  readonly podsLeft: number;
  /** Megabytes. */
  readonly memory: number;
  readonly listMs: number;
  readonly idleCpuMs: number;
  /** What the cluster was asked, by `POST pods`. */
  readonly requests: { readonly start: Counts; readonly idle: Counts; readonly stop: Counts };
}

export async function measureManyPods(
  hub: KubernetesHub,
  machine: SimulatedMachine,
  { users, servers }: { readonly users: number; readonly servers: number },
): Promise<ManyPods> {
  using client = new HubClient(hub.url, IN_FLIGHT);
  const names = Array.from({ length: Math.max(users, servers) }, (_, index) => `student${index}`);
  for (let at = 0; at < names.length; at += USERS_A_CALL) {
    await createUsers(client, names.slice(at, at + USERS_A_CALL));
  }
  const starting = names.slice(0, servers);
  machine.takeCounts();
  const started = await costOf(hub, () => startAll(client, starting, IN_FLIGHT));
  const start = machine.takeCounts();
  const podsAtOnce = await machine.countPods();
  const memory = memoryOf(hub.pid).rss;
  const list = await costOf(hub, () => client.ask('GET', `/users?state=active&limit=${LIST_PAGE}`));
  const idled = await costOf(hub, () => delay(IDLE_MS));
  const idle = machine.takeCounts();
  const stopped = await costOf(hub, () => stopAll(client, starting, IN_FLIGHT));
  const stop = machine.takeCounts();
  return {
    startSeconds: started.seconds,
    startCpuMs: (started.cpuSeconds * 1000) / servers,
    stopSeconds: stopped.seconds,
    stopCpuMs: (stopped.cpuSeconds * 1000) / servers,
    lost: started.result.lost,
    podsAtOnce,
    podsLeft: await machine.countPods(),
    memory,
    listMs: list.seconds * 1000,
    idleCpuMs: (idled.cpuSeconds * 1000) / (IDLE_MS / 1000),
    requests: { start, idle, stop },
  };
}

async function costOf<T>({ pid }: KubernetesHub, work: () => Promise<T>) {
  const cpuBefore = cpuSeconds(pid);
  const began = performance.now();
  const result = await work();
  return { result, seconds: (performance.now() - began) / 1000, cpuSeconds: cpuSeconds(pid) - cpuBefore };
}
