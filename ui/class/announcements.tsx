/** What people are told on their home page and in JupyterLab: what is said now, and a window to say something. */
import { Button, Group, Modal, NativeSelect, Textarea } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { announce, endAnnouncement, readAnnouncements } from '../api/announcements.ts';
import { groupsQuery } from '../api/groups.ts';
import { useAct } from '../frame/messages.tsx';
import { exactTime, fromNow, texts } from '../texts/texts.ts';

const words = texts.announcements;
/** What others say shows here too, and what has ended goes. */
const LOOK_EVERY_MS = 30_000;
const LONGEST = 1_000;
const MINUTES = [15, 60, 240, 1440] as const;

export function Announcements() {
  const queries = useQueryClient();
  const { data = [] } = useQuery({
    queryKey: ['live', 'announcements'],
    queryFn: ({ signal }) => readAnnouncements(signal),
    refetchInterval: LOOK_EVERY_MS,
  });
  const ending = useAct(endAnnouncement, {
    done: () => words.ended,
    after: () => void queries.invalidateQueries({ queryKey: ['live', 'announcements'] }),
  });
  if (data.length === 0) return null;
  return (
    <section className="ui-group">
      <h2>{words.heading}</h2>
      <ul className="ui-list ui-said">
        {data.map(({ id, text, group, by, endsAt }) => (
          <li key={id}>
            <p>{text}</p>
            <span className="quiet" title={exactTime(endsAt)}>
              {words.about(by, group, fromNow(endsAt))}
            </span>
            <Button
              variant="default"
              size="xs"
              aria-label={words.endOf(text)}
              loading={ending.isPending && ending.variables === id}
              onClick={() => ending.mutate(id)}
            >
              {words.end}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function AnnounceButton() {
  const [opened, setOpened] = useState(false);
  return (
    <>
      <Button variant="default" onClick={() => setOpened(true)}>
        {words.write}
      </Button>
      <Modal
        opened={opened}
        onClose={() => setOpened(false)}
        title={words.title}
        closeButtonProps={{ 'aria-label': texts.frame.close }}
      >
        <AnnounceForm onClose={() => setOpened(false)} />
      </Modal>
    </>
  );
}

const EVERYBODY = '';

function AnnounceForm({ onClose }: { readonly onClose: () => void }) {
  const queries = useQueryClient();
  const [text, setText] = useState('');
  const [group, setGroup] = useState(EVERYBODY);
  const [minutes, setMinutes] = useState('60');
  const { data: groups = [] } = useQuery(groupsQuery);
  const telling = useAct(announce, {
    done: () => words.told,
    after: () => {
      void queries.invalidateQueries({ queryKey: ['live', 'announcements'] });
      onClose();
    },
  });
  return (
    <div className="ui-form">
      <p className="ui-consequence">{words.explain}</p>
      <Textarea
        label={words.text}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        rows={4}
        maxLength={LONGEST}
        data-autofocus
      />
      {groups.length > 0 && (
        <NativeSelect
          label={words.whom}
          value={group}
          onChange={(event) => setGroup(event.currentTarget.value)}
          data={[
            { value: EVERYBODY, label: words.everybody },
            ...groups.map(({ name }) => ({ value: name, label: name })),
          ]}
        />
      )}
      <NativeSelect
        label={words.howLong}
        value={minutes}
        onChange={(event) => setMinutes(event.currentTarget.value)}
        data={MINUTES.map((value) => ({ value: String(value), label: words.minutes[value] }))}
      />
      <Group justify="flex-end" gap="sm">
        <Button variant="default" onClick={onClose}>
          {texts.frame.cancel}
        </Button>
        <Button
          disabled={text.trim() === ''}
          loading={telling.isPending}
          onClick={() =>
            telling.mutate({
              text,
              group: group === EVERYBODY ? null : group,
              minutes: Number(minutes),
            })
          }
        >
          {words.tell}
        </Button>
      </Group>
    </div>
  );
}
