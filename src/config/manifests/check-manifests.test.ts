import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadConfig } from '../load.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'manifests-'));
});
afterAll(() => rm(folder, { recursive: true }));

const COURSE = `auth:
  dummy: {password: tide}
singleuser:
  image: {name: registry.example/course, tag: v4}
  storage:
    extraVolumes: [{name: shared, persistentVolumeClaim: {claimName: notebooks}}]
    extraVolumeMounts:
      - {name: shared, mountPath: /home/jovyan/shared}
`;

const VOLUME = `apiVersion: v1
kind: PersistentVolume
metadata: {name: notebooks}
spec:
  capacity: {storage: 5Gi}
  accessModes: [ReadOnlyMany]
  storageClassName: ""
  mountOptions: [uid=1000]
  claimRef: {namespace: jhub, name: notebooks}
  csi:
    driver: file.csi.azure.com
    volumeHandle: course-notebooks
    volumeAttributes: {shareName: notebooks}
    nodeStageSecretRef: {name: account, namespace: jhub}
`;

const CLAIM = `apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: notebooks, namespace: jhub}
spec:
  accessModes: [ReadOnlyMany]
  storageClassName: ""
  volumeName: notebooks
  resources: {requests: {storage: 5Gi}}
`;

const SECRET = `apiVersion: v1
kind: Secret
metadata: {name: account, namespace: jhub}
stringData: {azurestorageaccountname: course, azurestorageaccountkey: a-real-key}
`;

interface Files {
  readonly course?: string;
  readonly volume?: string;
  readonly claim?: string;
  readonly secret?: string;
  readonly namespace?: string;
}

/** What is found beside what is found without manifests: severity, code, file and line of each. */
async function found({ namespace, ...changed }: Files): Promise<readonly string[]> {
  const texts = { course: COURSE, volume: VOLUME, claim: CLAIM, secret: SECRET, ...changed };
  for (const [name, text] of Object.entries(texts)) await writeFile(join(folder, `${name}.yaml`), text);
  const file = (name: string) => join(folder, `${name}.yaml`);
  const manifests = ['volume', 'claim', 'secret'].filter((name) => texts[name as keyof typeof texts] !== '');
  const bare = await loadConfig([file('course')]);
  const usual = new Set(bare.findings.map(({ code }) => code));
  const loaded = await loadConfig([file('course')], { manifests: manifests.map(file), namespace });
  return loaded.findings
    .filter(({ code }) => !usual.has(code))
    .map(({ severity, code, position }) => {
      const name = position?.file.slice(folder.length + 1).replace('.yaml', '');
      return `${severity} ${code} ${name}:${position?.line}`;
    });
}

test('manifests that go together are found in order', async () => {
  expect(await found({})).toEqual([]);
});

test('a claim or a secret without a namespace, and one beside the course’s', async () => {
  expect(
    await found({ claim: CLAIM.replace(', namespace: jhub', ''), secret: SECRET.replace('jhub', 'default') }),
  ).toEqual([
    'warning manifest-namespace claim:3',
    'error manifest-namespace secret:3',
    'error secret-namespace secret:3',
  ]);
});

test('a volume that is kept for a claim of another namespace than the one that was said', async () => {
  expect(await found({ namespace: 'spring', claim: '', secret: '' })).toContain(
    'error volume-claim-namespace volume:9',
  );
});

test('a claim that would get an empty disk, and one that never comes together with its volume', async () => {
  expect(await found({ claim: CLAIM.replace('  storageClassName: ""\n', '') })).toEqual([
    'error claim-storage-class claim:5',
  ]);
  expect(await found({ claim: CLAIM.replace('storageClassName: ""', 'storageClassName: fast') })).toEqual([
    'error claim-storage-class claim:6',
  ]);
});

test('a claim that asks for more than its volume has', async () => {
  expect(await found({ claim: CLAIM.replace('5Gi', '5000Mi') }), 'less, though the number is larger').toEqual(
    [],
  );
  expect(
    await found({ claim: CLAIM.replace('5Gi', '6Gi').replace('ReadOnlyMany', 'ReadWriteMany') }),
  ).toEqual(['error claim-access-mode claim:5', 'error claim-too-large claim:8']);
});

test('a volume that anybody may take', async () => {
  const volume = VOLUME.replace(/ {2}claimRef.*\n/, '');
  expect(await found({ volume }), 'its claim names it').toEqual([]);
  expect(await found({ volume, claim: CLAIM.replace('  volumeName: notebooks\n', '') })).toEqual([
    'warning volume-for-anyone volume:5',
  ]);
});

test('a share as old Kubernetes mounted it, of nobody, with its secret nowhere', async () => {
  const volume = VOLUME.replace(
    /csi:[\s\S]*/,
    'azureFile: {secretName: account, shareName: notebooks, readOnly: true}\n',
  ).replace(/ {2}mountOptions.*\n/, '');
  expect(await found({ volume, secret: '' })).toEqual([
    'warning volume-owner volume:5',
    'warning volume-in-tree volume:9',
    'warning secret-namespace volume:9',
    'note secret-not-given volume:9',
  ]);
});

test('a secret that lacks what the share is opened with, or is not written as it has to be', async () => {
  const lacking = SECRET.replace(', azurestorageaccountkey: a-real-key', '');
  expect(await found({ secret: lacking })).toEqual(['error secret-keys secret:4']);
  expect(await found({ secret: SECRET.replace('stringData', 'data') })).toEqual([
    'error secret-not-base64 secret:4',
    'error secret-not-base64 secret:4',
  ]);
  expect(await found({ secret: SECRET.replace('a-real-key', '<key>') })).toEqual([
    'error placeholder secret:4',
  ]);
});

test('notebooks pulled into a volume that cannot be written to', async () => {
  const pulled = `${COURSE}  lifecycleHooks:
    postStart: {exec: {command: [gitpuller, "https://example.org/course.git", main, shared]}}
`;
  expect(await found({ course: pulled })).toEqual(['error pull-into-read-only course:8']);
  const writable = (text: string) => text.replaceAll('ReadOnlyMany', 'ReadWriteMany');
  expect(await found({ course: pulled, volume: writable(VOLUME), claim: writable(CLAIM) })).toEqual([]);
});

test('a claim that nobody uses, and one that is used and not given', async () => {
  expect(await found({ course: COURSE.replace('claimName: notebooks', 'claimName: data') })).toEqual([
    'warning claim-not-given course:6',
    'warning claim-unused claim:3',
  ]);
});

test('an object of a version that clusters have forgotten, and the image under another tag', async () => {
  const puller = `apiVersion: extensions/v1beta1
kind: DaemonSet
metadata: {name: puller}
spec: {template: {spec: {containers: [{name: pull, image: "registry.example/course:v1"}]}}}
`;
  expect(await found({ secret: `${SECRET}---\n${puller}` })).toEqual([
    'error api-version-gone secret:6',
    'warning image-tag-differs secret:9',
  ]);
});

test('a values file in the place of a manifest, and a file that is not YAML', async () => {
  expect(await found({ secret: COURSE })).toContain('error not-a-manifest secret:1');
  expect(await found({ secret: 'a: [1\nb: 2\n' })).toContain('error yaml-syntax secret:2');
});

test('an error in a manifest can be accepted, as any other', async () => {
  const file = join(folder, 'accepted.yaml');
  await writeFile(file, CLAIM.replace('5Gi', '6Gi'));
  await writeFile(join(folder, 'volume.yaml'), VOLUME);
  await writeFile(join(folder, 'course.yaml'), COURSE);
  const accept = ['claim-too-large@spec.resources.requests.storage'];
  const manifests = [join(folder, 'volume.yaml'), file];
  const { findings } = await loadConfig([join(folder, 'course.yaml')], { accept, manifests });
  expect(findings.find(({ code }) => code === 'claim-too-large')?.severity).toBe('warning');
});
