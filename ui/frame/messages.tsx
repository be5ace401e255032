/** What became of an act, said for some seconds at the foot of the page, and to screen readers. */
import { Button, CloseButton } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';
import { texts } from '../texts/texts.ts';

interface Message {
  readonly text: string;
  readonly bad: boolean;
  readonly undo?: (() => void) | undefined;
}

const SHOWN_MS = 6_000;
/** Who wants to take something back has to see first what became of it. */
const UNDO_SHOWN_MS = 15_000;

const Say = createContext<(message: Message) => void>(() => undefined);

export function Messages({ children }: { readonly children: ReactNode }) {
  const [message, setMessage] = useState<Message>();
  useEffect(() => {
    // What went wrong stays until it was read.
    if (message === undefined || message.bad) return;
    const timer = setTimeout(() => setMessage(undefined), message.undo ? UNDO_SHOWN_MS : SHOWN_MS);
    return () => clearTimeout(timer);
  }, [message]);
  return (
    <Say value={setMessage}>
      {children}
      <div className="ui-messages" role="status" aria-live="polite">
        {message && (
          <div className={message.bad ? 'ui-message bad' : 'ui-message'}>
            <span>{message.text}</span>
            {message.undo && (
              <Button variant="default" size="compact-sm" onClick={message.undo}>
                {texts.frame.undo}
              </Button>
            )}
            <CloseButton aria-label={texts.frame.close} onClick={() => setMessage(undefined)} />
          </div>
        )}
      </div>
    </Say>
  );
}

/**
 * Does `act`, and says what became of it: `done` of what it gave, or why it did not work. With `undo`, which does the
 * opposite, it can be taken back for a while.
 */
export function useAct<Input, Output>(
  act: (input: Input) => Promise<Output>,
  {
    done,
    undo,
    after,
  }: {
    done?: (output: Output, input: Input) => string;
    undo?: (input: Input) => Promise<unknown>;
    after?: () => void;
  } = {},
) {
  const say = useContext(Say);
  const complain = (error: Error) =>
    say({
      text: error instanceof TypeError ? texts.frame.unreachable : texts.frame.wrong(error.message),
      bad: true,
    });
  const takeBack = (input: Input) =>
    undo?.(input).then(() => {
      say({ text: texts.frame.undone, bad: false });
      after?.();
    }, complain);
  return useMutation({
    mutationFn: act,
    onSuccess: (output: Output, input: Input) => {
      if (done)
        say({
          text: done(output, input),
          bad: false,
          undo: undo && (() => void takeBack(input)),
        });
      after?.();
    },
    onError: complain,
  });
}
