/** The list, of which only what is on the screen exists; the page scrolls, not a box in it. */
import { useMediaQuery } from '@mantine/hooks';
import { useQueries, useQuery } from '@tanstack/react-query';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useLayoutEffect, useRef, useState } from 'react';
import { PART_SIZE, type PeopleQuery, type Person } from '../api/people.ts';
import { Trouble } from '../frame/trouble.tsx';
import { texts } from '../texts/texts.ts';
import { ChooseAll } from './choose-all.tsx';
import type { Failed } from './failure-window.tsx';
import { peoplePart } from './people-parts.ts';
import { PersonRow } from './person-row.tsx';

export interface PeopleTableProps {
  readonly query: PeopleQuery;
  readonly onSort: (sort: PeopleQuery['sort']) => void;
  readonly chosen: ReadonlySet<string>;
  readonly onChoose: (person: Person) => void;
  readonly onChooseAll: (names: ReadonlySet<string>) => void;
  readonly onFailure: (failed: Failed) => void;
  readonly onRemove: (name: string) => void;
}

const words = texts.people;
/** As in `people.css`. */
const ROW_HEIGHT = 60;
const CARD_HEIGHT = 108;
/** What is drawn before the first answer. */
const EXPECTED = 12;

export function PeopleTable({
  query,
  onSort,
  chosen,
  onChoose,
  onChooseAll,
  onFailure,
  onRemove,
}: PeopleTableProps) {
  const first = useQuery(peoplePart(query, 0));
  const body = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  useLayoutEffect(() => setTop(body.current?.offsetTop ?? 0), []);
  const narrow = useMediaQuery('(max-width: 40rem)', false, { getInitialValueInEffect: false });
  const height = narrow ? CARD_HEIGHT : ROW_HEIGHT;
  const total = first.data?.total ?? EXPECTED;
  const rows = useWindowVirtualizer({
    count: total,
    estimateSize: () => height,
    overscan: 8,
    scrollMargin: top,
  });
  useLayoutEffect(() => {
    if (height > 0) rows.measure();
  }, [height, rows]);

  const shown = rows.getVirtualItems();
  const parts = [...new Set(shown.map(({ index }) => Math.floor(index / PART_SIZE)))];
  const found = useQueries({ queries: parts.map((part) => peoplePart(query, part)) });
  const personAt = (index: number) =>
    found[parts.indexOf(Math.floor(index / PART_SIZE))]?.data?.items[index % PART_SIZE];

  if (first.error && first.data === undefined)
    return <Trouble error={first.error} again={() => void first.refetch()} />;
  if (first.data?.total === 0)
    return (
      <div className="ui-empty">
        <h2>{words.nobody}</h2>
        <p>{words.nobodyHint}</p>
      </div>
    );
  return (
    <div
      className="ui-table"
      role="table"
      aria-label={words.heading}
      aria-rowcount={total + 1}
      aria-busy={first.isPending}
    >
      <div role="rowgroup" className="ui-table-head">
        <div role="row" aria-rowindex={1} className="ui-row">
          <span role="columnheader" className="ui-choose">
            <ChooseAll query={query} total={first.data?.total} chosen={chosen} onChooseAll={onChooseAll} />
          </span>
          <SortHeader column="name" query={query} onSort={onSort} label={words.columns.name} />
          <span role="columnheader">{words.columns.state}</span>
          <SortHeader column="last_activity" query={query} onSort={onSort} label={words.columns.lastSeen} />
          <span role="columnheader" className="ui-actions">
            <span className="for-readers">{words.columns.actions}</span>
          </span>
        </div>
      </div>
      <div ref={body} role="rowgroup" className="ui-rows" style={{ height: rows.getTotalSize() }}>
        {shown.map(({ index, start: at }) => (
          <PersonRow
            key={index}
            person={personAt(index)}
            index={index}
            at={at - top}
            height={height}
            chosen={chosen}
            onChoose={onChoose}
            onFailure={onFailure}
            onRemove={onRemove}
          />
        ))}
      </div>
    </div>
  );
}

interface SortHeaderProps {
  readonly column: 'name' | 'last_activity';
  readonly label: string;
  readonly query: PeopleQuery;
  readonly onSort: (sort: PeopleQuery['sort']) => void;
}

function SortHeader({ column, label, query, onSort }: SortHeaderProps) {
  const up = query.sort === column;
  const down = query.sort === `-${column}`;
  return (
    <span role="columnheader" aria-sort={up ? 'ascending' : down ? 'descending' : 'none'}>
      <button
        type="button"
        className="ui-sort"
        title={words.sortBy(label)}
        onClick={() => onSort(up ? `-${column}` : column)}
      >
        {label}
        <span aria-hidden="true">{up ? ' ↑' : down ? ' ↓' : ''}</span>
      </button>
    </span>
  );
}
