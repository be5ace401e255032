import { NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { groupsQuery } from '../api/groups.ts';
import { texts } from '../texts/texts.ts';

const ALL = '';

export interface GroupSelectProps {
  readonly group: string | undefined;
  readonly onGroup: (group: string | undefined) => void;
}

/** Narrows a page to a group. A course without groups is not asked. */
export function GroupSelect({ group, onGroup }: GroupSelectProps) {
  const { data = [] } = useQuery(groupsQuery);
  const names = new Set([...data.map(({ name }) => name), ...(group === undefined ? [] : [group])]);
  if (names.size === 0) return null;
  return (
    <NativeSelect
      label={texts.groups.group}
      value={group ?? ALL}
      onChange={(event) => onGroup(event.currentTarget.value || undefined)}
      data={[
        { value: ALL, label: texts.groups.everybody },
        ...Array.from(names, (name) => ({ value: name, label: name })),
      ]}
    />
  );
}
