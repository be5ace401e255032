/** What is made around a course: its cluster in Azure, its image, its notebooks. Keys of Polder's own. */
import { z } from 'zod';
import {
  NETWORK_POLICIES,
  POOL_PURPOSES,
  REGISTRY_SKUS,
  STORAGE_SKUS,
  UPGRADE_CHANNELS,
} from '../provisioning.ts';
import { cluster, forCommand, prepared, secret, section } from './fate.ts';
import { count, flag, names, secretText, text, word } from './scalars.ts';

const pool = section({
  name: text,
  purpose: word(...POOL_PURPOSES),
  vmSize: text,
  min: count,
  max: count.min(1),
  zones: z.array(z.int().min(1).max(3)),
  spot: flag,
});

export const azureSchema = forCommand(
  'polder azure plan|export',
  section({
    subscription: text,
    resourceGroup: text,
    location: text,
    cluster: section({
      name: text,
      version: text,
      networkPolicy: word(...NETWORK_POLICIES),
      upgrades: word(...UPGRADE_CHANNELS),
      administrators: names,
      pools: z.array(pool),
    }),
    registry: section({ name: text, sku: word(...REGISTRY_SKUS) }),
    storage: section({
      account: text,
      sku: word(...STORAGE_SKUS),
      shares: z.array(section({ name: text, sizeGB: count.min(1) })),
    }),
    database: section({ name: text, sku: text, sizeGB: count.min(32) }),
    keyVault: section({ name: text }),
    logs: section({ name: text, days: count.min(30).max(730) }),
    budget: section({ amount: z.number().positive(), contacts: names }),
  }),
);

export const imageSchema = forCommand(
  'polder image build|push',
  section({
    dockerfile: text,
    base: text,
    packages: names,
    requirements: z.union([text, names]),
    archives: z.array(section({ url: text, file: text, sha256: text, target: text })),
    // People put secrets into an environment.
    environment: secret(z.record(z.string(), z.string())),
  }),
);

const when = word('first-start', 'every-start');

export const notebooksSchema = section({
  git: forCommand(
    'polder mirror',
    z.array(
      section({
        source: text,
        branch: text,
        target: text,
        when,
        username: text,
        token: secret(secretText),
        deployKey: secret(secretText),
        knownHosts: text,
        existingSecret: cluster(text),
      }),
    ),
  ),
  shares: prepared(
    'polder notebooks upload',
    z.array(section({ source: text, share: text, target: text, mode: word('read-only', 'copied'), when })),
  ),
});
