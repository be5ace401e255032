/** The services that a subscription must have switched on before a template can be deployed. */
import { HubError } from '../../domain/errors.ts';
import { abortableDelay } from '../../lib/abortable-delay.ts';
import type { Template } from '../arm.ts';
import type { ResourceManager } from './resource-manager.ts';

/** What a new subscription may not have switched on. */
export function providersOf({ resources }: Pick<Template, 'resources'>): readonly string[] {
  const made = resources.map(({ type }) => type.split('/')[0]!);
  // The cluster's add-on for policies needs one more.
  return [...new Set([...made, 'Microsoft.PolicyInsights'])].sort();
}

/** Those that are not switched on. */
export async function missingProviders(
  manager: ResourceManager,
  template: Template,
): Promise<readonly string[]> {
  const states = await Promise.all(
    providersOf(template).map(async (name) => ({ name, state: await manager.providerState(name) })),
  );
  return states.filter(({ state }) => state !== 'Registered').map(({ name }) => name);
}

/** Switches on what is not, and waits for it. @throws HubError where we may not */
export async function registerProviders(
  manager: ResourceManager,
  template: Template,
  { say, now }: { readonly say: (line: string) => void; readonly now: () => number },
): Promise<void> {
  const missing = await missingProviders(manager, template);
  for (const name of missing) await manager.registerProvider(name);
  for (const name of missing) {
    const until = now() + PATIENCE_MS;
    while ((await manager.providerState(name)) !== 'Registered') {
      if (now() > until) {
        throw new HubError(
          'unavailable',
          `Azure is still switching ${name} on: say the same command again in some minutes.`,
        );
      }
      await abortableDelay(manager.pauseMs);
    }
    say(`✓ ${name} switched on for the subscription`);
  }
}

const PATIENCE_MS = 10 * 60_000;
