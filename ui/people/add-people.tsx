/** New people from a list or a file, which are looked at before anything is made. */
import { Button, Group, Modal, Textarea } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { type RosterGroup, type RosterLine, sendRoster } from '../api/people.ts';
import { useAct } from '../frame/messages.tsx';
import { texts } from '../texts/texts.ts';

const words = texts.roster;
const TYPING_PAUSE_MS = 300;
const MOST_SHOWN = 200;

export function AddPeople({ opened, onClose }: { readonly opened: boolean; readonly onClose: () => void }) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={words.heading}
      size="lg"
      closeButtonProps={{ 'aria-label': texts.frame.close }}
    >
      <RosterForm onClose={onClose} />
    </Modal>
  );
}

function RosterForm({ onClose }: { readonly onClose: () => void }) {
  const [text, setText] = useState('');
  const [settled] = useDebouncedValue(text, TYPING_PAUSE_MS);
  const file = useRef<HTMLInputElement>(null);
  const queries = useQueryClient();
  const { data, error } = useQuery({
    queryKey: ['roster', settled],
    queryFn: () => sendRoster(settled, { add: false }),
    enabled: settled.trim() !== '',
    placeholderData: keepPreviousData,
    gcTime: 0,
  });
  const adding = useAct((list: string) => sendRoster(list, { add: true }), {
    done: ({ created, groups }) => words.added(created.length, joiningOf(groups)),
    after: () => {
      void queries.invalidateQueries({ queryKey: ['live'] });
      onClose();
    },
  });
  const { lines, groups } = settled.trim() === '' || data === undefined ? NOTHING : data;
  const joining = joiningOf(groups);
  const fresh = lines.filter(({ status }) => status === 'new').length;
  return (
    <>
      <p className="ui-consequence">{words.explain}</p>
      <Textarea
        label={words.list}
        placeholder={words.placeholder}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        rows={6}
        spellCheck={false}
        autoCapitalize="none"
        error={error?.message}
        data-autofocus
      />
      <input
        ref={file}
        type="file"
        accept=".csv,.tsv,.txt,text/csv,text/plain"
        hidden
        onChange={async (event) => {
          const [chosen] = event.currentTarget.files ?? [];
          if (chosen) setText(await chosen.text());
        }}
      />
      <RosterPreview lines={lines} groups={groups} />
      <Group justify="space-between" gap="sm">
        <Button variant="default" onClick={() => file.current?.click()}>
          {words.file}
        </Button>
        <Button
          disabled={fresh + joining === 0 || settled !== text}
          loading={adding.isPending}
          onClick={() => adding.mutate(settled)}
        >
          {words.add(fresh, joining)}
        </Button>
      </Group>
    </>
  );
}

const NOTHING = { lines: [], groups: [] } as const;

/** How many times somebody comes into a group. */
function joiningOf(groups: readonly RosterGroup[]): number {
  return groups.reduce((sum, { status, joining }) => (status === 'closed' ? sum : sum + joining), 0);
}

/** What needs a look stands first. */
const ORDER: readonly RosterLine['status'][] = ['invalid', 'repeated', 'new', 'exists'];

interface RosterPreviewProps {
  readonly lines: readonly RosterLine[];
  readonly groups: readonly RosterGroup[];
}

function RosterPreview({ lines, groups }: RosterPreviewProps) {
  const of = (...statuses: readonly RosterLine['status'][]) =>
    lines.filter(({ status }) => statuses.includes(status)).length;
  const sorted = lines.toSorted(
    (a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status) || a.line - b.line,
  );
  return (
    <section className="ui-preview" aria-label={words.preview}>
      <p role="status">
        {lines.length === 0 ? ' ' : words.summary(of('new'), of('exists'), of('invalid', 'repeated'))}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard. */}
      <ul tabIndex={0} aria-label={words.preview}>
        {sorted.slice(0, MOST_SHOWN).map(({ line, name, groups, status, problem }) => (
          <li key={line} className={status}>
            <span className="quiet">{words.line(line)}</span>
            <span className="ui-name-text">
              {name} <span className="quiet">{groups.join(', ')}</span>
            </span>
            <span className="ui-why">{problem ?? words.statuses[status]}</span>
          </li>
        ))}
        {lines.length > MOST_SHOWN && <li className="quiet">{words.andMore(lines.length - MOST_SHOWN)}</li>}
      </ul>
      {groups.length > 0 && (
        <dl className="ui-roster-groups" aria-label={texts.groups.heading}>
          {groups.map(({ name, status, joining }) => (
            <div key={name} className={status}>
              <dt>{name}</dt>
              <dd>{words.groupStatuses[status](joining)}</dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}
