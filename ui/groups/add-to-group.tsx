/** Puts people who were chosen into a group, which is made where there is none of that name. */
import { Button, Group, Modal, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { addToGroup, createGroup, groupsQuery } from '../api/groups.ts';
import { useAct } from '../frame/messages.tsx';
import { texts } from '../texts/texts.ts';

const words = texts.groups;

export interface AddToGroupProps {
  readonly opened: boolean;
  readonly names: readonly string[];
  readonly onClose: () => void;
}

export function AddToGroup({ opened, names, onClose }: AddToGroupProps) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={names.length === 0 ? words.create : words.addChosen(names.length)}
      closeButtonProps={{ 'aria-label': texts.frame.close }}
    >
      <GroupForm names={names} onClose={onClose} />
    </Modal>
  );
}

function GroupForm({ names, onClose }: Omit<AddToGroupProps, 'opened'>) {
  const queries = useQueryClient();
  const list = useId();
  const [written, setWritten] = useState('');
  const { data: groups = [] } = useQuery(groupsQuery);
  const group = written.trim();
  const exists = groups.some(({ name }) => name === group);
  const joining = useAct(() => (exists ? addToGroup(group, names) : createGroup(group, names)), {
    done: () => (names.length === 0 ? words.created(group) : words.joined(names.length, group)),
    after: () => {
      void queries.invalidateQueries({ queryKey: ['live'] });
      onClose();
    },
  });
  const pointless = group === '' || (exists && names.length === 0);
  return (
    <form
      className="ui-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (!pointless) joining.mutate(undefined);
      }}
    >
      <TextInput
        label={words.name}
        value={written}
        onChange={(event) => setWritten(event.currentTarget.value)}
        {...(names.length === 0 ? {} : { list })}
        {...(exists && names.length === 0 ? { error: words.exists } : {})}
        autoComplete="off"
        maxLength={255}
        data-autofocus
      />
      <datalist id={list}>
        {groups.map(({ name }) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <Group justify="flex-end" gap="sm">
        <Button variant="default" onClick={onClose}>
          {texts.frame.cancel}
        </Button>
        <Button type="submit" disabled={pointless} loading={joining.isPending}>
          {exists || group === '' ? words.add : words.makeIt}
        </Button>
      </Group>
    </form>
  );
}
