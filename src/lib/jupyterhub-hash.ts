/**
 * Hashes of tokens as JupyterHub stores them, `sha512:1:salt:digest`: the salt, then the token as often as the second
 * field says, through one hash. Tokens that it made itself are random and hashed once; those that somebody chose, 16384
 * times.
 */
import { createHash, timingSafeEqual } from 'node:crypto';

/** No token of JupyterHub's is longer; so it costs little to be asked about one, whatever is shown. */
const LONGEST_TOKEN = 64;
/** Beside each hash stand the first characters of its token, by which it is found. */
const PREFIX_LENGTH = 4;
const MOST_ROUNDS = 50_000;

/** By which of its hashes a token may be found; undefined where it cannot be one of JupyterHub's. */
export function jupyterHubPrefix(token: string): string | undefined {
  return token.length > LONGEST_TOKEN || token.length < PREFIX_LENGTH
    ? undefined
    : token.slice(0, PREFIX_LENGTH);
}

/** Whether it is a hash that can be compared with, at a bounded cost. */
export function isJupyterHubHash(stored: string): boolean {
  return parse(stored) !== undefined;
}

export function matchesJupyterHubHash(token: string, stored: string): boolean {
  const parsed = parse(stored);
  if (parsed === undefined || token.length > LONGEST_TOKEN) return false;
  const hash = createHash(parsed.algorithm).update(parsed.salt);
  const bytes = Buffer.from(token);
  for (let round = 0; round < parsed.rounds; round += 1) hash.update(bytes);
  return timingSafeEqual(hash.digest(), parsed.digest);
}

function parse(stored: string) {
  const [, algorithm, rounds, salt = '', hex = ''] =
    /^(sha256|sha512):(\d{1,5}):([\w-]{1,128}):([0-9a-f]+)$/.exec(stored) ?? [];
  if (algorithm === undefined || Number(rounds) > MOST_ROUNDS) return undefined;
  const digest = Buffer.from(hex, 'hex');
  if (digest.length !== (algorithm === 'sha256' ? 32 : 64)) return undefined;
  return { algorithm, rounds: Number(rounds), salt, digest };
}
