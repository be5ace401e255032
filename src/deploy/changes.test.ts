import { expect, test } from 'vitest';
import { changesBetween, describeChanges, removedVolumes } from './changes.ts';

const hub = (image: string) => `apiVersion: apps/v1
kind: Deployment
metadata: {name: hub}
spec: {template: {spec: {containers: [{name: hub, image: "${image}", env: [{name: A, value: "${image}"}]}]}}}
`;
const secret = (value: string) => `apiVersion: v1
kind: Secret
metadata: {name: hub}
stringData: {token: ${value}}
`;
const claim = 'apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: hub-db-dir}\n';

test('the same twice is no change', () => {
  const text = `${hub('a:1')}---\n${secret('one')}`;
  expect(changesBetween(text, text)).toEqual([]);
});

test('a first installation is told by its kinds', () => {
  expect(describeChanges(changesBetween('', `${hub('a:1')}---\n${claim}`))).toEqual([
    'A first installation: 1 × Deployment, 1 × PersistentVolumeClaim.',
  ]);
});

test('a change says what was and what is to be, and no secret', () => {
  const before = `${hub('a:1')}---\n${secret('the-old-key')}---\n${claim}`;
  const lines = describeChanges(changesBetween(before, `${hub('a:2')}---\n${secret('the-new-key')}`));
  expect(lines).toEqual([
    '~ Deployment hub: is started anew, while students work on',
    '    spec.template.spec.containers[0].image: a:1 → a:2',
    '    spec.template.spec.containers[0].env[0].value: … → …',
    '~ Secret hub',
    '    stringData.token: … → …',
    '- PersistentVolumeClaim hub-db-dir: what is on it goes with it',
  ]);
});

test('what Helm is told to keep does not go', () => {
  const kept = claim.replace('}', ', annotations: {helm.sh/resource-policy: keep}}');
  const changes = changesBetween(`${hub('a:1')}---\n${kept}`, hub('a:1'));
  expect(removedVolumes(changes)).toEqual([]);
  expect(describeChanges(changes)).toEqual(['  PersistentVolumeClaim hub-db-dir: no longer used, and kept']);
});

test('volumes that would go are named', () => {
  expect(removedVolumes(changesBetween(`${hub('a:1')}---\n${claim}`, hub('a:1')))).toEqual(['hub-db-dir']);
});
