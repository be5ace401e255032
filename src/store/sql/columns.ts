/** Between values and the columns that hold them: see `tables.ts` for the representation. */
import { type Expression, type SqlBool, sql } from 'kysely';

export function toMilliseconds(date: Date): number {
  const milliseconds = date.getTime();
  // A database would store it as NULL, which means something else.
  if (Number.isNaN(milliseconds)) throw new TypeError('an invalid date cannot be stored');
  return milliseconds;
}

export function toMillisecondsOrNull(date: Date | null): number | null {
  return date === null ? null : toMilliseconds(date);
}

export function toDate(milliseconds: number): Date {
  return new Date(milliseconds);
}

export function toDateOrNull(milliseconds: number | null): Date | null {
  return milliseconds === null ? null : new Date(milliseconds);
}

/** For objects whose `at` is a Date, which JSON keeps as text. */
export function toStamped<T extends { readonly at: Date }>(json: string | null): T | null {
  if (json === null) return null;
  const value = JSON.parse(json) as T & { at: string };
  return { ...value, at: new Date(value.at) };
}

export function toJsonOrNull(value: object | null): string | null {
  return value === null ? null : JSON.stringify(value);
}

/** How far a clock may go back, in milliseconds, when it is put right. */
const CLOCK_STEP = 10_000;

/**
 * Whether a time that was `clock` once lies ahead of it: the clock was set back, and what was to end soon after that
 * time would now last as much longer.
 */
export function isAhead(time: Expression<number>, clock: Expression<number>): Expression<SqlBool> {
  return sql<SqlBool>`${time} > ${clock} + ${sql.lit(CLOCK_STEP)}`;
}
