/** The people that a query finds, by parts: only those that are looked at are fetched. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { type PeopleQuery, readPeople } from '../api/people.ts';

export function peoplePart(query: PeopleQuery, part: number) {
  return queryOptions({
    queryKey: ['live', 'people', query, part],
    queryFn: ({ signal }) => readPeople(query, part, signal),
    // While somebody types, what was found before stays until what is found now is there.
    ...(part === 0 ? { placeholderData: keepPreviousData } : {}),
  });
}
