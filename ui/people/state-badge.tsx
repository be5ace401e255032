import type { ServerState } from '../api/people.ts';
import { texts } from '../texts/texts.ts';

/** The state of a server, by word and by colour. */
export function StateBadge({ state }: { readonly state: ServerState }) {
  return <span className={`ui-state ${state}`}>{texts.states[state]}</span>;
}
