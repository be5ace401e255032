/** One group: who is in it, and who else may come. */
import { Button, Group } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { addToGroup, type CourseGroup, deleteGroup, membersQuery } from '../api/groups.ts';
import { useAct } from '../frame/messages.tsx';
import { PageSkeleton } from '../frame/page-skeleton.tsx';
import { Question } from '../frame/question.tsx';
import { Trouble } from '../frame/trouble.tsx';
import { hubPath, start } from '../start.ts';
import { texts } from '../texts/texts.ts';
import { GroupMemberList } from './group-member-list.tsx';
import { NamesField } from './names-field.tsx';

const words = texts.groups;

export interface GroupViewProps {
  readonly group: CourseGroup;
  readonly onBack: () => void;
}

export function GroupView({ group, onBack }: GroupViewProps) {
  const { name, people, source } = group;
  const queries = useQueryClient();
  const { data, error, refetch } = useQuery(membersQuery(name));
  const [asking, setAsking] = useState(false);
  const look = () => void queries.invalidateQueries({ queryKey: ['live'] });
  const adding = useAct((names: readonly string[]) => addToGroup(name, names), {
    done: (_, names) => words.joined(names.length, name),
    after: look,
  });
  const deleting = useAct(() => deleteGroup(name), {
    done: () => words.deleted(name),
    after: () => {
      onBack();
      look();
    },
  });
  const edits = start.abilities.editGroups && source !== 'login';
  const about = new URLSearchParams({ group: name });
  return (
    <>
      <div className="ui-head">
        <div>
          <button type="button" className="ui-link" onClick={onBack}>
            ← {words.all}
          </button>
          <h1>{name}</h1>
          <p className="ui-counts">
            {texts.people.people(people)}
            {source !== 'course' && ` · ${words.sources[source]}`}
          </p>
        </div>
        <Group gap="sm">
          <Button component="a" variant="default" href={`${hubPath('admin')}?${about}`}>
            {words.toPeople}
          </Button>
          <Button component="a" variant="default" href={`${hubPath('admin/class')}?${about}`}>
            {words.toClass}
          </Button>
          {edits && source === 'course' && (
            <Button variant="default" className="ui-bad" onClick={() => setAsking(true)}>
              {words.delete}
            </Button>
          )}
        </Group>
      </div>
      {edits && <NamesField busy={adding.isPending} onNames={(names) => adding.mutateAsync(names)} />}
      {data === undefined ? (
        error ? (
          <Trouble error={error} again={() => void refetch()} />
        ) : (
          <PageSkeleton />
        )
      ) : (
        <>
          <GroupMemberList group={group} members={data.users} edits={edits} />
          <Properties properties={data.properties} />
        </>
      )}
      <Question
        opened={asking}
        onClose={() => setAsking(false)}
        title={words.deleteQuestion(name)}
        consequence={words.deleteConsequence}
        yes={words.deleteYes}
        bad
        onYes={() => deleting.mutate(undefined)}
      />
    </>
  );
}

function Properties({ properties }: { readonly properties: Readonly<Record<string, unknown>> }) {
  if (Object.keys(properties).length === 0) return null;
  return (
    <details className="ui-properties">
      <summary>{words.properties}</summary>
      <pre>{JSON.stringify(properties, null, 2)}</pre>
    </details>
  );
}
