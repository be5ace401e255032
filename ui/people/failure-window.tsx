/** Why somebody's server failed, and the way on. */
import { Button, Group, Modal } from '@mantine/core';
import { type Failure, startServers } from '../api/people.ts';
import { useAct } from '../frame/messages.tsx';
import { start } from '../start.ts';
import { exactTime, texts } from '../texts/texts.ts';

export interface Failed {
  readonly owner: string;
  readonly failure: Failure;
}

export function FailureWindow({
  failed,
  onClose,
}: {
  readonly failed: Failed | undefined;
  readonly onClose: () => void;
}) {
  const again = useAct(startServers, {
    done: ({ servers }) => texts.people.started(servers),
    after: onClose,
  });
  return (
    <Modal
      opened={failed !== undefined}
      onClose={onClose}
      title={failed && texts.failure.heading(failed.owner)}
      closeButtonProps={{ 'aria-label': texts.frame.close }}
    >
      {failed && (
        <>
          <dl className="ui-facts">
            <dt>{texts.failure.what}</dt>
            <dd>{failed.failure.reason}</dd>
            {failed.failure.hint !== null && (
              <>
                <dt>{texts.failure.hint}</dt>
                <dd>{failed.failure.hint}</dd>
              </>
            )}
            <dt>{texts.failure.id}</dt>
            <dd>
              <code>{failed.failure.id}</code> · {exactTime(failed.failure.at)}
            </dd>
          </dl>
          <Group justify="flex-end">
            {start.abilities.start && (
              <Button onClick={() => again.mutate({ names: [failed.owner] })} loading={again.isPending}>
                {texts.failure.startAgain}
              </Button>
            )}
          </Group>
        </>
      )}
    </Modal>
  );
}
