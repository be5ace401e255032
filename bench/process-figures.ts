/** What Linux says of a process, in /proc. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** Of the kernel's clock, in which it counts processor time. */
export const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** Seconds of processor time, user and system, of all its threads, in steps of a clock tick (mostly 10 ms). */
export function cpuSeconds(pid: number): number {
  const fields = statFields(pid);
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

export interface Memory {
  /** Megabytes (10^6 bytes) that are in memory. */
  readonly rss: number;
  /** The same, with what several processes share divided among them. */
  readonly pss: number;
}

export function memoryOf(pid: number): Memory {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const kibibytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]);
  return { rss: (kibibytes('Rss') * 1024) / 1e6, pss: (kibibytes('Pss') * 1024) / 1e6 };
}

export interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/** Every process of this machine that can be looked at. */
export function processes(): readonly Process[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const pid = Number(name);
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
        return [{ pid, parent: Number(statFields(pid)[1]), command }];
      } catch {
        // It has ended meanwhile.
        return [];
      }
    });
}

/** Fields of /proc/PID/stat after the command's name, which may hold anything: [0] is the state, [1] the parent. */
function statFields(pid: number): readonly string[] {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}
