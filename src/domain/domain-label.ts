/** Names of users and services as labels of domains, the way JupyterHub makes them (its hook `idna`). */
import { createHash } from 'node:crypto';
import { domainToASCII, domainToUnicode } from 'node:url';

/**
 * The label of a user or service. One that may be a label is its own; others are written by IDNA where that loses
 * nothing, and else are what can be read of them and a hash. No two names share a label: whatever is made contains
 * `--`, and names that contain it are hashed. The hash is longer than JupyterHub's, of whose 28 bits somebody who chooses
 * their own name could find the like of another's.
 */
export function domainLabel(name: string, kind: 'user' | 'service'): string {
  const label = safeLabel(name);
  return kind === 'user' ? label : `${label}--service`;
}

function safeLabel(name: string): string {
  if (name.includes('--')) return hashedLabel(name);
  if (isLabel(name)) return name;
  const ascii = domainToASCII(name);
  const isFaithful = ascii !== name && domainToUnicode(ascii) === name;
  return isFaithful && isLabel(ascii) ? ascii : hashedLabel(name);
}

/** Longest where `--service` still fits behind it (RFC 1035 section 2.3.4: 63 octets). */
const LONGEST = 63 - '--service'.length;

/** Small letters only: browsers write hosts so. A number would be read as an address. */
function isLabel(name: string): boolean {
  return name.length <= LONGEST && /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(name) && !/^\d+$/.test(name);
}

function hashedLabel(name: string): string {
  const readable = name
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '')
    .slice(0, 8);
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 20);
  return `u-${readable || 'x'}--${hash}`;
}
