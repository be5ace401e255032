/** What the cluster's own words are made into, of clusters that a test cannot have. */
import { describe, expect, test } from 'vitest';
import type { KubeEvent, Pod } from '../../kubernetes/kube-object.ts';
import { afterItsEnd, endedAt, podState } from './pod-state.ts';
import { eventTrouble, progressOf, statusProgress, troubleOf } from './start-words.ts';

const now = new Date('2026-01-01T12:00:00Z');
const metadata = { name: 'jupyter-anna', uid: 'u', resourceVersion: '1' };
const podWith = (status: NonNullable<Pod['status']>, meta: object = {}): Pod => ({
  metadata: { ...metadata, ...meta },
  spec: { containers: [{ name: 'notebook', image: 'quay.example/course:v4' }] },
  status,
});
const waitingFor = (reason: string, message: string) =>
  podWith({
    phase: 'Pending',
    containerStatuses: [{ name: 'notebook', state: { waiting: { reason, message } } }],
  });
const unschedulable = (message: string) =>
  podWith({ conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }] });
const event = (type: 'Normal' | 'Warning', reason: string, message: string): KubeEvent => ({
  metadata,
  involvedObject: {},
  type,
  reason,
  message,
});

describe('a trouble', () => {
  test.each([
    [
      'ErrImagePull',
      'manifest for quay.example/course:v4 not found: manifest unknown',
      /was not found/,
      true,
    ],
    ['ImagePullBackOff', 'failed to authorize: 401 Unauthorized', /may not be fetched/, true],
    ['ErrImagePull', 'dial tcp 10.0.0.1:443: i/o timeout', /cannot be fetched: dial tcp/, false],
    [
      'CreateContainerConfigError',
      'configmap "course" not found',
      /lacks something.*configmap "course"/,
      true,
    ],
  ])('with a container: %s, “%s”', (reason, message, words, final) => {
    expect(troubleOf(waitingFor(reason, message))).toMatchObject({
      message: expect.stringMatching(words),
      hint: expect.stringMatching(/instructor/),
      final,
    });
  });

  test.each([
    [
      '0/3 nodes are available: 3 Insufficient memory, 1 Insufficient nvidia.com/gpu.',
      /not enough memory and nvidia.com\/gpu/,
    ],
    ['pod has unbound immediate PersistentVolumeClaims', /has not been made yet/],
    ['persistentvolumeclaim "notebooks" not found', /does not exist/],
    ['0/3 nodes are available: 3 node(s) had volume node affinity conflict', /in a zone where no machine/],
  ])('with a place: “%s”', (message, words) => {
    expect(troubleOf(unschedulable(message))?.message).toMatch(words);
    expect(eventTrouble(event('Warning', 'FailedScheduling', message))?.message).toMatch(words);
    expect(statusProgress(unschedulable(message))).toMatchObject({ phase: 'waiting' });
  });

  test.each([
    ['FailedMount', 'MountVolume.SetUp failed: secret "azure" not found', /cannot be attached/],
    ['FailedAttachVolume', 'Multi-Attach error for volume "pvc-1"', /cannot be attached/],
    ['ProvisioningFailed', 'storageclass.storage.k8s.io "fast" not found', /cannot be made/],
    ['FailedCreatePodSandBox', 'no IP addresses available', /cannot set up your server/],
  ])('that only an event tells: %s', (reason, message, words) => {
    expect(eventTrouble(event('Warning', reason, message))?.message).toMatch(words);
  });

  test('is none where the cluster only says what it does', () => {
    expect(eventTrouble(event('Normal', 'Pulling', 'Pulling image'))).toBeNull();
    expect(progressOf(event('Normal', 'Pulling', 'Pulling image'))?.message).toContain('Fetching');
    expect(progressOf(event('Normal', 'SomethingNew', ''))).toBeNull();
  });
});

describe('a pod that has ended', () => {
  test.each([
    ['Evicted', 'The node was low on resource: memory.', /short of memory/],
    ['Evicted', 'Pod ephemeral local storage usage exceeds the total limit', /short of disk space/],
    ['NodeLost', 'Node node3 which was running pod is unresponsive', /is gone/],
    ['Terminated', 'Pod was terminated in response to imminent node shutdown.', /shut down/],
  ])('because of %s says it: “%s”', (reason, message, words) => {
    const state = podState(podWith({ phase: 'Failed', reason, message }), now);
    expect(state).toMatchObject({
      kind: 'ended',
      status: { explanation: { message: expect.stringMatching(words) } },
    });
  });

  test.each([
    ['PreemptionByScheduler', /make room/],
    ['DeletionByTaintManager', /is gone/],
    ['EvictionByEvictionAPI', /out of service/],
  ])('and is no more, because of %s, says it', (reason, words) => {
    const pod = podWith({ conditions: [{ type: 'DisruptionTarget', status: 'True', reason }] });
    expect(afterItsEnd(pod).explanation?.message).toMatch(words);
  });

  test('is one on a machine that no longer answers, a minute after it should have gone', () => {
    const running = { phase: 'Running', podIP: '10.0.0.9' } as const;
    const containerStatuses = [{ name: 'notebook', state: { running: {} } }];
    const at = (deletionTimestamp: string) =>
      podState(podWith({ ...running, containerStatuses }, { deletionTimestamp }), now).kind;
    expect(at('2026-01-01T11:59:30Z')).toBe('running');
    expect(at('2026-01-01T11:58:30Z')).toBe('ended');
  });

  test('is as old as its end, not as itself', () => {
    const terminated = { exitCode: 1, finishedAt: '2026-01-01T11:59:00Z' };
    const status = { containerStatuses: [{ name: 'notebook', state: { terminated } }] };
    const made = { creationTimestamp: '2026-01-01T09:00:00Z' };
    expect(endedAt(podWith(status, made))).toEqual(new Date('2026-01-01T11:59:00Z'));
    expect(endedAt(podWith({ phase: 'Failed' }, made))).toEqual(new Date('2026-01-01T09:00:00Z'));
  });

  test('again and again, where the course lets it restart, has the exit code of the last time', () => {
    const state = { waiting: { reason: 'CrashLoopBackOff' } };
    const lastState = { terminated: { exitCode: 7, reason: 'Error' } };
    const pod = podWith({ phase: 'Running', containerStatuses: [{ name: 'notebook', state, lastState }] });
    expect(podState(pod, now)).toEqual({
      kind: 'ended',
      status: { kind: 'exited', reason: 'exited', exitCode: 7 },
    });
  });
});
