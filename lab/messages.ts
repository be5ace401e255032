/** What those who teach tell people, each once in this tab, until it is read or taken back. */
import type { Commands } from './activate.ts';
import type { Message } from './hub.ts';

/** Which were shown, also when the page is loaded anew. */
const SHOWN = 'polder-messages';

export class Messages {
  readonly #commands: Commands;
  /** The notification of each that this page shows. */
  readonly #notifications = new Map<string, unknown>();

  constructor(commands: Commands) {
    this.#commands = commands;
  }

  async look(messages: readonly Message[]): Promise<void> {
    // Before JupyterLab 4 there are no notifications; the home page of the hub says it there.
    if (!this.#commands.hasCommand('apputils:notify')) return;
    const current = new Set(messages.map(({ id }) => id));
    for (const id of this.#notifications.keys()) if (!current.has(id)) this.#takeBack(id);
    const shown = this.#shown();
    sessionStorage.setItem(SHOWN, JSON.stringify([...current]));
    for (const { id, by, text } of messages.toReversed()) {
      if (shown.has(id)) continue;
      const notification = await this.#commands.execute('apputils:notify', {
        message: `${by}: ${text}`,
        type: 'info',
        options: { autoClose: false },
      });
      this.#notifications.set(id, notification);
    }
  }

  #takeBack(id: string): void {
    const notification = this.#notifications.get(id);
    this.#notifications.delete(id);
    if (!this.#commands.hasCommand('apputils:dismiss-notification')) return;
    void this.#commands.execute('apputils:dismiss-notification', { id: notification });
  }

  #shown(): ReadonlySet<string> {
    try {
      return new Set(JSON.parse(sessionStorage.getItem(SHOWN) ?? '[]') as string[]);
    } catch {
      return new Set();
    }
  }
}
