/** A course as the database of its JupyterHub has it: names as they stand there, what it never had left out. */
import type { Json } from './server.ts';

export interface JupyterHubCourse {
  /** Tells this database from others, however it is reached. */
  readonly id: string;
  /** In order of creation. */
  readonly users: readonly JupyterHubUser[];
  readonly groups: readonly JupyterHubGroup[];
  readonly roles: readonly JupyterHubRole[];
  /** Those of services among them, the oldest first. */
  readonly tokens: readonly JupyterHubToken[];
  readonly servers: readonly JupyterHubServer[];
  readonly shares: readonly JupyterHubShare[];
  /** What is only counted. */
  readonly counts: { readonly shareCodes: number; readonly oauthCodes: number; readonly passwords: number };
}

export interface JupyterHubUser {
  readonly name: string;
  readonly admin: boolean;
  readonly createdAt: Date | null;
  readonly lastActivityAt: Date | null;
  /** Encrypted with the keys of that hub; null: there is none. */
  readonly authState: Uint8Array | null;
}

export interface JupyterHubGroup {
  readonly name: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly users: readonly string[];
}

export interface JupyterHubRole {
  readonly name: string;
  readonly description: string;
  readonly scopes: readonly string[];
  readonly users: readonly string[];
  readonly groups: readonly string[];
  readonly services: readonly string[];
}

export interface JupyterHubToken {
  /** `algorithm:rounds:salt:digest`. */
  readonly hash: string;
  readonly prefix: string;
  readonly owner: { readonly kind: 'user' | 'service'; readonly name: string };
  /** As granted; null: all that its owner may do, as before there were scopes. */
  readonly scopes: readonly string[] | null;
  readonly note: string;
  readonly createdAt: Date | null;
  readonly expiresAt: Date | null;
  readonly lastUsedAt: Date | null;
  /** For whom a login made it; null: somebody made it themselves, or a server holds it. */
  readonly oauthClientId: string | null;
}

export interface JupyterHubServer {
  readonly owner: string;
  readonly name: string;
  readonly displayName: string | null;
  readonly oauthClientId: string;
  readonly lastActivityAt: Date | null;
  readonly userOptions: Readonly<Record<string, Json>>;
  /** Null: it does not run, as far as that hub knew. */
  readonly running: {
    /** What its spawner noted. */
    readonly state: Readonly<Record<string, Json>>;
    readonly startedAt: Date | null;
    /** Below which it serves, with a slash at both ends. */
    readonly path: string;
  } | null;
}

export interface JupyterHubShare {
  readonly owner: string;
  readonly server: string;
  readonly holder: { readonly kind: 'user' | 'group'; readonly name: string };
  readonly scopes: readonly string[];
  readonly createdAt: Date | null;
  readonly expiresAt: Date | null;
}
