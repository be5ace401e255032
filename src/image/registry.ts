/** What a registry has, by the protocol that all of them speak (OCI Distribution Specification). */
import { isOfThisMachine, readImageName } from './reference.ts';
import type { RegistryAccount } from './registry-account.ts';

const MANIFESTS = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
].join(', ');

const PATIENCE_MS = 15_000;

/**
 * The digest of an image.
 * @returns null where the registry has none of that tag, and undefined where it cannot be known, as without an account
 */
export async function digestOf(
  name: string,
  tag: string,
  account: RegistryAccount | null,
): Promise<string | null | undefined> {
  const { registry, repository } = readImageName(name);
  const url = `${isOfThisMachine(registry) ? 'http' : 'https'}://${registry}/v2/${repository}/manifests/${tag}`;
  try {
    const first = await ask(url, null);
    const authorization = first.status === 401 ? await authorize(first, account) : null;
    const answer = authorization === null ? first : await ask(url, authorization);
    if (answer.status === 404) return null;
    return answer.ok ? (answer.headers.get('docker-content-digest') ?? undefined) : undefined;
  } catch {
    return undefined;
  }
}

function ask(url: string, authorization: string | null): Promise<Response> {
  const headers = { Accept: MANIFESTS, ...(authorization !== null && { Authorization: authorization }) };
  return fetch(url, { method: 'HEAD', headers, signal: AbortSignal.timeout(PATIENCE_MS) });
}

/** What the registry asks for: a password each time, or a token of another place (Token Authentication Specification). */
async function authorize(refusal: Response, account: RegistryAccount | null): Promise<string | null> {
  const challenge = refusal.headers.get('www-authenticate') ?? '';
  const basic =
    account && `Basic ${Buffer.from(`${account.username}:${account.password}`).toString('base64')}`;
  if (/^basic/i.test(challenge)) return basic;
  const { realm, ...rest } = Object.fromEntries(
    [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key!, value!]),
  );
  if (realm === undefined) return null;
  const headers: Record<string, string> = basic === null ? {} : { Authorization: basic };
  const answer = await fetch(`${realm}?${new URLSearchParams(rest)}`, {
    headers,
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  const { token, access_token: other } = (await answer.json()) as { token?: string; access_token?: string };
  return token === undefined && other === undefined ? null : `Bearer ${token ?? other}`;
}
