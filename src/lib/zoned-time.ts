/** Times as a clock on the wall shows them, in a time zone of the IANA database (`Europe/Amsterdam`). */

export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/**
 * The moment at which clocks in `zone` show `wall` (`2026-11-24T09:00`). Where clocks were put forward over it, as much
 * later; where they show it twice, one of the two.
 * @returns undefined where there is no such date or time; throws RangeError where there is no such zone
 */
export function instantOf(wall: string, zone: string): Date | undefined {
  const asUtc = new Date(`${wall}Z`);
  // JavaScript takes the 30th of February for the 2nd of March.
  if (Number.isNaN(asUtc.getTime()) || !asUtc.toISOString().startsWith(wall.slice(0, 10))) return undefined;
  const near = asUtc.getTime() - offsetOf(zone, asUtc.getTime());
  return new Date(asUtc.getTime() - offsetOf(zone, near));
}

/** How far clocks in `zone` are ahead of UTC at a moment; both in milliseconds. */
function offsetOf(zone: string, at: number): number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000;
}
