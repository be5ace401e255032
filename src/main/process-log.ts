import { type Logger, pino } from 'pino';
import { LogOutput } from '../lib/log-output.ts';

/** The log of a process of ours, on its standard output, where whoever started it keeps it. */
export function openProcessLog(part: 'hub' | 'mirror' | 'proxy', level: string): Logger {
  return pino({ level, base: { part } }, new LogOutput(1));
}
