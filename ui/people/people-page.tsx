/** Everybody of the course: find them, and help. */
import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import type { PeopleQuery, Person } from '../api/people.ts';
import { useChosenGroup } from '../groups/chosen-group.ts';
import { GroupSelect } from '../groups/group-select.tsx';
import { start } from '../start.ts';
import { texts } from '../texts/texts.ts';
import { AddPeople } from './add-people.tsx';
import { ChosenBar } from './chosen-bar.tsx';
import { Counts } from './counts.tsx';
import { type Failed, FailureWindow } from './failure-window.tsx';
import { PeopleTable } from './people-table.tsx';
import { RemoveQuestion } from './remove-question.tsx';

const words = texts.people;
const FILTERS = ['all', 'active', 'ready', 'inactive'] as const;
const SEARCH_PAUSE_MS = 200;

export function PeoplePage() {
  const [search, setSearch] = useState('');
  const [settled] = useDebouncedValue(search.trim(), SEARCH_PAUSE_MS);
  const [state, setState] = useState<PeopleQuery['state']>('all');
  const [group, setGroup] = useChosenGroup();
  const [sort, setSort] = useState<PeopleQuery['sort']>('name');
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [failed, setFailed] = useState<Failed>();
  const [leaving, setLeaving] = useState<readonly string[]>([]);
  const [adding, setAdding] = useState(false);
  const query: PeopleQuery = { search: settled, state, group, sort };

  const choose = ({ name }: Person) =>
    setChosen((before) => {
      const next = new Set(before);
      if (!next.delete(name)) next.add(name);
      return next;
    });

  return (
    <>
      <div className="ui-head">
        <div>
          <h1>{words.heading}</h1>
          <Counts query={query} />
        </div>
        {start.abilities.add && <Button onClick={() => setAdding(true)}>{texts.roster.open}</Button>}
      </div>
      <search className="ui-tools">
        <TextInput
          type="search"
          label={words.search}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
          autoCapitalize="none"
          autoComplete="off"
          spellCheck={false}
        />
        <NativeSelect
          label={words.show}
          value={state}
          onChange={(event) =>
            setState(FILTERS.find((filter) => filter === event.currentTarget.value) ?? 'all')
          }
          data={FILTERS.map((value) => ({ value, label: words.filters[value] }))}
        />
        <GroupSelect group={group} onGroup={setGroup} />
      </search>
      <PeopleTable
        query={query}
        onSort={setSort}
        chosen={chosen}
        onChoose={choose}
        onChooseAll={setChosen}
        onFailure={setFailed}
        onRemove={(name) => setLeaving([name])}
      />
      <ChosenBar
        chosen={chosen}
        onNone={() => setChosen(new Set())}
        onRemove={() => setLeaving([...chosen])}
      />
      <FailureWindow failed={failed} onClose={() => setFailed(undefined)} />
      <RemoveQuestion
        names={leaving}
        onClose={() => setLeaving([])}
        onDone={(names) => setChosen((before) => before.difference(new Set(names)))}
      />
      <AddPeople opened={adding} onClose={() => setAdding(false)} />
    </>
  );
}
