/** Takes names of people who are known, with suggestions while somebody types. */
import { Button, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { readPeople } from '../api/people.ts';
import { texts } from '../texts/texts.ts';

const words = texts.groups;
const TYPING_PAUSE_MS = 200;
const MOST_SUGGESTED = 12;

export interface NamesFieldProps {
  readonly busy: boolean;
  readonly onNames: (names: readonly string[]) => Promise<unknown>;
}

export function NamesField({ busy, onNames }: NamesFieldProps) {
  const list = useId();
  const [written, setWritten] = useState('');
  const [settled] = useDebouncedValue(written.trim(), TYPING_PAUSE_MS);
  const { data } = useQuery({
    queryKey: ['live', 'suggestions', settled],
    queryFn: ({ signal }) =>
      readPeople({ search: settled, state: 'all', group: undefined, sort: 'name' }, 0, signal),
    enabled: settled !== '' && !settled.includes(','),
    placeholderData: keepPreviousData,
  });
  const names = written
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  return (
    <form
      className="ui-tools"
      onSubmit={(event) => {
        event.preventDefault();
        // What was not taken stays to be mended.
        onNames(names).then(
          () => setWritten(''),
          () => undefined,
        );
      }}
    >
      <TextInput
        label={words.addPeople}
        placeholder="anna, ben"
        value={written}
        onChange={(event) => setWritten(event.currentTarget.value)}
        list={list}
        autoCapitalize="none"
        autoComplete="off"
        spellCheck={false}
      />
      <datalist id={list}>
        {data?.items.slice(0, MOST_SUGGESTED).map(({ name }) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <Button type="submit" variant="default" disabled={names.length === 0} loading={busy}>
        {words.add}
      </Button>
    </form>
  );
}
