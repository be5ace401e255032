/** Says once, where it cannot be overlooked, that the server is about to be stopped. */
import type { Commands } from './activate.ts';
import type { Notices } from './hub.ts';
import { textsIn, timeLeft } from './texts.ts';
import { millisecondsLeft, SOON_MS } from './time-left.ts';

const STAY = 'polder:stay';

export class Warnings {
  readonly #commands: Commands;
  readonly #stay: () => void;
  /** The notification that is shown; undefined: none. */
  #shown: unknown;

  constructor(commands: Commands, stay: () => void) {
    this.#commands = commands;
    this.#stay = stay;
  }

  async look(notices: Notices): Promise<void> {
    const { stop, language } = notices;
    const left = millisecondsLeft(notices);
    if (stop === null || left >= SOON_MS) return this.rest();
    // Before JupyterLab 4 there are no notifications; the item at the top says it there.
    if (this.#shown !== undefined || !this.#commands.hasCommand('apputils:notify')) return;
    const texts = textsIn(language);
    if (!this.#commands.hasCommand(STAY)) {
      this.#commands.addCommand(STAY, { label: texts.stay, execute: this.#stay });
    }
    this.#shown = 'on its way';
    this.#shown = await this.#commands.execute('apputils:notify', {
      message: texts.warning[stop.why](timeLeft(left, language)),
      type: 'warning',
      options: {
        autoClose: false,
        actions: stop.why === 'idle' ? [{ label: texts.stay, commandId: STAY, displayType: 'accent' }] : [],
      },
    });
  }

  /** There is nothing to warn of any more. */
  rest(): void {
    const id = this.#shown;
    this.#shown = undefined;
    if (id !== undefined && this.#commands.hasCommand('apputils:dismiss-notification')) {
      void this.#commands.execute('apputils:dismiss-notification', { id });
    }
  }
}
