import { Button, Checkbox, Menu } from '@mantine/core';
import { useState } from 'react';
import { type Person, type Server, setAdmin, startServers, stopServers } from '../api/people.ts';
import { useAct } from '../frame/messages.tsx';
import { Question } from '../frame/question.tsx';
import { start } from '../start.ts';
import { exactTime, fromNow, texts } from '../texts/texts.ts';
import type { Failed } from './failure-window.tsx';
import { serverNote } from './server-note.ts';
import { StateBadge } from './state-badge.tsx';

export interface PersonRowProps {
  /** Undefined while they are on their way. */
  readonly person: Person | undefined;
  /** From 0, of everybody that is found. */
  readonly index: number;
  /** Pixels from the top of the list. */
  readonly at: number;
  readonly height: number;
  readonly chosen: ReadonlySet<string>;
  readonly onChoose: (person: Person) => void;
  readonly onFailure: (failed: Failed) => void;
  readonly onRemove: (name: string) => void;
}

const words = texts.people;

export function PersonRow({
  person,
  index,
  at,
  height,
  chosen,
  onChoose,
  onFailure,
  onRemove,
}: PersonRowProps) {
  const place = { transform: `translateY(${at}px)`, height };
  if (person === undefined)
    return (
      <div role="row" aria-rowindex={index + 2} className="ui-row waiting" style={place}>
        <span role="cell" className="ui-choose" />
        <span role="cell" className="ui-name">
          <span className="ui-bone" />
        </span>
      </div>
    );
  const main = person.servers.find(({ name }) => name === '');
  const others = person.servers.length - (main ? 1 : 0);
  const seen = main?.lastActivity ?? person.lastActivity;
  const note = main && serverNote(main);
  const { failure } = main ?? { failure: null };
  return (
    <div role="row" aria-rowindex={index + 2} className="ui-row" style={place}>
      <span role="cell" className="ui-choose">
        <Checkbox
          checked={chosen.has(person.name)}
          onChange={() => onChoose(person)}
          aria-label={words.choose(person.name)}
        />
      </span>
      <span role="rowheader" className="ui-name" title={person.name}>
        <span className="ui-name-text">{person.name}</span>
        {person.roles
          .filter((role) => role in words.roles)
          .map((role) => (
            <span key={role} className="ui-role">
              {words.roles[role]}
            </span>
          ))}
        {person.groups.length > 0 && (
          <span className="ui-in-groups quiet" title={person.groups.join(', ')}>
            {person.groups.join(', ')}
          </span>
        )}
      </span>
      <span role="cell" className="ui-server">
        <StateBadge state={main?.state ?? 'stopped'} />
        {note !== undefined && (
          <span className="ui-note quiet" title={note}>
            {note}
          </span>
        )}
        {main?.state === 'failed' && failure && (
          <button
            type="button"
            className="ui-link"
            aria-label={words.whyOf(person.name)}
            onClick={() => onFailure({ owner: person.name, failure })}
          >
            {words.why}
          </button>
        )}
        {others > 0 && <span className="quiet">{words.others(others)}</span>}
      </span>
      <span role="cell" className="ui-seen">
        {seen ? (
          <time dateTime={seen} title={exactTime(seen)}>
            {fromNow(seen)}
          </time>
        ) : (
          words.never
        )}
      </span>
      <span role="cell" className="ui-actions">
        <MainAction name={person.name} server={main} />
        <MoreActions person={person} server={main} onRemove={onRemove} />
      </span>
    </div>
  );
}

function MainAction({ name, server }: { readonly name: string; readonly server: Server | undefined }) {
  const starting = useAct(startServers);
  if (server?.state === 'ready')
    return start.abilities.open ? (
      <Button component="a" href={server.url} variant="default" size="xs" aria-label={words.openOf(name)}>
        {words.open}
      </Button>
    ) : null;
  const atRest = server === undefined || server.state === 'stopped' || server.state === 'failed';
  if (!atRest || !start.abilities.start) return null;
  return (
    <Button
      variant="default"
      size="xs"
      disabled={starting.isPending}
      aria-label={words.startOf(name)}
      onClick={() => starting.mutate({ names: [name] })}
    >
      {words.start}
    </Button>
  );
}

interface MoreActionsProps {
  readonly person: Person;
  readonly server: Server | undefined;
  readonly onRemove: (name: string) => void;
}

function MoreActions({ person, server, onRemove }: MoreActionsProps) {
  const { name } = person;
  const stopping = useAct(stopServers, { done: ({ servers }) => words.stopped(servers) });
  const promoting = useAct((admin: boolean) => setAdmin(name, admin), {
    done: (_, admin) => (admin ? words.isAdmin(name) : words.isNoAdmin(name)),
    undo: (admin) => setAdmin(name, !admin),
  });
  const [asking, setAsking] = useState(false);
  const { abilities, caller } = start;
  const isAdmin = person.roles.includes('admin');
  const stops =
    abilities.stop &&
    (server?.state === 'ready' || server?.state === 'starting' || server?.state === 'queued');
  const other = name !== caller;
  if (!stops && !(other && (abilities.giveAdmin || abilities.remove))) return <span className="ui-no-menu" />;
  return (
    <>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <button type="button" className="ui-more" aria-label={words.more(name)}>
            <span aria-hidden="true">⋯</span>
          </button>
        </Menu.Target>
        <Menu.Dropdown>
          {stops && <Menu.Item onClick={() => setAsking(true)}>{words.stopAsked}</Menu.Item>}
          {other && abilities.giveAdmin && (
            <Menu.Item onClick={() => promoting.mutate(!isAdmin)}>
              {isAdmin ? words.takeAdmin : words.makeAdmin}
            </Menu.Item>
          )}
          {other && abilities.remove && (
            <Menu.Item className="ui-bad" onClick={() => onRemove(name)}>
              {words.remove}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      <Question
        opened={asking}
        onClose={() => setAsking(false)}
        title={words.stopOf(name)}
        consequence={words.stopConsequence}
        yes={words.stop}
        onYes={() => stopping.mutate({ names: [name] })}
      />
    </>
  );
}
