/** In place of what could not be had. */
import { Button } from '@mantine/core';
import { texts } from '../texts/texts.ts';

export function Trouble({ error, again }: { readonly error: Error; readonly again: () => void }) {
  return (
    <div className="ui-empty" role="alert">
      <p>{error instanceof TypeError ? texts.frame.unreachable : texts.frame.wrong(error.message)}</p>
      <Button variant="default" onClick={again}>
        {texts.frame.tryAgain}
      </Button>
    </div>
  );
}
