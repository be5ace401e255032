/** Who belongs together: the groups of the course, and of one of them who is in it. */
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type CourseGroup, groupsQuery } from '../api/groups.ts';
import { PageSkeleton } from '../frame/page-skeleton.tsx';
import { Trouble } from '../frame/trouble.tsx';
import { start } from '../start.ts';
import { texts } from '../texts/texts.ts';
import { AddToGroup } from './add-to-group.tsx';
import { useChosenGroup } from './chosen-group.ts';
import { GroupView } from './group-view.tsx';

const words = texts.groups;

export function GroupsPage() {
  const { data, error, refetch } = useQuery(groupsQuery);
  const [chosen, choose] = useChosenGroup();
  const [making, setMaking] = useState(false);
  if (data === undefined)
    return error ? <Trouble error={error} again={() => void refetch()} /> : <PageSkeleton />;
  const group = data.find(({ name }) => name === chosen);
  if (group !== undefined)
    return <GroupView key={group.name} group={group} onBack={() => choose(undefined)} />;
  const byLogins = data.some(({ source }) => source === 'login');
  return (
    <>
      <div className="ui-head">
        <div>
          <h1>{words.heading}</h1>
          <p className="ui-counts">{byLogins ? words.sources.login : words.explain}</p>
        </div>
        {start.abilities.editGroups && !byLogins && (
          <Button onClick={() => setMaking(true)}>{words.create}</Button>
        )}
      </div>
      {data.length === 0 ? (
        <div className="ui-empty">
          <h2>{words.none}</h2>
          <p>{words.noneHint}</p>
        </div>
      ) : (
        <ul className="ui-list ui-groups">
          {data.map((each) => (
            <GroupLine key={each.name} group={each} onChoose={choose} />
          ))}
        </ul>
      )}
      <AddToGroup opened={making} names={[]} onClose={() => setMaking(false)} />
    </>
  );
}

interface GroupLineProps {
  readonly group: CourseGroup;
  readonly onChoose: (name: string) => void;
}

function GroupLine({ group: { name, people, source }, onChoose }: GroupLineProps) {
  return (
    <li>
      <span>
        <button type="button" className="ui-link" onClick={() => onChoose(name)}>
          {name}
        </button>{' '}
        {source === 'file' && <span className="ui-role">{words.ofFile}</span>}
      </span>
      <span className="quiet">{texts.people.people(people)}</span>
    </li>
  );
}
