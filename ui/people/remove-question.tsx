import { useQueryClient } from '@tanstack/react-query';
import { removePeople } from '../api/people.ts';
import { useAct } from '../frame/messages.tsx';
import { Question } from '../frame/question.tsx';
import { texts } from '../texts/texts.ts';

const words = texts.people;

export interface RemoveQuestionProps {
  /** None: nothing is asked. */
  readonly names: readonly string[];
  readonly onClose: () => void;
  readonly onDone: (names: readonly string[]) => void;
}

export function RemoveQuestion({ names, onClose, onDone }: RemoveQuestionProps) {
  const queries = useQueryClient();
  const removing = useAct(removePeople, {
    done: ({ people }) => words.removed(people),
    after: () => void queries.invalidateQueries({ queryKey: ['live'] }),
  });
  return (
    <Question
      opened={names.length > 0}
      onClose={onClose}
      title={words.removeQuestion(names.length, names[0] ?? '')}
      consequence={words.removeConsequence}
      yes={words.removeYes}
      bad
      onYes={() => removing.mutate(names, { onSuccess: () => onDone(names) })}
    />
  );
}
