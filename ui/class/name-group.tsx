import type { ActiveServer } from '../api/people.ts';
import { texts } from '../texts/texts.ts';

export interface NameGroupProps {
  readonly heading: string;
  readonly servers: readonly ActiveServer[];
  /** What is said beside a name. */
  readonly note?: (server: ActiveServer) => string | undefined;
  /** Whether names lead to the servers. */
  readonly open?: boolean;
}

/** Names by the hundred, as many beside each other as there is room for. */
export function NameGroup({ heading, servers, note, open = false }: NameGroupProps) {
  if (servers.length === 0) return null;
  return (
    <section className="ui-group">
      <h2>
        {heading} <span className="quiet">{servers.length.toLocaleString(texts.language)}</span>
      </h2>
      <ul className="ui-names">
        {servers.map((server) => {
          const label = server.name === '' ? server.owner : `${server.owner} / ${server.name}`;
          const said = note?.(server);
          return (
            <li key={label}>
              <span className={`ui-dot ${server.state}`} aria-hidden="true" />
              {open ? (
                <a href={server.url} aria-label={texts.people.openOf(label)}>
                  {label}
                </a>
              ) : (
                <span>{label}</span>
              )}
              {said !== undefined && <span className="quiet">{said}</span>}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
