/** What the extension does in JupyterLab and Notebook. */
import { type Place, placeOf, readNotices } from './hub.ts';
import type { Lumino, Widget } from './lumino.ts';
import { Messages } from './messages.ts';
import { StatusItem } from './status-item.ts';
import { Warnings } from './warnings.ts';

/** As much of the application as we use. */
export interface Lab {
  readonly shell: {
    add(widget: Widget, area: string, options: { readonly rank: number }): void;
  };
  readonly commands: Commands;
  /** Resolves when all extensions that start by themselves have; theirs are the commands that show notifications. */
  readonly started: Promise<void>;
}

export interface Commands {
  hasCommand(id: string): boolean;
  execute(id: string, args: object): Promise<unknown>;
  addCommand(id: string, options: { readonly label: string; readonly execute: () => void }): unknown;
}

const ASK_EVERY_MS = 30_000;
/** What counts down does so between two questions, too. */
const SHOW_EVERY_MS = 5_000;
/** Right of the menus, at the end. */
const RANK = 1_100;

export function activate(lab: Lab, lumino: Lumino): void {
  const place = placeOf(document);
  if (place === undefined) return;
  const item = new StatusItem(place.home, () => stay(place));
  const warnings = new Warnings(lab.commands, () => stay(place));
  const messages = new Messages(lab.commands);
  const widget = new lumino.Widget({ node: item.node });
  widget.id = 'polder-status';
  lab.shell.add(widget, 'top', { rank: RANK });

  const ask = async () => {
    const notices = await readNotices(place);
    // Without an answer all stays as it is: the hub may be away for a while.
    if (notices === undefined) return;
    item.show(notices);
    await warnings.look(notices);
    await messages.look(notices.messages);
  };
  const stay = async ({ use, token }: Place) => {
    await fetch(use, { headers: { authorization: `token ${token}` } }).catch(() => undefined);
    warnings.rest();
    // Proxies tell the hub every five seconds what was used.
    setTimeout(ask, 6_000);
  };
  setInterval(ask, ASK_EVERY_MS);
  setInterval(() => item.tick(), SHOW_EVERY_MS);
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') void ask();
  });
  void lab.started.then(ask);
}
