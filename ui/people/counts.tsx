/** How many there are, and how many servers are in each state. */
import { useQuery } from '@tanstack/react-query';
import type { PeopleQuery } from '../api/people.ts';
import { texts } from '../texts/texts.ts';
import { peoplePart } from './people-parts.ts';

const words = texts.people;

export function Counts({ query }: { readonly query: PeopleQuery }) {
  const { data } = useQuery(peoplePart(query, 0));
  if (data === undefined) return <p className="ui-counts">&nbsp;</p>;
  const { ready = 0, starting = 0, queued = 0, failed = 0 } = data.counts;
  const said = [
    words.people(data.total),
    words.running(ready),
    starting > 0 && words.starting(starting),
    queued > 0 && words.waiting(queued),
    failed > 0 && words.failed(failed),
  ].filter(Boolean);
  return <p className="ui-counts">{said.join(' · ')}</p>;
}
