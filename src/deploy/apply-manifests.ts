/** The course's own manifests, put into the cluster: made where they are not there, changed where they are. */
import type { Manifest } from '../config/manifests/manifest.ts';
import { toPlain } from '../config/tree.ts';
import { HubError } from '../domain/errors.ts';
import type { Json } from '../domain/server.ts';
import { ApiError, type ApiServer, type JsonMap } from '../kubernetes/api-server.ts';

/** Whose the fields of an object are that we write. */
const MANAGER = 'polder';

/** @throws HubError where there are no such objects in the cluster, or it refuses one */
export async function applyManifest(api: ApiServer, manifest: Manifest, namespace: string): Promise<void> {
  const { apiVersion, kind, name } = manifest;
  const base = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const { plural, namespaced } = await resourceOf(api, base, manifest);
  const place = manifest.namespace ?? namespace;
  const plain = JSON.parse(JSON.stringify(toPlain(manifest.tree))) as JsonMap & {
    readonly metadata: JsonMap;
  };
  const body = namespaced ? { ...plain, metadata: { ...plain.metadata, namespace: place } } : plain;
  const path = namespaced ? `${base}/namespaces/${place}/${plural}/${name}` : `${base}/${plural}/${name}`;
  try {
    await api.request('PATCH', path, {
      query: { fieldManager: MANAGER, force: 'true' },
      contentType: 'application/apply-patch+yaml',
      body: body as Json,
    });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const fixed = /is immutable|field is immutable|forbidden: spec is immutable/.test(error.message);
    const help = fixed ? ' Delete it first: what it holds may go with it.' : '';
    throw new HubError('conflict', `The cluster refuses the ${kind} ${name}: ${error.message}${help}`, {
      cause: error,
    });
  }
}

/** Makes the namespace where there is none. */
export async function provideNamespace(api: ApiServer, namespace: string): Promise<void> {
  const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
  await api.request('POST', '/api/v1/namespaces', { body }).catch((error) => {
    if (!(error instanceof ApiError) || error.status !== 409) throw error;
  });
}

async function resourceOf(api: ApiServer, base: string, { apiVersion, kind }: Manifest) {
  const unknown = new HubError('invalid', `The cluster knows no ${kind} of ${apiVersion}.`);
  const known = await api.request('GET', base).catch((error) => {
    throw error instanceof ApiError && error.status === 404 ? unknown : error;
  });
  const resources = known.resources as unknown as readonly {
    kind: string;
    name: string;
    namespaced: boolean;
  }[];
  const found = resources.find((one) => one.kind === kind && !one.name.includes('/'));
  if (found === undefined) throw unknown;
  return { plural: found.name, namespaced: found.namespaced };
}
