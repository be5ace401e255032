import type { TestNamespace } from '../../src/spawner/kubernetes/test-cluster.ts';
import type { Manifest } from './manifests.ts';

/** Where this machine reaches a course of the chart, whose `proxy.service.type` is `NodePort`. */
export async function publicUrl(namespace: TestNamespace): Promise<string> {
  const [service, nodes] = (await Promise.all([
    namespace.get('services', 'proxy-public'),
    namespace.api.request('GET', '/api/v1/nodes'),
  ])) as [Manifest, Manifest];
  const { address } = nodes.items[0].status.addresses.find(({ type }: Manifest) => type === 'InternalIP');
  return `http://${address}:${service.spec.ports[0].nodePort}`;
}
