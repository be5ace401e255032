import { useState } from 'react';

const FIELD = 'group';

/** The group that a page is about, kept in its address: it is the same when the page is loaded again, or linked to. */
export function useChosenGroup(): [string | undefined, (group: string | undefined) => void] {
  const [group, setGroup] = useState(() => new URLSearchParams(location.search).get(FIELD) ?? undefined);
  const choose = (next: string | undefined) => {
    const address = new URL(location.href);
    if (next === undefined) address.searchParams.delete(FIELD);
    else address.searchParams.set(FIELD, next);
    history.replaceState(null, '', address);
    setGroup(next);
  };
  return [group, choose];
}
