/**
 * The proxy beside configurable-http-proxy: processor time of each for the same requests. `node bench/proxy.ts` runs
 * it alone; `--rounds N` (3) and `--seconds N` (3) change its size.
 *
 * With `wrk` installed, that makes the load; else a generator of our own. Where there are two processors or more and
 * `taskset`, the proxy has one to itself.
 */
import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { describeMachine, Noise } from './conditions.ts';
import { end, freePorts, launch, untilHealthy } from './contender.ts';
import { installProxy, proxyName } from './peers.ts';
import { buildPolder, polderProgram } from './polder.ts';
import { cpuSeconds, memoryOf } from './process-figures.ts';
import { browserLines, type Load, type LoadCounts } from './proxy-load.ts';
import { formatSection, type Row, type Section } from './table.ts';

const routes = 1000;
const servers = 50;

const scenarios = [
  { what: 'small', connections: 64, title: 'small request, 64 connections', target: 1 / 5 },
  { what: 'small', connections: 256, title: 'small request, 256 connections', target: 1 / 5 },
  { what: 'large', connections: 64, title: 'request for 100 kB, 64 connections' },
  { what: 'echo', connections: 200, title: 'WebSocket message there and back, 200 connections' },
] as const;

interface Size {
  readonly rounds: number;
  readonly seconds: number;
}

interface Figures {
  /** Processor time of the proxy, in microseconds, by scenario. */
  readonly cpu: number[][];
  readonly rate: number[][];
  readonly idle: number[];
  readonly busy: number[];
}

/** @param peerProgram configurable-http-proxy's program */
export async function measureProxy(peerProgram: string, size: Size): Promise<Section> {
  const folder = await mkdtemp(join(tmpdir(), 'polder-bench-proxy-'));
  const backend = spawn(...pinned('load', [sibling('proxy-backend.ts'), String(servers)]), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  try {
    const [ports] = (await once(backend, 'message')) as [readonly number[]];
    await writeFile(join(folder, 'load.lua'), wrkScript());
    const measured: Measured = { ports, folder, size };
    const polder = emptyFigures();
    const peer = emptyFigures();
    for (let round = 0; round < size.rounds; round += 1) {
      await measureOne([polderProgram, 'proxy'], polder, measured);
      await measureOne([peerProgram], peer, measured);
    }
    return section(polder, peer);
  } finally {
    await end(backend);
    await rm(folder, { recursive: true, force: true });
  }
}

interface Measured {
  /** Of the servers behind the proxy. */
  readonly ports: readonly number[];
  readonly folder: string;
  readonly size: Size;
}

/** Starts a proxy, takes every figure once, and ends it. */
async function measureOne(program: readonly string[], figures: Figures, measured: Measured): Promise<void> {
  const { ports, folder, size } = measured;
  const [port, apiPort] = await freePorts(2);
  const log = join(folder, 'proxy.log');
  const [command, args] = pinned('proxy', [
    ...program,
    ...[
      '--ip=127.0.0.1',
      `--port=${port}`,
      '--api-ip=127.0.0.1',
      `--api-port=${apiPort}`,
      '--log-level=error',
    ],
  ]);
  const child = await launch([command, ...args], { cwd: folder, log });
  try {
    await untilHealthy(`http://127.0.0.1:${port}/_chp_healthz`, child, log);
    for (let i = 0; i < routes; i += 1) await addRoute(apiPort!, i, ports[i % ports.length]!);
    const pid = child.pid!;
    figures.idle.push(memoryOf(pid).rss);
    for (const [i, { what, connections }] of scenarios.entries()) {
      const load = { port: port!, connections, routes, what };
      // Compilers have done their work after the first second.
      await makeLoad({ ...load, seconds: 1 }, folder);
      const before = cpuSeconds(pid);
      const { count, errors } = await makeLoad({ ...load, seconds: size.seconds }, folder);
      if (errors > 0 || count === 0)
        throw new Error(`${program.join(' ')}: ${errors} errors in ${count} answers`);
      figures.cpu[i]!.push(((cpuSeconds(pid) - before) / count) * 1e6);
      figures.rate[i]!.push(count / size.seconds);
    }
    figures.busy.push(memoryOf(pid).rss);
  } finally {
    await end(child);
  }
}

async function addRoute(apiPort: number, user: number, port: number): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${apiPort}/api/routes/user/u${user}`, {
    method: 'POST',
    body: JSON.stringify({ target: `http://127.0.0.1:${port}`, jupyterhub: true, user: `u${user}` }),
  });
  if (response.status !== 201) throw new Error(`a route was answered with ${response.status}`);
}

async function makeLoad(load: Load, folder: string): Promise<LoadCounts> {
  if (load.what !== 'echo' && hasProgram('wrk')) return wrkLoad(load, folder);
  const child = spawn(...pinned('load', [sibling('proxy-load.ts'), JSON.stringify(load)]), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const [counts] = await once(child, 'message');
  await endLoad(child);
  return counts as LoadCounts;
}

async function endLoad(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit');
  child.disconnect();
  await exit;
}

async function wrkLoad({ port, connections, seconds, what }: Load, folder: string): Promise<LoadCounts> {
  const args = [
    '-t1',
    `-c${connections}`,
    `-d${seconds}s`,
    '-s',
    join(folder, 'load.lua'),
    `http://127.0.0.1:${port}`,
  ];
  const [command, rest] = pinned('load', args, 'wrk');
  const { stdout } = await promisify(execFile)(command, rest, { env: { ...process.env, WHAT: what } });
  const match = /^COUNTS (\d+) (\d+)$/m.exec(stdout);
  if (match === null) throw new Error(`wrk said: ${stdout}`);
  return { count: Number(match[1]), errors: Number(match[2]) };
}

/** An answer that takes longer than two seconds is late on a busy machine, not wrong: wrk’s own time-outs do not count. */
function wrkScript(): string {
  const headers = browserLines.map((line) => {
    const [name, ...value] = line.split(': ');
    return `  [${JSON.stringify(name)}] = ${JSON.stringify(value.join(': '))},`;
  });
  return `local headers = {
${headers.join('\n')}
}
local suffix = "/" .. os.getenv("WHAT")
request = function()
  return wrk.format("GET", "/user/u" .. math.random(0, ${routes - 1}) .. suffix, headers)
end
done = function(summary)
  local e = summary.errors
  print("COUNTS " .. summary.requests .. " " .. e.connect + e.read + e.write + e.status)
end
`;
}

/** A command with a processor for proxies, or with the others, where that can be done. */
function pinned(
  to: 'proxy' | 'load',
  args: readonly string[],
  program: string = process.execPath,
): [command: string, args: string[]] {
  const last = availableParallelism() - 1;
  if (last < 1 || !hasProgram('taskset')) return [program, [...args]];
  return ['taskset', ['-c', to === 'proxy' ? '0' : `1-${last}`, program, ...args]];
}

function hasProgram(name: string): boolean {
  return spawnSync(name, ['--version'], { stdio: 'ignore' }).error === undefined;
}

function sibling(file: string): string {
  return join(import.meta.dirname, file);
}

function emptyFigures(): Figures {
  return { cpu: scenarios.map(() => []), rate: scenarios.map(() => []), idle: [], busy: [] };
}

function section(polder: Figures, peer: Figures): Section {
  const rows = scenarios.map((scenario, i): Row => {
    const row = { what: scenario.title, unit: 'µs', digits: 0, polder: polder.cpu[i]!, peer: peer.cpu[i]! };
    return 'target' in scenario ? { ...row, target: scenario.target } : row;
  });
  const rates = scenarios.map(
    ({ title }, i): Row => ({
      what: title,
      unit: '/s',
      digits: 0,
      polder: polder.rate[i]!,
      peer: peer.rate[i]!,
    }),
  );
  const memory = (what: string, figure: 'idle' | 'busy'): Row => ({
    ...{ what, unit: 'MB', digits: 0, polder: polder[figure], peer: peer[figure] },
  });
  return {
    title: `The proxy: processor time for each, with ${routes} routes to ${servers} servers`,
    peer: proxyName,
    rows: [
      ...rows,
      ...rates,
      memory('resident, idle with these routes', 'idle'),
      memory('resident, after all that', 'busy'),
    ],
    notes: [
      'The first rows are user and system time of the proxy’s process, divided by the answers; the next ones are answers a second, which load and servers limit as well.',
      `Load: ${hasProgram('wrk') ? 'wrk, and for WebSockets a generator of our own' : 'a generator of our own (wrk is not installed)'}.`,
    ],
  };
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { rounds: { type: 'string', default: '3' }, seconds: { type: 'string', default: '3' } },
  });
  const program = await installProxy();
  buildPolder();
  const noise = new Noise();
  const measured = await measureProxy(program, {
    rounds: Number(values.rounds),
    seconds: Number(values.seconds),
  });
  console.log(`Machine: ${describeMachine()}.\n`);
  console.log(formatSection({ ...measured, notes: [...measured.notes, `Meanwhile: ${noise.describe()}.`] }));
}
