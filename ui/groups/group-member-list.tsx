import { Button, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { addToGroup, type CourseGroup, removeFromGroup } from '../api/groups.ts';
import { useAct } from '../frame/messages.tsx';
import { texts } from '../texts/texts.ts';

const words = texts.groups;
/** More than fit on a screen are looked for by name. */
const SEARCHED_FROM = 20;
const MOST_SHOWN = 500;

export interface GroupMemberListProps {
  readonly group: CourseGroup;
  readonly members: readonly string[];
  readonly edits: boolean;
}

export function GroupMemberList({ group: { name: group, fixed }, members, edits }: GroupMemberListProps) {
  const queries = useQueryClient();
  const [search, setSearch] = useState('');
  const look = () => void queries.invalidateQueries({ queryKey: ['live'] });
  const removing = useAct((name: string) => removeFromGroup(group, [name]), {
    done: (_, name) => words.left(name, group),
    undo: (name) => addToGroup(group, [name]),
    after: look,
  });
  if (members.length === 0) return <p className="ui-empty">{words.nobody}</p>;
  const found = members.filter((name) => name.includes(search.trim().toLowerCase()));
  return (
    <>
      {members.length > SEARCHED_FROM && (
        <search className="ui-tools">
          <TextInput
            type="search"
            label={texts.people.search}
            value={search}
            onChange={(event) => setSearch(event.currentTarget.value)}
            spellCheck={false}
          />
        </search>
      )}
      {found.length === 0 && <p className="ui-empty">{texts.people.nobody}</p>}
      <ul className="ui-names ui-members" aria-label={words.members} hidden={found.length === 0}>
        {found.slice(0, MOST_SHOWN).map((name) => (
          <li key={name}>
            <span title={name}>{name}</span>
            {fixed.includes(name) ? (
              <span className="quiet">{words.ofFile}</span>
            ) : (
              edits && (
                <Button
                  variant="subtle"
                  size="compact-xs"
                  aria-label={words.removeOf(name)}
                  onClick={() => removing.mutate(name)}
                >
                  {words.remove}
                </Button>
              )
            )}
          </li>
        ))}
      </ul>
      {found.length > MOST_SHOWN && <p className="quiet">{words.andMore(found.length - MOST_SHOWN)}</p>}
    </>
  );
}
