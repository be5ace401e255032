/**
 * What JupyterLab loads: a container as webpack's module federation has them, made by hand, because all that we take of
 * what it shares is one class. Where anything is not as we know it, the extension is absent and says nothing.
 */
import { activate, type Lab } from './activate.ts';
import type { Lumino } from './lumino.ts';

/** By package and version, what the page shares. */
type Shared = Readonly<Record<string, Readonly<Record<string, { readonly get: () => unknown }>> | undefined>>;

declare global {
  var _JUPYTERLAB: Record<string, unknown> | undefined;
}

let shared: Shared = {};

const plugin = {
  id: 'polder:status',
  description: 'The way back to the hub, and when the server stops.',
  autoStart: true,
  activate: (lab: Lab) => {
    // Nothing waits for it, and a rejection would be shown to the student.
    luminoOf(shared)
      .then((lumino) => lumino && activate(lab, lumino))
      .catch(() => undefined);
  },
};

globalThis._JUPYTERLAB ??= {};
globalThis._JUPYTERLAB.polder = {
  init: (scope: Shared) => {
    shared = scope;
  },
  get: async () => () => ({ __esModule: true, default: plugin }),
};

/** The class of widgets that this page uses, whichever version that is. */
async function luminoOf(scope: Shared): Promise<Lumino | undefined> {
  const version = Object.values(scope['@lumino/widgets'] ?? {})[0];
  if (version === undefined) return undefined;
  const factory = (await version.get()) as () => Lumino;
  return factory();
}
