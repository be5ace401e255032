/** Puts the page that was asked for in its place. */
import './look/styles.ts';
import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { lazy, StrictMode, Suspense } from 'react';
import { createRoot } from 'react-dom/client';
import { LiveUpdates } from './api/live.tsx';
import { Frame } from './frame/frame.tsx';
import { PageSkeleton } from './frame/page-skeleton.tsx';
import { cssVariables, theme } from './look/theme.ts';
import { root, start } from './start.ts';

const pages = {
  people: lazy(() => import('./people/people-page.tsx').then((page) => ({ default: page.PeoplePage }))),
  groups: lazy(() => import('./groups/groups-page.tsx').then((page) => ({ default: page.GroupsPage }))),
  settings: lazy(() =>
    import('./settings/settings-page.tsx').then((page) => ({ default: page.SettingsPage })),
  ),
  class: lazy(() => import('./class/class-page.tsx').then((page) => ({ default: page.ClassPage }))),
};

// Where a library makes a style sheet of its own accord, this is how it learns the nonce.
Object.assign(globalThis, { __webpack_nonce__: start.nonce });

const queries = new QueryClient({
  // What the hub refuses it refuses again.
  defaultOptions: { queries: { retry: 1, staleTime: 5_000, refetchOnWindowFocus: true } },
});
const Page = pages[start.page];

createRoot(root).render(
  <StrictMode>
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      defaultColorScheme="auto"
      {...forcedLook()}
      getStyleNonce={() => start.nonce}
    >
      <QueryClientProvider client={queries}>
        <LiveUpdates />
        <Frame>
          <Suspense fallback={<PageSkeleton />}>
            <Page />
          </Suspense>
        </Frame>
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);

/** Light or dark where the reader said so on a page of the hub; else as the device is. */
function forcedLook(): { forceColorScheme?: 'light' | 'dark' } {
  const { look } = document.documentElement.dataset;
  return look === 'light' || look === 'dark' ? { forceColorScheme: look } : {};
}
