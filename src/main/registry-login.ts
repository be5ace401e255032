import { text } from 'node:stream/consumers';
import { HubError } from '../domain/errors.ts';
import type { RegistryAccount } from '../image/registry-account.ts';

/** The account that was named beside the command, with a password that is not on the command line. */
export function givenAccount(
  username: string | undefined,
): (registry: string) => Promise<RegistryAccount | null> {
  return async (registry) => {
    if (username === undefined) return null;
    const password = process.env.POLDER_REGISTRY_PASSWORD || (await fromInput());
    return { registry, username, password };
  };
}

/** @throws HubError where somebody would have to type it for all to see */
async function fromInput(): Promise<string> {
  const password = process.stdin.isTTY ? '' : (await text(process.stdin)).trimEnd();
  if (password !== '') return password;
  throw new HubError(
    'invalid',
    'There is no password: put it into POLDER_REGISTRY_PASSWORD, or give it on the standard input, as in `polder image push … < FILE`.',
  );
}
