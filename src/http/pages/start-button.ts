import type { Server } from '../../domain/server.ts';
import { hasChoice } from '../../domain/server-choices.ts';
import { actionForm } from './forms.ts';
import { type Html, html } from './html.ts';
import type { PageContext } from './layout.ts';
import { hubServerPath } from './links.ts';

/** Starts a server; where there is something to choose, it leads to the choice, which begins with the last one. */
export function startButton(
  context: PageContext,
  server: Pick<Server, 'owner' | 'name'>,
  button: {
    readonly label: string;
    readonly fullLabel?: string;
    readonly tone?: 'main' | 'quiet';
    /** The page to come back to at once. */
    readonly back?: string;
  },
): Html {
  const { site } = context;
  const { back, ...shown } = button;
  if (!hasChoice(site.choices)) {
    return actionForm(context, { ...shown, to: hubServerPath(site, 'spawn', server), fields: { back } });
  }
  const { label, fullLabel, tone = 'main' } = shown;
  return html`<a class="button ${tone}" href="${hubServerPath(site, 'spawn', server, { back })}"${fullLabel !== undefined && html` aria-label="${fullLabel}"`}>${label}</a>`;
}
