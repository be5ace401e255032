/** Which class goes on or comes next, in words that stay true while the page is open. */
import { useEffect, useState } from 'react';
import type { ClassTime } from '../start.ts';
import { exactTime, fromNow, texts } from '../texts/texts.ts';

const words = texts.class;
const LOOK_EVERY_MS = 20_000;

export function ClassTimes({ times }: { readonly times: readonly ClassTime[] }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), LOOK_EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  const next = times.find(({ end }) => new Date(end).getTime() > now);
  if (next === undefined) return null;
  const title = next.title ?? words.class;
  const begun = new Date(next.start).getTime() <= now;
  const moment = begun ? next.end : next.start;
  return (
    <p className="ui-counts" title={exactTime(moment)}>
      {begun ? words.during(title, fromNow(moment, now)) : words.before(title, fromNow(moment, now))}
    </p>
  );
}
