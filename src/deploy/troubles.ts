/** What keeps the pods of a course from running, for whoever looks after the cluster: the reason, and what to do. */
import { type Finding, findingAt } from '../config/finding.ts';
import type { ContainerStatus, Pod } from '../kubernetes/kube-object.ts';
import type { ClusterView, SeenEvent } from './cluster-view.ts';

/** One thing that is wrong, of one object or of several alike. */
export interface Trouble {
  readonly code: string;
  readonly message: string;
  readonly help: string;
  /** Names of pods, claims or deployments. */
  readonly of: readonly string[];
}

/** Everything that is wrong in the namespace now, each once. */
export function troublesIn(view: ClusterView): readonly Trouble[] {
  const found = [
    ...view.pods.flatMap((pod) => podTrouble(pod, view) ?? []),
    ...view.claims.flatMap((claim) =>
      claim.status?.phase === 'Pending' ? claimTrouble(claim.metadata.name, view) : [],
    ),
    ...view.claims.flatMap((claim) => (claim.status?.phase === 'Lost' ? lostClaim(claim.metadata.name) : [])),
    ...refusedPods(view),
  ];
  const groups = Map.groupBy(found, ({ code, message }) => `${code} ${message}`);
  return [...groups.values()].map((alike) => ({
    ...alike[0]!,
    of: [...new Set(alike.flatMap((one) => one.of))],
  }));
}

/** As `polder check` has them. */
export function asFinding({ code, message, help, of }: Trouble): Finding {
  const few = of.length <= 3 ? of.join(', ') : `${of.slice(0, 3).join(', ')} and ${of.length - 3} more`;
  return findingAt(null, { code, severity: 'error', message: `${few}: ${message}`, help });
}

/** Null where it runs, starts, or ended as it should. */
export function podTrouble(pod: Pod, view: Pick<ClusterView, 'events' | 'nodes'>): Trouble | null {
  const { name, uid } = pod.metadata;
  const events = view.events.filter(({ involvedObject }) => involvedObject.uid === uid);
  const said = (code: string, message: string, help: string): Trouble => ({
    code,
    message,
    help,
    of: [name],
  });
  const lost = nodeTrouble(pod, view);
  if (lost !== null) return said('node-gone', ...lost);
  if (pod.status?.reason === 'Evicted') {
    return said(
      'evicted',
      `its machine ended it: ${firstLine(pod.status.message ?? 'it was short of something')}`,
      'Give servers a guarantee that is nearer to what they use, or add machines.',
    );
  }
  const place = unschedulable(pod);
  if (place !== null) return said(...placeTrouble(place, events));
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  for (const status of statuses) {
    const trouble = containerTrouble(status, pod);
    if (trouble !== null) return said(...trouble);
  }
  const mount = events.findLast(({ reason }) => reason === 'FailedMount' || reason === 'FailedAttachVolume');
  if (mount && pod.status?.phase === 'Pending') return said(...mountTrouble(mount.message ?? ''));
  return null;
}

type Words = readonly [code: string, message: string, help: string];

function nodeTrouble(pod: Pod, { nodes }: Pick<ClusterView, 'nodes'>): readonly [string, string] | null {
  const name = pod.spec.nodeName;
  if (
    name === undefined ||
    nodes === null ||
    pod.status?.phase === 'Succeeded' ||
    pod.status?.phase === 'Failed'
  ) {
    return null;
  }
  const node = nodes.find(({ metadata }) => metadata.name === name);
  const ready = node?.status.conditions?.find(({ type }) => type === 'Ready');
  if (node !== undefined && (ready === undefined || ready.status === 'True')) return null;
  return [
    node === undefined ? `its machine ${name} is no more.` : `its machine ${name} no longer answers.`,
    'Look at the machine; a server on it can be started again from the page of its user.',
  ];
}

function unschedulable(pod: Pod): string | null {
  const scheduled = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  return scheduled?.status === 'False' ? (scheduled.message ?? '') : null;
}

function placeTrouble(message: string, events: readonly SeenEvent[]): Words {
  const claim = /persistentvolumeclaim "([^"]*)" not found/i.exec(message)?.[1];
  if (claim !== undefined) {
    return [
      'claim-missing',
      `there is no claim ${claim} in its namespace.`,
      'Make it there, or correct its name in singleuser.storage.',
    ];
  }
  if (/unbound immediate PersistentVolumeClaims/i.test(message)) {
    return [
      'claim-pending',
      'its volume has not been made.',
      'See what is said of the claim; often the storage class does not exist.',
    ];
  }
  if (/volume node affinity conflict/i.test(message)) {
    return ['wrong-zone', 'its disk is in a zone where no machine has room.', 'Add a machine in that zone.'];
  }
  const scaling = events.findLast(
    ({ reason }) => reason === 'TriggeredScaleUp' || reason === 'NotTriggerScaleUp',
  );
  const lacking = [...new Set([...message.matchAll(/Insufficient ([\w./-]*\w)/g)].map((match) => match[1]))];
  const why =
    lacking.length > 0
      ? `no machine has enough ${lacking.join(' and ')} left.`
      : /didn't match Pod's node affinity\/selector/.test(message)
        ? 'no machine has the labels that it asks for.'
        : /untolerated taint/.test(message)
          ? 'the machines are kept for others (taints).'
          : `no machine takes it: ${firstLine(message)}`;
  if (scaling?.reason === 'TriggeredScaleUp') {
    return ['waits-for-machine', `${why} A new one is being started.`, 'Wait some minutes.'];
  }
  return [
    'no-node-fits',
    scaling === undefined ? why : `${why} The autoscaler starts none: ${firstLine(scaling.message ?? '')}`,
    'Ask for less (singleuser.memory, singleuser.cpu), stop servers, or add a machine.',
  ];
}

function containerTrouble(
  { name, state, lastState, restartCount = 0 }: ContainerStatus,
  pod: Pod,
): Words | null {
  const { reason = '', message = '' } = state?.waiting ?? {};
  const image = pod.spec.containers.find((one) => one.name === name)?.image ?? 'of the container';
  switch (reason) {
    case 'ErrImagePull':
    case 'ImagePullBackOff':
      return imageTrouble(image, message);
    case 'InvalidImageName':
      return ['image-name', `“${image}” is no name of an image.`, 'Correct singleuser.image in config.yaml.'];
    case 'ErrImageNeverPull':
      return [
        'image-absent',
        `the image ${image} is not on the machine, and may not be fetched.`,
        'Change the pull policy, or put it there.',
      ];
    case 'CreateContainerConfigError': {
      const secret = /(secret|configmap) "([^"]*)" not found/.exec(message);
      return secret
        ? [
            'secret-missing',
            `there is no ${secret[1]} ${secret[2]} in its namespace.`,
            `Make it there: \`kubectl create ${secret[1]} … ${secret[2]}\` with -n.`,
          ]
        : [
            'container-config',
            `its container cannot be made: ${firstLine(message)}`,
            'Correct what config.yaml says of it.',
          ];
    }
    case 'CreateContainerError':
    case 'RunContainerError':
      return [
        'container-config',
        `its container cannot be made: ${firstLine(message)}`,
        'Correct what config.yaml says of it.',
      ];
  }
  const ended = state?.terminated ?? (reason === 'CrashLoopBackOff' ? lastState?.terminated : undefined);
  if (ended?.reason === 'OOMKilled') {
    return ['out-of-memory', 'it needed more memory than it may have.', 'Raise its memory limit.'];
  }
  if (ended !== undefined && ended.exitCode !== 0) {
    const again = restartCount > 0 ? `, ${restartCount} times` : '';
    return [
      'container-ended',
      `its container “${name}” ended with code ${ended.exitCode}${again}.`,
      'Its last lines say why.',
    ];
  }
  return null;
}

function imageTrouble(image: string, message: string): Words {
  if (
    /unauthorized|denied|forbidden|authentication|no basic auth|401|403/i.test(message) &&
    !/not found|404/i.test(message)
  ) {
    return [
      'image-refused',
      `the registry does not give out the image ${image}.`,
      'Check imagePullSecrets, or attach the registry to the cluster.',
    ];
  }
  if (/not found|manifest unknown|does not exist|404/i.test(message)) {
    return [
      'image-not-found',
      `the image ${image} is not in its registry.`,
      'Check name and tag in config.yaml, and that exactly this tag was pushed.',
    ];
  }
  return [
    'image-not-fetched',
    `the image ${image} cannot be fetched: ${firstLine(message) || 'the registry does not answer'}`,
    'See that the machines reach the registry.',
  ];
}

function mountTrouble(message: string): Words {
  const secret = /secrets? "([^"]*)" not found/i.exec(message)?.[1];
  if (secret !== undefined) {
    return [
      'secret-missing',
      `there is no secret ${secret} where its volume looks for it.`,
      'Make it in that namespace, with -n.',
    ];
  }
  return [
    'volume-stuck',
    `a volume of it cannot be mounted: ${firstLine(message)}`,
    'It may still hang on another machine for some minutes; otherwise look at the volume and its secret.',
  ];
}

function claimTrouble(name: string, { events, storageClasses, claims }: ClusterView): readonly Trouble[] {
  const wanted = claims.find(({ metadata }) => metadata.name === name)?.spec.storageClassName;
  const said = events.findLast(
    ({ involvedObject, reason }) =>
      involvedObject.kind === 'PersistentVolumeClaim' &&
      involvedObject.name === name &&
      reason !== 'WaitForFirstConsumer',
  );
  const onlyWaits = events.some(
    ({ involvedObject, reason }) => involvedObject.name === name && reason === 'WaitForFirstConsumer',
  );
  if (said === undefined && onlyWaits) return [];
  const absent =
    wanted && storageClasses !== null && !storageClasses.some(({ metadata }) => metadata.name === wanted);
  return [
    {
      code: 'claim-pending',
      of: [name],
      message: absent
        ? `the cluster has no storage class ${wanted}: no volume is made for the claim.`
        : `no volume is there for the claim${said?.message ? `: ${firstLine(said.message)}` : '.'}`,
      help: absent
        ? `Write one of ${storageClasses.map(({ metadata }) => metadata.name).join(', ')}, delete the claim, and start again.`
        : 'See that its volume exists, is kept for this claim and namespace, and has the same storage class.',
    },
  ];
}

function lostClaim(name: string): readonly Trouble[] {
  const message = 'the volume of the claim is no more.';
  return [
    {
      code: 'claim-lost',
      of: [name],
      message,
      help: 'What was on it is gone; delete the claim and make both anew.',
    },
  ];
}

/** Pods that were never made: a quota, or a rule of the cluster. The last word of each object counts. */
function refusedPods({ events, deployments }: ClusterView): readonly Trouble[] {
  const short = deployments.filter(
    ({ spec, status }) => (status?.availableReplicas ?? 0) < (spec.replicas ?? 1),
  );
  return short.flatMap(({ metadata: { name } }) => {
    const said = events.findLast(
      ({ involvedObject, reason }) =>
        reason === 'FailedCreate' &&
        involvedObject.kind === 'ReplicaSet' &&
        involvedObject.name?.startsWith(`${name}-`),
    );
    if (said === undefined) return [];
    const quota = /exceeded quota: ([^,]*), (.*)$/.exec(said.message ?? '');
    return [
      quota
        ? {
            code: 'quota-used-up',
            of: [name],
            message: `the quota ${quota[1]} allows no more pods: ${quota[2]}.`,
            help: 'Have it raised, or stop something.',
          }
        : {
            code: 'pod-refused',
            of: [name],
            message: `the cluster makes no pod of it: ${firstLine(said.message ?? '')}`,
            help: 'Correct what it complains about.',
          },
    ];
  });
}

function firstLine(message: string): string {
  const line = message.split('\n')[0]!.trim();
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}
