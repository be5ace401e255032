/** One start of a pod, as it goes on: what is told to who waits, and how it ends when it does not succeed. */
import type { Progress } from '../../domain/progress.ts';
import type { KubeEvent, Pod } from '../../kubernetes/kube-object.ts';
import { SpawnError } from '../spawner.ts';
import { type Exited, podState } from './pod-state.ts';
import { eventTrouble, progressOf, statusProgress, type Trouble, troubleOf } from './start-words.ts';

export class PodStart {
  readonly #report: (progress: Progress) => void;
  readonly #now: () => Date;
  #percent = 0;
  #message = '';
  /** What kept it last, told when time is up. */
  #trouble: Trouble | null = null;

  constructor(parts: { readonly report: (progress: Progress) => void; readonly now: () => Date }) {
    this.#report = parts.report;
    this.#now = parts.now;
  }

  onEvent(event: KubeEvent): void {
    const progress = progressOf(event);
    if (progress) this.#tell(progress);
    const trouble = eventTrouble(event);
    if (trouble) this.#note(trouble);
    else if (event.reason === 'Scheduled' || event.reason === 'Pulled') this.#trouble = null;
  }

  /** @returns whether it runs, or has run @throws SpawnError where it never will */
  judge(pod: Pod): boolean {
    const state = podState(pod, this.#now());
    if (state.kind === 'running' || state.kind === 'ended') {
      if (state.kind === 'ended' && state.status.explanation) throw spawnError(state.status.explanation);
      return true;
    }
    if (state.kind === 'failed') throw spawnError(state);
    if (pod.metadata.deletionTimestamp !== undefined) throw this.vanished(undefined);
    const progress = statusProgress(pod);
    if (progress) this.#tell(progress);
    const trouble = troubleOf(pod);
    if (trouble?.final) throw spawnError(trouble);
    if (trouble) this.#note(trouble);
    return false;
  }

  /** The namespace has a quota, and it is used up: somebody else's stop makes room. */
  overQuota(message: string): void {
    const what = /exceeded quota: ([^,]+)/.exec(message)?.[1];
    this.#trouble = {
      message: `The course's quota in the cluster is used up (${what ?? 'quota'}).`,
      hint: 'Wait until somebody stops a server, or ask your instructor for a larger quota.',
      final: false,
    };
    const words = 'Waiting for a place: the course’s quota in the cluster is used up.';
    this.#tell({ phase: 'waiting', message: words, percent: 12 });
  }

  vanished(end: Exited | undefined): SpawnError {
    return spawnError(
      end?.explanation ?? {
        message: 'The pod of your server was removed while it started.',
        hint: 'Start it again. When that happens often, tell your instructor.',
      },
    );
  }

  timedOut(seconds: number): SpawnError {
    if (this.#trouble) return spawnError(this.#trouble);
    return new SpawnError(`Your server did not start within ${seconds} seconds.`, {
      hint: 'Try again: what was fetched is there the next time. Otherwise ask your instructor for a longer singleuser.startTimeout.',
    });
  }

  /** A trouble that may pass is told as well: who waits should know why. */
  #note(trouble: Trouble): void {
    this.#trouble = trouble;
    this.#tell({ phase: 'waiting', message: trouble.message, percent: this.#percent });
  }

  #tell(progress: Progress): void {
    if (progress.message === this.#message) return;
    this.#message = progress.message;
    this.#percent = Math.max(this.#percent, progress.percent, 11);
    this.#report({ ...progress, percent: this.#percent });
  }
}

function spawnError({
  message,
  hint,
}: {
  readonly message: string;
  readonly hint: string | null;
}): SpawnError {
  return new SpawnError(message, hint === null ? {} : { hint });
}
