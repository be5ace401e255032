/** What is made around a course: its cluster in Azure, its image, its notebooks. What the file leaves out is derived. */

export const POOL_PURPOSES = ['system', 'users'] as const;
export const NETWORK_POLICIES = ['none', 'azure', 'calico', 'cilium'] as const;
export const REGISTRY_SKUS = ['Basic', 'Standard', 'Premium'] as const;
export const STORAGE_SKUS = [
  'Standard_LRS',
  'Standard_ZRS',
  'Standard_GRS',
  'Standard_GZRS',
  'Premium_LRS',
  'Premium_ZRS',
] as const;

export const UPGRADE_CHANNELS = ['none', 'patch', 'stable', 'rapid', 'node-image'] as const;

export interface AzureConfig {
  /** Null: the one that whoever runs the command has chosen. */
  readonly subscription: string | null;
  readonly resourceGroup: string;
  readonly location: string;
  readonly cluster: {
    readonly name: string;
    /** Null: the one that Azure takes by itself. */
    readonly version: string | null;
    readonly networkPolicy: (typeof NETWORK_POLICIES)[number];
    /** How it is kept up to date, in the night before Monday. */
    readonly upgrades: (typeof UPGRADE_CHANNELS)[number];
    /** Ids of groups in Entra that administer it; none: whoever has the account of the cluster itself. */
    readonly administrators: readonly string[];
    readonly pools: readonly PoolConfig[];
  };
  readonly registry: { readonly name: string; readonly sku: (typeof REGISTRY_SKUS)[number] };
  readonly storage: {
    readonly account: string;
    readonly sku: (typeof STORAGE_SKUS)[number];
    readonly shares: readonly { readonly name: string; readonly sizeGB: number }[];
  };
  /** A PostgreSQL for several hubs; null: none is made. */
  readonly database: { readonly name: string; readonly sku: string; readonly sizeGB: number } | null;
  readonly keyVault: { readonly name: string } | null;
  readonly logs: { readonly name: string; readonly days: number } | null;
  /** A month, in the currency of the subscription; null: none is watched. */
  readonly budget: { readonly amount: number; readonly contacts: readonly string[] } | null;
  /** How the sizes that the file leaves out were come by, line by line. */
  readonly arithmetic: readonly string[];
}

export interface PoolConfig {
  readonly name: string;
  readonly purpose: (typeof POOL_PURPOSES)[number];
  readonly vmSize: string;
  readonly min: number;
  readonly max: number;
  readonly zones: readonly number[];
  readonly spot: boolean;
}

export interface ImageConfig {
  /** Path from the folder of the values; null: the image is made from the rest. */
  readonly dockerfile: string | null;
  /** Null with a Dockerfile. */
  readonly base: string | null;
  /** Of Debian. */
  readonly packages: readonly string[];
  /** For pip: a file of them, or themselves. */
  readonly requirements: { readonly file: string } | readonly string[];
  readonly archives: readonly {
    readonly from: { readonly url: string } | { readonly file: string };
    readonly sha256: string | null;
    /** Absolute path of the folder that it is unpacked into. */
    readonly target: string;
  }[];
  /** Whoever has the image reads it. People put secrets here all the same: never log it. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface NotebooksConfig {
  readonly git: readonly {
    readonly source: string;
    /** Null: the repository's own choice. */
    readonly branch: string | null;
    /** Below the home folder. */
    readonly target: string;
    readonly when: 'first-start' | 'every-start';
    /** For a source on the web. */
    readonly username: string;
    /** Lines for ssh; null: who answers first is believed. */
    readonly knownHosts: string | null;
    /** A Secret of the cluster that has what opens it; null: the file has. */
    readonly existingSecret: string | null;
  }[];
  readonly shares: readonly {
    /** Folder, from that of the values, which is brought to the share; null: it is filled otherwise. */
    readonly source: string | null;
    readonly share: string;
    readonly target: string;
    readonly mode: 'read-only' | 'copied';
    readonly when: 'first-start' | 'every-start';
  }[];
}
