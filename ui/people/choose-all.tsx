import { Checkbox } from '@mantine/core';
import { type PeopleQuery, readNames } from '../api/people.ts';
import { useAct } from '../frame/messages.tsx';
import { texts } from '../texts/texts.ts';

export interface ChooseAllProps {
  readonly query: PeopleQuery;
  /** How many the query finds; undefined while that is on its way. */
  readonly total: number | undefined;
  readonly chosen: ReadonlySet<string>;
  readonly onChooseAll: (names: ReadonlySet<string>) => void;
}

/** Chooses everybody whom the query finds, whether or not they are on the screen; or nobody. */
export function ChooseAll({ query, total = 0, chosen, onChooseAll }: ChooseAllProps) {
  const choosing = useAct(readNames, {
    done: (names) => {
      onChooseAll(new Set(names));
      return texts.people.chosen(names.length);
    },
  });
  const all = total > 0 && chosen.size >= total;
  return (
    <Checkbox
      checked={all}
      indeterminate={!all && chosen.size > 0}
      disabled={choosing.isPending || total === 0}
      onChange={() => (all ? onChooseAll(new Set()) : choosing.mutate(query))}
      aria-label={texts.people.chooseAll(total)}
    />
  );
}
