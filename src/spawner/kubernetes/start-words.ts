/** What goes on while a pod starts, for the person who waits: from its status, and from what the cluster says of it. */
import type { Progress } from '../../domain/progress.ts';
import type { KubeEvent, Pod } from '../../kubernetes/kube-object.ts';
import { statusOf } from './pod-state.ts';

/** Something that keeps a start from going on. */
export interface Trouble {
  readonly message: string;
  readonly hint: string;
  /** Waiting longer will not help. */
  readonly final: boolean;
}

const WORDS: Readonly<Record<string, readonly [Progress['phase'], string, number]>> = {
  TriggeredScaleUp: ['waiting', 'A new machine is being started for you; that takes a few minutes.', 14],
  Scheduled: ['launching', 'There is a place for your server.', 18],
  SuccessfulAttachVolume: ['launching', 'The disk with your files is there.', 20],
  Provisioning: ['launching', 'A disk is being made for your files.', 13],
  ProvisioningSucceeded: ['launching', 'The disk for your files is made.', 15],
  Pulling: ['launching', 'Fetching the course’s image to the machine; the first time takes a while.', 24],
  Pulled: ['launching', 'The course’s image is on the machine.', 30],
  Started: ['launching', 'The container runs.', 34],
};

/** Null for what means nothing to a student. */
export function progressOf(event: KubeEvent): Progress | null {
  const words = WORDS[event.reason ?? ''];
  return words ? { phase: words[0], message: words[1], percent: words[2] } : null;
}

/** From the pod's own status, which is there even where events may not be read. */
export function statusProgress(pod: Pod): Progress | null {
  if (unschedulable(pod)) {
    const message = 'Waiting for a place: all machines are full, or none fits.';
    return { phase: 'waiting', message, percent: 12 };
  }
  const inits = pod.status?.initContainerStatuses ?? [];
  const running = inits.find(({ state }) => state?.running);
  if (!running) return null;
  const done = inits.filter(({ state }) => state?.terminated).length;
  const message = `Preparing your server: step ${done + 1} of ${inits.length}, “${running.name}”.`;
  return { phase: 'launching', message, percent: 22 };
}

/** What keeps the pod from starting, from its status; null where nothing is known to. */
export function troubleOf(pod: Pod): Trouble | null {
  const place = unschedulable(pod);
  if (place !== null) return placeTrouble(place);
  const waiting = [...(pod.status?.initContainerStatuses ?? []), statusOf(pod)]
    .map((status) => status?.state?.waiting)
    .find((state) => state?.reason !== undefined && state.reason in WAITING);
  return waiting ? WAITING[waiting.reason!]!(waiting.message ?? '', pod) : null;
}

/** The same from an event. */
export function eventTrouble({ type, reason = '', message = '' }: KubeEvent): Trouble | null {
  if (type !== 'Warning') return null;
  if (reason === 'FailedScheduling') return placeTrouble(message);
  if (reason === 'FailedMount' || reason === 'FailedAttachVolume') {
    return {
      message: `A volume of your server cannot be attached: ${firstLine(message)}`,
      hint: 'It may still hang on a machine that your last server ran on: that can take some minutes. Otherwise ask your instructor whether the volume and its secret exist.',
      final: false,
    };
  }
  if (reason === 'ProvisioningFailed') {
    return {
      message: `The disk for your files cannot be made: ${firstLine(message)}`,
      hint: 'Ask your instructor to look at singleuser.storage.dynamic.storageClass and the cluster’s quota of disks.',
      final: false,
    };
  }
  if (reason === 'FailedCreatePodSandBox') {
    return {
      message: `The machine cannot set up your server: ${firstLine(message)}`,
      hint: 'Try again in some minutes; when it goes on, tell your instructor that the cluster’s network or a machine has a problem.',
      final: false,
    };
  }
  return null;
}

type Judge = (message: string, pod: Pod) => Trouble;

const imageTrouble: Judge = (message, pod) => {
  const image = pod.spec.containers[0]?.image ?? 'of the course';
  const refused = /unauthorized|denied|forbidden|authentication|no basic auth|401|403/i.test(message);
  const absent = /not found|manifest unknown|does not exist|404/i.test(message);
  if (absent || refused) {
    return {
      message: absent ? `The image ${image} was not found.` : `The image ${image} may not be fetched.`,
      hint: refused
        ? 'Ask your instructor to check the name and tag in singleuser.image, and the registry’s account (imagePullSecrets).'
        : 'Ask your instructor to check the name and tag in singleuser.image, and that it was pushed.',
      final: true,
    };
  }
  return {
    message: `The image ${image} cannot be fetched: ${firstLine(message)}`,
    hint: 'Try again in a minute; when it goes on, ask your instructor whether the registry can be reached.',
    final: false,
  };
};

const configTrouble: Judge = (message) => ({
  message: `The cluster lacks something that the course's settings name: ${firstLine(message)}`,
  hint: 'Ask your instructor to create it in the course’s namespace, or to correct the name in config.yaml.',
  final: true,
});

/** By the cluster's word for what a container waits for. */
const WAITING: Readonly<Record<string, Judge>> = {
  ErrImagePull: imageTrouble,
  ImagePullBackOff: imageTrouble,
  InvalidImageName: (_, pod) => ({
    message: `“${pod.spec.containers[0]?.image}” is no name of an image.`,
    hint: 'Ask your instructor to correct singleuser.image in config.yaml.',
    final: true,
  }),
  ErrImageNeverPull: (_, pod) => ({
    message: `The image ${pod.spec.containers[0]?.image} is not on the machine, and may not be fetched.`,
    hint: 'Ask your instructor to change singleuser.image.pullPolicy, or to put the image on the machines.',
    final: true,
  }),
  CreateContainerConfigError: configTrouble,
  CreateContainerError: configTrouble,
};

function unschedulable(pod: Pod): string | null {
  const scheduled = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  return scheduled?.status === 'False' && scheduled.reason === 'Unschedulable'
    ? (scheduled.message ?? '')
    : null;
}

function placeTrouble(message: string): Trouble {
  if (/persistentvolumeclaim "[^"]*" not found/i.test(message)) {
    return {
      message: `A volume that the course names does not exist: ${firstLine(message)}`,
      hint: 'Ask your instructor to create the claim in the course’s namespace (singleuser.storage).',
      final: false,
    };
  }
  if (/unbound immediate PersistentVolumeClaims|volume binding/i.test(message)) {
    return {
      message: 'A volume of your server has not been made yet.',
      hint: 'When it stays so, ask your instructor whether the cluster has the storage class that the course asks for.',
      final: false,
    };
  }
  if (/volume node affinity conflict/i.test(message)) {
    return {
      message: 'The disk with your files is in a zone where no machine has room.',
      hint: 'Wait until somebody stops a server, or ask your instructor for more machines in that zone.',
      final: false,
    };
  }
  const lacking = [...new Set([...message.matchAll(/Insufficient ([\w./-]*\w)/g)].map((match) => match[1]))];
  const why = lacking.length > 0 ? `not enough ${lacking.join(' and ')}` : firstLine(message);
  return {
    message: `No machine has room for your server (${why}).`,
    hint: 'Wait until somebody stops a server. When a machine should fit it at all times, ask your instructor to compare singleuser.memory and cpu with the machines.',
    final: false,
  };
}

function firstLine(message: string): string {
  const line = message.split('\n')[0]!.trim();
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}
