/** On what the figures were taken, and how busy it was. */
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';
import { ticksPerSecond } from './process-figures.ts';

/** In general terms: no names. */
export function describeMachine(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${availableParallelism()} cores (${model}), ${memory} GiB, Linux ${release().split('.', 2).join('.')}, Node ${process.versions.node}`;
}

/** Watches the whole machine from now on. */
export class Noise {
  readonly #begin = machineTicks();

  /** Load now, and the share of time since the beginning that other virtual machines took. */
  describe(): string {
    const end = machineTicks();
    const all = end.all - this.#begin.all || 1;
    const share = (name: 'idle' | 'steal') => Math.round(((end[name] - this.#begin[name]) / all) * 100);
    return `load average ${loadavg()[0]!.toFixed(1)} at the end; ${share('idle')} % idle, ${share('steal')} % stolen by the host`;
  }
}

/** Processor time that all processes of the machine have had since it started. */
export function machineCpuSeconds(): number {
  const { all, idle, steal } = machineTicks();
  return (all - idle - steal) / ticksPerSecond;
}

function machineTicks(): { readonly all: number; readonly idle: number; readonly steal: number } {
  const ticks = readFileSync('/proc/stat', 'utf8')
    .split('\n', 1)[0]!
    .trim()
    .split(/\s+/)
    .slice(1, 9)
    .map(Number);
  return { all: ticks.reduce((sum, one) => sum + one, 0), idle: ticks[3]! + ticks[4]!, steal: ticks[7]! };
}
