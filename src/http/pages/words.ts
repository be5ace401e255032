/** Times and sizes as people read them. */
import { type Html, html } from './html.ts';
import type { PageContext } from './layout.ts';

const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const;

/**
 * `3 minutes ago`, `in 2 days`: right in every time zone, so it needs no script; where there is one, it is kept up to date
 * and the reader's own clock time is added.
 */
export function relativeTime(
  at: Date,
  { now, locale }: { readonly now: Date; readonly locale: string },
): string {
  const seconds = Math.round((at.getTime() - now.getTime()) / 1000);
  const format = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  for (const [unit, size] of UNITS) {
    if (Math.abs(seconds) >= size) return format.format(Math.trunc(seconds / size), unit);
  }
  return format.format(0, 'second');
}

export function timeElement(
  at: Date,
  context: { readonly now: Date; readonly locale: string; readonly timeZone: string },
): Html {
  const { locale, timeZone } = context;
  const clock = at.toLocaleString(locale, { timeZone, dateStyle: 'medium', timeStyle: 'short' });
  return html`<time datetime="${at.toISOString()}" title="${clock} ${timeZone}" data-relative>${relativeTime(at, context)}</time>`;
}

/**
 * `Tue, 24 November, 09:00 – 12:00 Europe/Amsterdam`: as clocks show it where the course is given, with the zone, since
 * the reader may be elsewhere; a script writes it as the reader's own clock shows it.
 */
export function timeSpan(
  { start, end }: { readonly start: Date; readonly end: Date },
  { locale, timeZone }: { readonly locale: string; readonly timeZone: string },
): Html {
  const format = new Intl.DateTimeFormat(locale, {
    timeZone,
    weekday: 'short',
    day: 'numeric',
    month: 'long',
    hour: '2-digit',
    minute: '2-digit',
  });
  return html`<time datetime="${start.toISOString()}" data-until="${end.toISOString()}">${format.formatRange(start, end)} ${timeZone}</time>`;
}

/** `1 hour`, `90 minutes`, as one says how long something may take. */
export function timeSpoken(seconds: number, locale: string): string {
  const [value, unit] =
    seconds % 3_600 === 0 ? [seconds / 3_600, 'hour'] : [Math.ceil(seconds / 60), 'minute'];
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(value);
}

/** `812 ms` never helps anybody: `0.8 s`, `12 s`, `2 min 5 s`. */
export function duration(milliseconds: number, locale: string): string {
  const seconds = Math.max(0, milliseconds) / 1000;
  if (seconds < 10) {
    const tenths = { minimumFractionDigits: 1, maximumFractionDigits: 1 };
    return `${seconds.toLocaleString(locale, tenths)} s`;
  }
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** In steps of 1024, as limits count: `240 MB`, `1.5 GB`, in Dutch `1,5 GB`. */
export function bytes(count: number, locale: string): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  let value = count;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = value < 10 && unit > 0 ? 1 : 0;
  const text = value.toLocaleString(locale, { maximumFractionDigits: digits, useGrouping: false });
  return `${text} ${units[unit]}`;
}

/** What a scope lets a program do: `see servers (yours only)`. */
export function scopeWords(scope: string, { scopes }: PageContext['texts']): string {
  const [name = '', filter] = scope.split('!', 2);
  const what = scopes.what[name];
  if (what === undefined) return scopes.other(scope);
  if (filter === undefined) return what;
  const whose = filter.slice(filter.indexOf('=') + 1);
  return filter.includes('=') ? scopes.of(what, whose) : scopes.own(what);
}
