/** The words of these pages, in the language that the hub chose for this reader. */
import { dutch } from './dutch.ts';
import { english } from './english.ts';

export const texts = document.documentElement.lang.startsWith('nl') ? dutch : english;

const STEPS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];
const relative = new Intl.RelativeTimeFormat(texts.language, { numeric: 'auto' });

/** `2 hours ago`, `in 5 minutes`; `now` within a minute. */
export function fromNow(time: string, now = Date.now()): string {
  const seconds = (new Date(time).getTime() - now) / 1000;
  const [unit, size] = STEPS.find(([, size]) => Math.abs(seconds) >= size) ?? ['second', 0];
  // What is to come is said in full: “in 15 minutes” still holds a moment later.
  const round = seconds > 0 ? Math.ceil : Math.trunc;
  return relative.format(size === 0 ? 0 : round(seconds / size), unit);
}

/** `312 MB`: bytes, as the other pages of the hub write them. */
export function amountOf(bytes: number): string {
  const [unit, size] = bytes < 1024 ** 3 ? ['MB', 1024 ** 2] : ['GB', 1024 ** 3];
  const amount = bytes / (size as number);
  return `${amount.toLocaleString(texts.language, { maximumFractionDigits: amount < 10 ? 1 : 0 })} ${unit}`;
}

/** In the reader's own zone, to the minute. */
export function exactTime(time: string): string {
  return new Intl.DateTimeFormat(texts.language, { dateStyle: 'full', timeStyle: 'short' }).format(
    new Date(time),
  );
}
