/**
 * Each student's own volume. Whatever made it, it is found again: by what it says of its owner first, then by the names
 * that KubeSpawner has given claims over the years. Only where there is none is one made; and where it is not clear
 * whose one is, or which, the start ends rather than that somebody gets into another's files.
 */

import { ApiError, type ApiServer } from '../../kubernetes/api-server.ts';
import type { Claim } from '../../kubernetes/kube-object.ts';
import { isMoreStorage } from '../../kubernetes/quantity.ts';
import { SpawnError } from '../spawner.ts';
import { claimManifest, claimName, isClaimPerServer } from './claim-manifest.ts';
import { SERVERNAME, USERNAME } from './manifest-labels.ts';
import { NAMING_SCHEMES, type Named } from './names.ts';
import type { ObjectCache } from './object-cache.ts';
import type { ManifestSettings } from './pod-manifest.ts';
import type { PodRecipe } from './pod-recipe.ts';

export class Claims {
  readonly #api: ApiServer;
  readonly #known: ObjectCache<Claim>;
  readonly #settings: ManifestSettings;
  /** Claims that the cluster would not make larger: asking once is enough. */
  readonly #fixedSize = new Set<string>();

  constructor(parts: {
    readonly api: ApiServer;
    readonly known: ObjectCache<Claim>;
    readonly settings: ManifestSettings;
  }) {
    this.#api = parts.api;
    this.#known = parts.known;
    this.#settings = parts.settings;
  }

  /** The server's claim, made where there was none. @throws SpawnError where none can be used or made */
  async provide(recipe: PodRecipe, named: Named, signal: AbortSignal): Promise<Claim> {
    await this.#known.synced(signal);
    const found = findClaim([...this.#known.values()], recipe, named, this.#settings);
    if (found === null) return this.#create(recipe, named, signal);
    if (found.metadata.deletionTimestamp !== undefined) throw beingDeleted(found);
    await this.#enlarge(found, recipe, signal);
    return found;
  }

  async #create(recipe: PodRecipe, named: Named, signal: AbortSignal): Promise<Claim> {
    const body = claimManifest(recipe, named, this.#settings);
    const path = `/api/v1/namespaces/${this.#settings.namespace}/persistentvolumeclaims`;
    try {
      const made = (await this.#api.request('POST', path, { body, signal })) as unknown as Claim;
      this.#known.put(made);
      return made;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 409) return await this.#takeMade(recipe, named, signal);
      throw new SpawnError(`The disk for your files cannot be made: ${error.message}`, {
        hint: /quota/.test(error.message)
          ? 'The course’s quota of disks is used up: ask your instructor.'
          : 'Ask your instructor to look at singleuser.storage in config.yaml.',
        cause: error,
      });
    }
  }

  /** The name was taken meanwhile: by another hub for the same server, or by somebody else. */
  async #takeMade(recipe: PodRecipe, named: Named, signal: AbortSignal): Promise<Claim> {
    const name = claimName(recipe, named, this.#settings.naming, this.#settings);
    const path = `/api/v1/namespaces/${this.#settings.namespace}/persistentvolumeclaims/${name}`;
    const made = (await this.#api.request('GET', path, { signal })) as unknown as Claim;
    this.#known.put(made);
    if (findClaim([made], recipe, named, this.#settings) === null) throw takenBy(made, named);
    return made;
  }

  /** Where the course gives more room than it did. What cannot grow stays as it is. */
  async #enlarge(claim: Claim, recipe: PodRecipe, signal: AbortSignal): Promise<void> {
    const { name, uid } = claim.metadata;
    const has = claim.spec.resources?.requests?.storage;
    const wanted = recipe.storageCapacity;
    if (wanted === null || has === undefined || this.#fixedSize.has(uid) || !isMoreStorage(wanted, has))
      return;
    const path = `/api/v1/namespaces/${this.#settings.namespace}/persistentvolumeclaims/${name}`;
    const body = { spec: { resources: { requests: { storage: wanted } } } };
    try {
      const contentType = 'application/merge-patch+json';
      this.#known.put(
        (await this.#api.request('PATCH', path, { body, contentType, signal })) as unknown as Claim,
      );
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#fixedSize.add(uid);
    }
  }
}

/**
 * The claim that belongs to the server among all claims; null where there is none.
 * @throws SpawnError where there is more than one, or where it is somebody else's
 */
export function findClaim(
  claims: readonly Claim[],
  recipe: PodRecipe,
  named: Named,
  settings: ManifestSettings,
): Claim | null {
  const perServer = isClaimPerServer(recipe);
  const own = claims.filter(({ metadata: { annotations = {} } }) => {
    if (annotations[USERNAME] !== named.owner.name) return false;
    return !perServer || (annotations[SERVERNAME] ?? '') === named.serverName;
  });
  if (own.length > 1) throw ambiguous(own);
  if (own.length === 1) return own[0]!;
  const names = new Set(NAMING_SCHEMES.map((scheme) => claimName(recipe, named, scheme, settings)));
  const called = claims.filter(({ metadata }) => names.has(metadata.name));
  const nobodys = called.filter(({ metadata }) => metadata.annotations?.[USERNAME] === undefined);
  if (nobodys.length > 1) throw ambiguous(nobodys);
  if (nobodys.length === 1) return nobodys[0]!;
  const wanted = claimName(recipe, named, settings.naming, settings);
  const taken = called.find(({ metadata }) => metadata.name === wanted);
  if (taken) throw takenBy(taken, named);
  return null;
}

function ambiguous(claims: readonly Claim[]): SpawnError {
  const names = claims.map(({ metadata }) => metadata.name).join(', ');
  return new SpawnError(`There is more than one disk that may hold your files: ${names}.`, {
    hint: `Ask your instructor to look into them, and to take the annotation ${USERNAME} off those that are not to be used.`,
  });
}

function takenBy(claim: Claim, named: Named): SpawnError {
  const owner = claim.metadata.annotations?.[USERNAME] ?? 'somebody else';
  return new SpawnError(`The disk that ${named.owner.name} should have belongs to ${owner}.`, {
    hint: `Ask your instructor: singleuser.storage.dynamic.pvcNameTemplate gives both the name ${claim.metadata.name}; it should hold {user_server}.`,
  });
}

function beingDeleted(claim: Claim): SpawnError {
  return new SpawnError('The disk with your files is being deleted.', {
    hint: `Ask your instructor about the claim ${claim.metadata.name}; afterwards a start makes a new, empty one.`,
  });
}
