/** Whoever gives a command, logged in at Azure, and the subscription that is meant. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { chooseLogin, type Login, openCredential } from '../azure/manager/credential.ts';
import { PUBLIC_CLOUD, ResourceManager, subscriptionsOf } from '../azure/manager/resource-manager.ts';
import { HubError } from '../domain/errors.ts';

export interface AccountOptions {
  /** Undefined: what fits where we are. */
  readonly login: Login | undefined;
  readonly environment: NodeJS.ProcessEnv;
  /** Whether somebody reads what is said, and can act on it. */
  readonly isTerminal: boolean;
  readonly say: (line: string) => void;
}

/** Between two questions about what takes long. */
const PAUSE_MS = 5_000;

/** @param wanted the subscription that the file names; null: it names none. @throws HubError */
export async function openManager(
  wanted: string | null,
  { login: said, environment, isTerminal, say }: AccountOptions,
): Promise<ResourceManager> {
  const ask = isTerminal ? say : null;
  const login = said ?? chooseLogin({ environment, ask, hasCli: (await az(['version'])) !== null });
  const credential = await openCredential(login, { environment, ask });
  const endpoint = environment.AZURE_RESOURCE_MANAGER_ENDPOINT?.replace(/\/$/, '') ?? null;
  const pauseMs = Number(environment.POLDER_AZURE_PAUSE_MS ?? PAUSE_MS);
  const common = { credential, endpoint, pauseMs };
  const named = wanted ?? environment.AZURE_SUBSCRIPTION_ID ?? (login === 'cli' ? await ofCli() : null);
  const subscription = named ?? onlyOne(await subscriptionsOf(common));
  say(
    `Azure${endpoint === null || endpoint === PUBLIC_CLOUD ? '' : ` at ${endpoint}`}, subscription ${subscription}, logged in by ${login}.`,
  );
  return await ResourceManager.open({ ...common, subscription });
}

function onlyOne(all: readonly { readonly id: string; readonly name: string }[]): string {
  if (all.length === 1) return all[0]!.id;
  throw new HubError(
    'invalid',
    all.length === 0
      ? 'Whoever is logged in may see no subscription of Azure.'
      : `Which subscription? Set azure.subscription to one of: ${all.map(({ id, name }) => `${id} (${name})`).join(', ')}.`,
  );
}

async function ofCli(): Promise<string | null> {
  return (await az(['account', 'show', '--query', 'id', '--output', 'tsv']))?.trim() || null;
}

/** What Azure's own program says; null where there is none, or it cannot say. */
async function az(args: readonly string[]): Promise<string | null> {
  try {
    return (await promisify(execFile)('az', args)).stdout;
  } catch {
    return null;
  }
}
