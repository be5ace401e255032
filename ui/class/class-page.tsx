/** Is the room ready: how many are in, who waits and who needs help. Large enough for a projector. */
import { Button, Group } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import {
  type ActiveServer,
  readClass,
  type ServerState,
  startServers,
  stopServers,
  type Whom,
} from '../api/people.ts';
import { useAct } from '../frame/messages.tsx';
import { PageSkeleton } from '../frame/page-skeleton.tsx';
import { Question } from '../frame/question.tsx';
import { Trouble } from '../frame/trouble.tsx';
import { useChosenGroup } from '../groups/chosen-group.ts';
import { GroupSelect } from '../groups/group-select.tsx';
import { type Failed, FailureWindow } from '../people/failure-window.tsx';
import { serverNote } from '../people/server-note.ts';
import { start } from '../start.ts';
import { texts } from '../texts/texts.ts';
import { AnnounceButton, Announcements } from './announcements.tsx';
import { ClassTimes } from './class-times.tsx';
import { NameGroup } from './name-group.tsx';

const words = texts.class;
/** Always there, so that the counts do not jump about; the others only where somebody is in them. */
const COUNTED: readonly ServerState[] = ['ready', 'starting', 'queued', 'failed'];

export function ClassPage() {
  const [group, setGroup] = useChosenGroup();
  const { data, error, refetch } = useQuery({
    queryKey: ['live', 'class', group],
    queryFn: ({ signal }) => readClass(group, signal),
    placeholderData: keepPreviousData,
  });
  const [failed, setFailed] = useState<Failed>();
  if (data === undefined)
    return error ? <Trouble error={error} again={() => void refetch()} /> : <PageSkeleton />;
  const inState = (...states: readonly ServerState[]) =>
    data.servers.filter(({ state }) => states.includes(state));
  const running = inState('ready', 'starting', 'queued');
  return (
    <>
      <div className="ui-head">
        <div>
          <h1>{group ?? words.heading}</h1>
          <ClassTimes times={start.course.classTimes} />
        </div>
        <ClassActions group={group} people={data.people} running={running.length} />
      </div>
      <search className="ui-tools">
        <GroupSelect group={group} onGroup={setGroup} />
      </search>
      <dl className="ui-tiles">
        {COUNTED.map((state) => (
          <div key={state} className={inState(state).length > 0 ? `ui-tile ${state}` : 'ui-tile none'}>
            <dt>{texts.states[state]}</dt>
            <dd>
              {inState(state).length.toLocaleString(texts.language)}
              {state === 'ready' && <small> {words.of(data.people)}</small>}
            </dd>
          </div>
        ))}
      </dl>
      <Announcements />
      {data.servers.length === 0 && data.absent === null && (
        <div className="ui-empty">
          <h2>{words.nobodyIn}</h2>
          <p>{words.nobodyInHint}</p>
        </div>
      )}
      <FailedServers servers={inState('failed')} onFailure={setFailed} />
      <NameGroup heading={words.waitingHeading} servers={inState('queued')} note={serverNote} />
      <NameGroup heading={words.startingHeading} servers={byName(inState('starting'))} note={serverNote} />
      <NameGroup
        heading={words.readyHeading}
        servers={byName(inState('ready'))}
        note={serverNote}
        open={start.abilities.open}
      />
      <NameGroup heading={words.stoppingHeading} servers={byName(inState('stopping'))} />
      <Absent names={data.absent} />
      <FailureWindow failed={failed} onClose={() => setFailed(undefined)} />
    </>
  );
}

const collator = new Intl.Collator(texts.language, { numeric: true });

/** Those who wait stay in order of their turn. */
function byName(servers: readonly ActiveServer[]): readonly ActiveServer[] {
  return servers.toSorted((a, b) => collator.compare(a.owner, b.owner) || collator.compare(a.name, b.name));
}

interface ClassActionsProps {
  /** Undefined: everybody. */
  readonly group: string | undefined;
  readonly people: number;
  readonly running: number;
}

function ClassActions({ group, people, running }: ClassActionsProps) {
  const whom: Whom = group === undefined ? { all: true } : { group };
  const [asking, setAsking] = useState<'start' | 'stop'>();
  const starting = useAct(startServers, { done: ({ servers }) => texts.people.started(servers) });
  const stopping = useAct(stopServers, { done: ({ servers }) => texts.people.stopped(servers) });
  return (
    <Group gap="sm">
      <AnnounceButton />
      {start.abilities.stop && (
        <Button
          variant="default"
          disabled={running === 0}
          loading={stopping.isPending}
          onClick={() => setAsking('stop')}
        >
          {words.stopAll}
        </Button>
      )}
      {start.abilities.start && (
        <Button loading={starting.isPending} onClick={() => setAsking('start')}>
          {group === undefined ? words.startAll : words.startGroup}
        </Button>
      )}
      <Question
        opened={asking === 'start'}
        onClose={() => setAsking(undefined)}
        title={words.startAllQuestion(people)}
        consequence={words.startAllConsequence}
        yes={words.startYes}
        onYes={() => starting.mutate(whom)}
      />
      <Question
        opened={asking === 'stop'}
        onClose={() => setAsking(undefined)}
        title={words.stopAllQuestion(running)}
        consequence={texts.people.stopConsequence}
        yes={words.stopYes}
        bad
        onYes={() => stopping.mutate(whom)}
      />
    </Group>
  );
}

/** Those of a group who are not in yet, so that somebody can look where they are. */
function Absent({ names }: { readonly names: readonly string[] | null }) {
  if (names === null || names.length === 0) return null;
  return (
    <section className="ui-group">
      <h2>
        {words.absentHeading} <span className="quiet">{names.length.toLocaleString(texts.language)}</span>
      </h2>
      <ul className="ui-names">
        {names.map((name) => (
          <li key={name}>
            <span className="ui-dot" aria-hidden="true" />
            <span>{name}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

interface FailedServersProps {
  readonly servers: readonly ActiveServer[];
  readonly onFailure: (failed: Failed) => void;
}

function FailedServers({ servers, onFailure }: FailedServersProps) {
  if (servers.length === 0) return null;
  return (
    <section className="ui-group">
      <h2>{words.failedHeading}</h2>
      <ul className="ui-list ui-failed">
        {servers.map(({ owner, name, failure }) => (
          <li key={`${owner}/${name}`}>
            <strong>{name === '' ? owner : `${owner} / ${name}`}</strong>
            <span>{failure?.reason}</span>
            {failure && (
              <Button
                variant="default"
                size="xs"
                aria-label={texts.people.whyOf(owner)}
                onClick={() => onFailure({ owner, failure })}
              >
                {texts.people.why}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
