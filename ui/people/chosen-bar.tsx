/** What can be done for all that are chosen. */
import { Button } from '@mantine/core';
import { useState } from 'react';
import { startServers, stopServers } from '../api/people.ts';
import { useAct } from '../frame/messages.tsx';
import { Question } from '../frame/question.tsx';
import { AddToGroup } from '../groups/add-to-group.tsx';
import { start } from '../start.ts';
import { texts } from '../texts/texts.ts';

const words = texts.people;

export interface ChosenBarProps {
  readonly chosen: ReadonlySet<string>;
  readonly onNone: () => void;
  readonly onRemove: () => void;
}

export function ChosenBar({ chosen, onNone, onRemove }: ChosenBarProps) {
  const [asking, setAsking] = useState(false);
  const [grouping, setGrouping] = useState(false);
  const starting = useAct(startServers, { done: ({ servers }) => words.started(servers) });
  const stopping = useAct(stopServers, { done: ({ servers }) => words.stopped(servers) });
  if (chosen.size === 0) return null;
  const names = [...chosen];
  const { abilities } = start;
  return (
    <section className="ui-chosen" aria-label={words.chosen(chosen.size)}>
      <strong aria-live="polite">{words.chosen(chosen.size)}</strong>
      <Button variant="subtle" size="xs" onClick={onNone}>
        {words.chooseNone}
      </Button>
      <span className="ui-stretch" />
      {abilities.start && (
        <Button size="xs" loading={starting.isPending} onClick={() => starting.mutate({ names })}>
          {words.start}
        </Button>
      )}
      {abilities.stop && (
        <Button variant="default" size="xs" onClick={() => setAsking(true)}>
          {words.stop}
        </Button>
      )}
      {abilities.editGroups && (
        <Button variant="default" size="xs" onClick={() => setGrouping(true)}>
          {texts.groups.toGroup}
        </Button>
      )}
      {abilities.remove && (
        <Button variant="default" size="xs" className="ui-bad" onClick={onRemove}>
          {words.remove}
        </Button>
      )}
      <Question
        opened={asking}
        onClose={() => setAsking(false)}
        title={words.stopQuestion(chosen.size)}
        consequence={words.stopConsequence}
        yes={words.stop}
        onYes={() => stopping.mutate({ names })}
      />
      <AddToGroup opened={grouping} names={names} onClose={() => setGrouping(false)} />
    </section>
  );
}
