/** What stands around each page: the way to the others, and what there is to say. */
import type { ReactNode } from 'react';
import { hubPath, start } from '../start.ts';
import { texts } from '../texts/texts.ts';
import { Messages } from './messages.tsx';

export function Frame({ children }: { readonly children: ReactNode }) {
  return (
    <Messages>
      <nav className="ui-pages" aria-label={texts.frame.pages}>
        {start.pages.map((page) => (
          <a
            key={page}
            href={hubPath(page === 'people' ? 'admin' : `admin/${page}`)}
            aria-current={page === start.page ? 'page' : undefined}
          >
            {texts.frame[page]}
          </a>
        ))}
      </nav>
      {children}
    </Messages>
  );
}
