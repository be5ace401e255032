/**
 * Our extension of JupyterLab in pods: its files are a ConfigMap of the namespace, mounted where every Jupyter looks for
 * extensions, whatever environment the image has, so that neither the image nor `JUPYTER_PATH` need know of it. The volume is
 * optional: a pod starts without, and what comes later appears in it.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ApiServer } from '../../kubernetes/api-server.ts';
import { itemsOf, type JsonMap, mountPathOf, type PodRecipe } from './pod-recipe.ts';

export const LAB_CONFIG_MAP = 'polder-jupyterlab';

const MOUNT_PATH = '/usr/local/share/jupyter/labextensions/polder';
const VOLUME = 'polder-jupyterlab';

export class LabExtension implements AsyncDisposable {
  readonly #api: ApiServer;
  readonly #namespace: string;
  /** Null: this installation was built without. */
  readonly #folder: string | null;
  readonly #onFailure: (error: Error) => void;
  #isThere = false;
  #under: Promise<void> | null = null;
  readonly #abort = new AbortController();

  constructor(parts: {
    readonly api: ApiServer;
    readonly namespace: string;
    /** Path of `labextensions`. */
    readonly folder: string | null;
    readonly onFailure: (error: Error) => void;
  }) {
    this.#api = parts.api;
    this.#namespace = parts.namespace;
    this.#folder = parts.folder;
    this.#onFailure = parts.onFailure;
  }

  /** Sees that the ConfigMap is there and holds this version; once that is so it asks nothing. Never throws. */
  async provide(): Promise<void> {
    if (this.#isThere || this.#folder === null) return;
    this.#under ??= this.#apply(this.#folder).finally(() => {
      this.#under = null;
    });
    await this.#under;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort();
    await this.#under;
  }

  async #apply(folder: string): Promise<void> {
    const path = `/api/v1/namespaces/${this.#namespace}/configmaps/${LAB_CONFIG_MAP}`;
    const metadata = { name: LAB_CONFIG_MAP, labels: { app: 'jupyterhub', component: 'singleuser-server' } };
    try {
      const data = await textsOf(join(folder, 'polder'));
      await this.#api.request('PATCH', path, {
        query: { fieldManager: 'polder', force: 'true' },
        contentType: 'application/apply-patch+yaml',
        body: { apiVersion: 'v1', kind: 'ConfigMap', metadata, data },
        signal: this.#abort.signal,
      });
      this.#isThere = true;
    } catch (error) {
      if (!this.#abort.signal.aborted) this.#onFailure(error as Error);
    }
  }
}

async function textsOf(folder: string): Promise<Readonly<Record<string, string>>> {
  const names = await readdir(folder);
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  return Object.fromEntries(names.map((name, index) => [name, texts[index]!]));
}

/** What a pod has of it; nothing where the course's own volumes leave no room for it. */
export function labVolume(recipe: PodRecipe): {
  readonly volumes: readonly JsonMap[];
  readonly mounts: readonly JsonMap[];
} {
  const { extraPodConfig, extraContainerConfig, volumeMounts } = recipe;
  const isInTheWay = itemsOf(volumeMounts).some((mount) => `${MOUNT_PATH}/`.startsWith(mountPathOf(mount)));
  if (isInTheWay || 'volumes' in extraPodConfig || 'volumeMounts' in extraContainerConfig) {
    return { volumes: [], mounts: [] };
  }
  return {
    volumes: [{ name: VOLUME, configMap: { name: LAB_CONFIG_MAP, optional: true } }],
    mounts: [{ name: VOLUME, mountPath: MOUNT_PATH, readOnly: true }],
  };
}
