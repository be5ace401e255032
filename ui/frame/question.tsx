/** Asks before something that cannot be taken back. */
import { Button, Group, Modal } from '@mantine/core';
import { texts } from '../texts/texts.ts';

export interface QuestionProps {
  readonly opened: boolean;
  readonly title: string;
  readonly consequence: string;
  /** The words on the button that does it. */
  readonly yes: string;
  readonly bad?: boolean;
  readonly onYes: () => void;
  readonly onClose: () => void;
}

export function Question({ opened, title, consequence, yes, bad = false, onYes, onClose }: QuestionProps) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={title}
      closeButtonProps={{ 'aria-label': texts.frame.close }}
    >
      <p className="ui-consequence">{consequence}</p>
      <Group justify="flex-end" gap="sm">
        <Button variant="default" onClick={onClose} data-autofocus>
          {texts.frame.cancel}
        </Button>
        <Button
          {...(bad ? { color: 'bad' } : {})}
          onClick={() => {
            onClose();
            onYes();
          }}
        >
          {yes}
        </Button>
      </Group>
    </Modal>
  );
}
