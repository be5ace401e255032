/** `course.sessions`: from times as people write them to moments, or what is wrong with them. */
import { instantOf, isTimeZone } from '../lib/zoned-time.ts';
import type { ClassSession } from './config.ts';
import type { Path } from './tree.ts';

/** One session as the file has it. */
export interface WrittenSession {
  readonly title?: string | undefined;
  readonly start?: string | undefined;
  readonly end?: string | undefined;
  readonly duration?: string | undefined;
}

export interface ClassTimeProblem {
  /** Below `course`. */
  readonly path: Path;
  readonly code: 'missing-value' | 'wrong-value' | 'time-zone' | 'session-ends-first';
  readonly message: string;
  readonly help: string;
}

export interface ReadClassTimes {
  /** Those that can be read, each with its place in the file's list; in order of start. */
  readonly sessions: readonly (ClassSession & { readonly index: number })[];
  readonly problems: readonly ClassTimeProblem[];
}

/** @param timeZone as the file has it; undefined where it has none */
export function readClassTimes(
  written: readonly WrittenSession[],
  timeZone: string | undefined,
): ReadClassTimes {
  const problems: ClassTimeProblem[] = [];
  if (timeZone !== undefined && !isTimeZone(timeZone)) {
    const message = 'There is no such time zone.';
    const help = 'Write it as region and city, such as Europe/Amsterdam, or UTC.';
    // Without it no time below means anything.
    return { sessions: [], problems: [{ path: ['timeZone'], code: 'time-zone', message, help }] };
  }
  const sessions = written.flatMap((session, index) => {
    const read = readSession(session, index, timeZone);
    if ('start' in read) return [{ ...read, index }];
    problems.push(read);
    return [];
  });
  return { sessions: sessions.toSorted((a, b) => (a.start < b.start ? -1 : 1)), problems };
}

function readSession(
  { title, start, end, duration }: WrittenSession,
  index: number,
  timeZone: string | undefined,
): ClassSession | ClassTimeProblem {
  const problem = (
    key: string | null,
    code: ClassTimeProblem['code'],
    [message, help]: readonly [string, string],
  ) => ({ path: ['sessions', index, ...(key === null ? [] : [key])], code, message, help });

  if (start === undefined)
    return problem(null, 'missing-value', ['This session has no `start`.', 'Say when it begins.']);
  if ((end === undefined) === (duration === undefined)) {
    const message =
      end === undefined ? 'Nothing says when this session ends.' : 'This session has an end and a duration.';
    return problem(null, end === undefined ? 'missing-value' : 'wrong-value', [
      message,
      'Give either `end` or `duration`.',
    ]);
  }
  const begins = readTime(start, timeZone);
  if (typeof begins === 'string') return problem('start', codeOf(begins), WORDS[begins]);
  if (duration !== undefined) {
    const minutes = readDuration(duration);
    if (minutes === undefined) {
      return problem('duration', 'wrong-value', [
        'This is not a duration.',
        'Write hours and minutes, such as 3h, 90m or 1h30m.',
      ]);
    }
    return sessionOf(title, begins, new Date(begins.getTime() + minutes * 60_000));
  }
  // A clock time alone is one on the day of the start.
  const ends = readTime(
    /^\d\d?:\d\d$/.test(end!) ? `${start.slice(0, 10)} ${end}${offsetIn(start)}` : end!,
    timeZone,
  );
  if (typeof ends === 'string') return problem('end', codeOf(ends), WORDS[ends]);
  if (ends <= begins)
    return problem('end', 'session-ends-first', [
      'This session ends before it begins.',
      'Correct one of the two.',
    ]);
  return sessionOf(title, begins, ends);
}

function sessionOf(title: string | undefined, start: Date, end: Date): ClassSession {
  return { title: title || null, start: start.toISOString(), end: end.toISOString() };
}

type TimeProblem = 'form' | 'none' | 'zone';

const WORDS: Readonly<Record<TimeProblem, readonly [string, string]>> = {
  form: ['This is not a date with a time.', 'Write it as 2026-11-24 09:00.'],
  none: ['There is no such day or time.', 'Correct it.'],
  zone: [
    'Nothing says in which time zone this is.',
    'Set `course.timeZone`, such as Europe/Amsterdam, or end the time with +01:00.',
  ],
};

function codeOf(problem: TimeProblem): ClassTimeProblem['code'] {
  return problem === 'zone' ? 'time-zone' : 'wrong-value';
}

const TIME = /^(\d{4}-\d\d-\d\d)[T ](\d\d?:\d\d)(?::00)?\s?(Z|[+-]\d\d:\d\d)?$/;

function readTime(text: string, timeZone: string | undefined): Date | TimeProblem {
  const [, day, clock = '', offset] = TIME.exec(text.trim()) ?? [];
  if (day === undefined) return 'form';
  const wall = `${day}T${clock.padStart(5, '0')}`;
  const zone = offset === 'Z' ? 'UTC' : (offset ?? timeZone);
  if (zone === undefined) return 'zone';
  // Not every offset that can be written is one that there is.
  return (isTimeZone(zone) ? instantOf(wall, zone) : undefined) ?? 'none';
}

function offsetIn(time: string): string {
  return TIME.exec(time.trim())?.[3] ?? '';
}

/** In minutes. */
function readDuration(text: string): number | undefined {
  const [, hours = '0', minutes = '0'] =
    /^(?:(\d{1,3})\s?h)?\s?(?:(\d{1,4})\s?m(?:in)?)?$/.exec(text.trim()) ?? [];
  const total = Number(hours) * 60 + Number(minutes);
  return total > 0 ? total : undefined;
}
