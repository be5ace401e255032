/** What stands around each page: the way to the others, and what there is to say. */
import type { ReactNode } from 'react';
import { hubPath, start } from '../start.ts';
import { texts } from '../texts/texts.ts';
import { Messages } from './messages.tsx';

const pages = [
  ['people', 'admin'],
  ['class', 'admin/class'],
  ['settings', 'admin/settings'],
] as const;

export function Frame({ children }: { readonly children: ReactNode }) {
  return (
    <Messages>
      <nav className="ui-pages" aria-label={texts.frame.pages}>
        {pages
          .filter(([page]) => page !== 'settings' || start.abilities.settings)
          .map(([page, path]) => (
            <a key={page} href={hubPath(path)} aria-current={page === start.page ? 'page' : undefined}>
              {texts.frame[page]}
            </a>
          ))}
      </nav>
      {children}
    </Messages>
  );
}
