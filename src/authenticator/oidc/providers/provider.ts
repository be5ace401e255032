import type { Claims } from '../claims.ts';
import type { ProviderOptions } from '../settings.ts';

/** What is peculiar to one service; all else is the same code. */
export interface Provider {
  /** What people call it; null where it can be any. */
  readonly title: string | null;
  readonly endpoints: (options: ProviderOptions) => Endpoints;
  readonly scope: readonly string[];
  readonly usernameClaim: string;
  /** Whether the id token says all there is to know of somebody. */
  readonly userdataFromIdToken?: boolean;
  /** More to say when the browser is sent there. */
  readonly authorizeParams?: (options: ProviderOptions) => Readonly<Record<string, string>>;
  /** The name, where it is not simply the claim. */
  readonly name?: (claims: Claims, options: ProviderOptions) => string | undefined;
  /** Why somebody is not let in whatever the rule says, in a sentence for them; undefined where nothing speaks against it. */
  readonly objection?: (claims: Claims, options: ProviderOptions) => string | undefined;
  /** What they belong to, beside the groups that a claim lists. */
  readonly memberships?: (question: MembershipQuestion) => Promise<readonly string[]>;
}

/** Null: not known without asking the issuer, or settings must name it. */
export interface Endpoints {
  readonly issuer: string | null;
  readonly authorizeUrl: string | null;
  readonly tokenUrl: string | null;
  readonly userdataUrl: string | null;
}

export interface MembershipQuestion {
  readonly claims: Claims;
  readonly options: ProviderOptions;
  /** As the rule writes them. */
  readonly wanted: readonly string[];
  /** All that the token endpoint said. */
  readonly tokens: Claims;
  /** Asks the provider's API, by default with the access token. */
  readonly ask: (url: string, token?: string) => Promise<ApiAnswer>;
}

export interface ApiAnswer {
  readonly status: number;
  /** Parsed; undefined where it is not JSON. */
  readonly body: unknown;
}

/** Of `wanted`, what follows the kind: `organization:acme:team` → `acme:team`. */
export function wantedOf(kind: string, wanted: readonly string[]): readonly string[] {
  const prefix = `${kind}:`;
  return wanted.filter((one) => one.startsWith(prefix)).map((one) => one.slice(prefix.length));
}

/** Those for which `holds`, asked one after the other: services count how often they are asked. */
export async function filterAsking(
  items: readonly string[],
  holds: (item: string) => Promise<boolean>,
): Promise<readonly string[]> {
  const held: string[] = [];
  for (const item of items) if (await holds(item)) held.push(item);
  return held;
}
