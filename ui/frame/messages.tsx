/** What became of an act, said for some seconds at the foot of the page, and to screen readers. */
import { CloseButton } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { createContext, type ReactNode, useCallback, useContext, useEffect, useState } from 'react';
import { texts } from '../texts/texts.ts';

interface Message {
  readonly text: string;
  readonly bad: boolean;
}

const SHOWN_MS = 6_000;

const Say = createContext<(message: Message) => void>(() => undefined);

export function Messages({ children }: { readonly children: ReactNode }) {
  const [message, setMessage] = useState<Message>();
  useEffect(() => {
    // What went wrong stays until it was read.
    if (message === undefined || message.bad) return;
    const timer = setTimeout(() => setMessage(undefined), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [message]);
  return (
    <Say value={setMessage}>
      {children}
      <div className="ui-messages" role="status" aria-live="polite">
        {message && (
          <div className={message.bad ? 'ui-message bad' : 'ui-message'}>
            <span>{message.text}</span>
            <CloseButton aria-label={texts.frame.close} onClick={() => setMessage(undefined)} />
          </div>
        )}
      </div>
    </Say>
  );
}

/** Does `act`, and says what became of it: `done` of what it gave, or why it did not work. */
export function useAct<Input, Output>(
  act: (input: Input) => Promise<Output>,
  { done, after }: { done?: (output: Output, input: Input) => string; after?: () => void } = {},
) {
  const say = useContext(Say);
  return useMutation({
    mutationFn: act,
    onSuccess: useCallback(
      (output: Output, input: Input) => {
        if (done) say({ text: done(output, input), bad: false });
        after?.();
      },
      [done, after, say],
    ),
    onError: useCallback(
      (error: Error) =>
        say({
          text: error instanceof TypeError ? texts.frame.unreachable : texts.frame.wrong(error.message),
          bad: true,
        }),
      [say],
    ),
  });
}
