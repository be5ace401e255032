/** Deployments to the cluster of `POLDER_TEST_KUBECONFIG`, with Helm and a small chart whose hub does as it is told. */
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noCluster, TestNamespace, testImage, testKubeconfig } from '../spawner/kubernetes/test-cluster.ts';
import { type DeployOptions, deployCommand } from './deploy.ts';
import { statusCommand } from './status.ts';

const hasHelm = (() => {
  try {
    execFileSync('helm', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();
const can = testKubeconfig !== null && hasHelm;
if (!can)
  test.skip(`deployments: ${testKubeconfig === null ? noCluster : 'there is no helm in PATH'}`, () => {});

const COURSE = `hub: {config: {DummyAuthenticator: {password: tide and wave}, Authenticator: {allowed_users: [anna]}}}
singleuser:
  image: {name: course, tag: v4}
  memory: {guarantee: 64M}
  storage: {type: none}
`;

const CHART = `apiVersion: apps/v1
kind: Deployment
metadata: {name: hub, labels: {component: hub}}
spec:
  selector: {matchLabels: {component: hub}}
  strategy: {rollingUpdate: {maxUnavailable: 0}}
  template:
    metadata: {labels: {component: hub}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - name: hub
          image: {{ .Values.custom.image | quote }}
          command: ["sh", "-c", {{ .Values.custom.does | quote }}]
          readinessProbe: {periodSeconds: 1, httpGet: {path: /hub/login, port: 8000}}
---
apiVersion: v1
kind: Service
metadata: {name: proxy-public, labels: {component: proxy-public}}
spec: {selector: {component: hub}, ports: [{name: http, port: 80, targetPort: 8000}]}
`;
const SERVES = 'cd $(mktemp -d) && mkdir -p hub/login && exec python3 -m http.server 8000';
const CRASHES = 'echo the dyke has a hole; exit 7';

// Each waits for what a cluster takes its time for.
describe.runIf(can)('a deployment', { timeout: 120_000 }, () => {
  let namespace: TestNamespace;
  let folder: string;
  const file = (name: string) => join(folder, name);

  beforeAll(async () => {
    namespace = await TestNamespace.open();
    folder = await mkdtemp(join(tmpdir(), 'deploy-'));
    await mkdir(file('chart/templates'), { recursive: true });
    await writeFile(file('chart/Chart.yaml'), 'apiVersion: v2\nname: small\nversion: 1.0.0\n');
    await writeFile(file('chart/templates/hub.yaml'), CHART);
    await writeFile(file('config.yaml'), COURSE);
  });
  afterAll(async () => {
    await namespace?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  const deploy = async (does: string, options: Partial<DeployOptions> = {}, image = testImage) => {
    await writeFile(file('hub.yaml'), JSON.stringify({ custom: { image, does } }));
    const said: string[] = [];
    const code = await deployCommand({
      files: [file('config.yaml'), file('hub.yaml')],
      manifests: [],
      namespace: namespace.name,
      release: 'jhub',
      chart: file('chart'),
      kubeconfig: testKubeconfig!,
      accept: [],
      generation: undefined,
      yes: true,
      removeVolumes: false,
      dryRun: false,
      timeoutSeconds: 90,
      patienceSeconds: 3,
      color: false,
      say: (line) => said.push(line),
      ...options,
    });
    return { code, said: said.join('\n') };
  };
  const claim = (more: string) => `apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: notebooks}
spec: {accessModes: [ReadWriteOnce], ${more}resources: {requests: {storage: 1Mi}}}
`;

  test('that is only looked at changes nothing', async () => {
    const { code, said } = await deploy(SERVES, { dryRun: true });
    expect({ code, said }).toMatchObject({ code: 0, said: expect.stringContaining('A first installation') });
    expect(await namespace.exists('services', 'proxy-public')).toBe(false);
  });

  test('of a course that the cluster lacks something for is not begun', async () => {
    await writeFile(file('claim.yaml'), claim('storageClassName: managed-premium, '));
    const { code, said } = await deploy(SERVES, { manifests: [file('claim.yaml')] });
    expect(code).toBe(1);
    expect(said).toContain('claim.yaml:4:56 error storage-class-missing');
    expect(said).toContain('nothing was changed');
    expect(await namespace.exists('persistentvolumeclaims', 'notebooks')).toBe(false);
    const accept = ['storage-class-missing@spec.storageClassName'];
    const accepted = await deploy(SERVES, { manifests: [file('claim.yaml')], accept, dryRun: true });
    expect(accepted).toMatchObject({ code: 0, said: expect.stringContaining('(accepted)') });
  });

  test('that nobody can be asked about is not begun', async () => {
    await expect(deploy(SERVES, { yes: false })).rejects.toThrow('--yes');
  });

  test('whose image is nowhere ends with the reason', async () => {
    const { code, said } = await deploy(SERVES, {}, '127.0.0.1:5000/no-such-hub:v9');
    expect(code).toBe(1);
    expect(said).toMatch(
      /the image 127\.0\.0\.1:5000\/no-such-hub:v9 (is not in its registry|cannot be fetched)/,
    );
  });

  test('ends when students can log in, with what the course needs beside it', async () => {
    await writeFile(file('claim.yaml'), claim(''));
    const { code, said } = await deploy(SERVES, { manifests: [file('claim.yaml')] });
    expect({ code, said }).toMatchObject({ code: 0, said: expect.stringContaining('students can log in') });
    expect(await namespace.exists('persistentvolumeclaims', 'notebooks'), 'in the course’s namespace').toBe(
      true,
    );
    let text = '';
    const out = (more: string) => (text += more);
    const where = { kubeconfig: testKubeconfig!, namespace: namespace.name, out };
    expect(await statusCommand({ ...where, json: false })).toBe(0);
    expect(text).toContain('Nothing is wrong.');
  });

  test('whose new hub ends says so with its last lines, and that the old one still answers', async () => {
    const { code, said } = await deploy(CRASHES);
    expect(code).toBe(1);
    expect(said).toContain('What ran before still answers');
    expect(said).toContain('ended with code 7');
    expect(said).toContain('the dyke has a hole');
    let text = '';
    const out = (more: string) => (text += more);
    const where = { kubeconfig: testKubeconfig!, namespace: namespace.name, out };
    expect(await statusCommand({ ...where, json: true })).toBe(1);
    expect(JSON.parse(text)).toMatchObject({ deployed: true, troubles: [{ code: 'container-ended' }] });
  });
});
