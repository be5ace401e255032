/**
 * What things may be called in Azure ("Naming rules and restrictions for Azure resources" in Azure's documentation), and
 * names that are derived from the course's where the file says none.
 */
import { createHash } from 'node:crypto';

export interface NameRule {
  readonly pattern: RegExp;
  /** What to write, in a sentence. */
  readonly help: string;
}

export const NAME_RULES = {
  resourceGroup: {
    pattern: /^(?=.{1,90}$)[\p{L}\p{N}_().-]*[\p{L}\p{N}_()-]$/u,
    help: 'A name here has 1 to 90 letters, digits, _, -, . and brackets, and does not end with a dot.',
  },
  cluster: {
    pattern: /^[A-Za-z0-9]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?$/,
    help: 'A name here has 1 to 63 letters, digits, _ and -, and begins and ends with a letter or digit.',
  },
  pool: {
    pattern: /^[a-z][a-z0-9]{0,11}$/,
    help: 'A name here has 1 to 12 small letters and digits, and begins with a letter.',
  },
  registry: {
    pattern: /^[A-Za-z0-9]{5,50}$/,
    help: 'A name here has 5 to 50 letters and digits, and nothing else.',
  },
  storageAccount: {
    pattern: /^[a-z0-9]{3,24}$/,
    help: 'A name here has 3 to 24 small letters and digits, and nothing else.',
  },
  database: {
    pattern: /^(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*$/,
    help: 'A name here has 3 to 63 small letters, digits and single dashes between them.',
  },
  keyVault: {
    pattern: /^(?=.{3,24}$)[A-Za-z][A-Za-z0-9]*(-[A-Za-z0-9]+)*$/,
    help: 'A name here has 3 to 24 letters, digits and single dashes between them, and begins with a letter.',
  },
  logs: {
    pattern: /^[A-Za-z0-9][A-Za-z0-9-]{2,61}[A-Za-z0-9]$/,
    help: 'A name here has 4 to 63 letters, digits and dashes, and begins and ends with a letter or digit.',
  },
  share: {
    pattern: /^(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*$/,
    help: 'A name here has 3 to 63 small letters, digits and single dashes between them.',
  },
} as const satisfies Readonly<Record<string, NameRule>>;

export interface DerivedNames {
  readonly resourceGroup: string;
  readonly cluster: string;
  readonly registry: string;
  readonly storageAccount: string;
  readonly database: string;
  readonly keyVault: string;
  readonly logs: string;
}

/**
 * Names from that of the course. Registries, storage accounts, databases and vaults are known to the whole world by their
 * names: theirs end with something of this course's own, the same at every reading.
 */
export function deriveNames(
  course: string,
  {
    subscription,
    resourceGroup,
  }: { readonly subscription: string | null; readonly resourceGroup: string | null },
): DerivedNames {
  const slug = slugOf(course).slice(0, 40).replace(/-$/, '');
  const group = resourceGroup ?? slug;
  const own = createHash('sha256')
    .update(`${subscription ?? ''}/${group}/${course}`)
    .digest('hex')
    .slice(0, 6);
  const plain = slug.replaceAll('-', '');
  return {
    resourceGroup: group,
    cluster: slug,
    registry: `${plain}${own}`,
    storageAccount: `${plain.slice(0, 18)}${own}`,
    database: `${slug}-${own}`,
    keyVault: `kv-${plain.slice(0, 14)}-${own}`,
    logs: `${slug}-logs`,
  };
}

/** `Hydrodynamica für Küsten` as `hydrodynamica-fur-kusten`; `course` where nothing of it can be written so. */
function slugOf(name: string): string {
  const plain = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  return plain.replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '') || 'course';
}
