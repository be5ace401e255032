/**
 * Many servers that are pods, on a machine that a cluster has in name only: Polder beside JupyterHub with KubeSpawner.
 *
 *     KUBECONFIG=… node bench/kubernetes.ts --servers 2000 --users 10000 --alone
 *
 * `--alone` leaves JupyterHub out. The cluster needs a kwok that looks after nodes with the annotation
 * `kwok.x-k8s.io/node: fake`, and gives them an address of this machine. What hubs ask goes by way of this program, which
 * counts it.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { newest } from '../test/e2e/single-user-environments.ts';
import { describeMachine, Noise } from './conditions.ts';
import { kubeSpawnerVersion, startJupyterHub, startPolder } from './kubernetes-hubs.ts';
import { type Counts, type ManyPods, measureManyPods } from './many-pods.ts';
import { buildPolder } from './polder.ts';
import { SimulatedMachine } from './simulated-machine.ts';
import { formatSection, type Row } from './table.ts';

const { values } = parseArgs({
  options: {
    servers: { type: 'string', default: '200' },
    users: { type: 'string', default: '10000' },
    alone: { type: 'boolean', default: false },
  },
});
const kubeconfig = process.env.KUBECONFIG;
if (kubeconfig === undefined) throw new Error('KUBECONFIG names no cluster');
buildPolder();
const size = { servers: Number(values.servers), users: Number(values.users) };
const noise = new Noise();
const polder = await measure(startPolder);
const peer = values.alone ? null : await measure(startJupyterHub);
const row = (
  what: string,
  figure: (one: ManyPods) => number,
  rest: Omit<Row, 'what' | 'polder' | 'peer'>,
): Row => ({
  what,
  polder: [figure(polder)],
  peer: peer === null ? [] : [figure(peer)],
  ...rest,
});
const asked = (counts: Counts) => Object.values(counts).reduce((sum, count) => sum + count, 0);
console.log(
  formatSection({
    title: `${size.servers} servers that are pods on a simulated machine, ${size.users} users`,
    peer: `JupyterHub ${newest.version}, KubeSpawner ${kubeSpawnerVersion}`,
    rows: [
      row('until all are ready', (one) => one.startSeconds, { unit: 's', digits: 1 }),
      row('processor time of the hub for one start', (one) => one.startCpuMs, { unit: 'ms', target: 1 / 5 }),
      row('for one stop', (one) => one.stopCpuMs, { unit: 'ms', target: 1 / 5 }),
      row('until all are gone', (one) => one.stopSeconds, { unit: 's', digits: 1 }),
      row('not ready in the end', (one) => one.lost, { unit: '', digits: 0, limit: 0 }),
      row('pods left in the end', (one) => one.podsLeft, { unit: '', digits: 0, limit: 0 }),
      row('memory of the hub with all of them', (one) => one.memory, { unit: 'MB', digits: 0, limit: 250 }),
      row('the first hundred that run, by the API', (one) => one.listMs, { unit: 'ms', digits: 0 }),
      row('requests to the cluster for one start', (one) => asked(one.requests.start) / size.servers, {
        unit: '',
      }),
      row('for one stop', (one) => asked(one.requests.stop) / size.servers, { unit: '' }),
      row('in ten seconds while all are idle', (one) => asked(one.requests.idle), { unit: '', digits: 0 }),
      row('processor time of the hub in a second, idle', (one) => one.idleCpuMs, { unit: 'ms' }),
    ],
    notes: [
      `Machine: ${describeMachine()}.`,
      `Polder asked ${JSON.stringify(polder.requests)}.`,
      ...(peer === null ? [] : [`JupyterHub asked ${JSON.stringify(peer.requests)}.`]),
      `Meanwhile: ${noise.describe()}.`,
    ],
  }),
);

async function measure(start: typeof startPolder): Promise<ManyPods> {
  const folder = await mkdtemp(join(tmpdir(), 'polder-bench-'));
  try {
    await using machine = await SimulatedMachine.open(kubeconfig!);
    await using hub = await start(folder, machine);
    return await measureManyPods(hub, machine, size);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
