/**
 * One repository of the mirror: a bare copy of all that its origin has. The origin is asked when somebody wants the
 * repository, and once for all who want it within a while; when it does not answer, the last good copy stands in.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GitError, git } from '../git.ts';
import { type Origin, type OriginRefs, OriginRepository } from './origin.ts';

export interface RepositoryState {
  /** Objects by the names of branches and tags: `refs/heads/main`. */
  readonly refs: ReadonlyMap<string, string>;
  /** Commits by what a course may name: a branch, or a tag where no branch is called so. */
  readonly commits: ReadonlyMap<string, string>;
  /** The branch that is taken where nobody names one. */
  readonly defaultBranch: string | null;
  /** Changes whenever anything of the above does. */
  readonly digest: string;
  /** When this was what the origin had; null: it never answered. */
  readonly asOf: Date | null;
  /** Why the origin did not answer the last time, in git's words; null: it did. */
  readonly problem: string | null;
}

export interface RepositorySettings {
  readonly origin: Origin;
  /** Closed to others; kept from one start to the next, or lost without harm. */
  readonly folder: string;
  /** For how long what the origin said counts. */
  readonly freshSeconds: number;
  readonly now: () => Date;
  readonly onProblem: (problem: string) => void;
}

/** Who has a good copy waits no longer for the origin. */
const PATIENCE_MS = 10_000;

export class MirroredRepository {
  readonly #settings: RepositorySettings;
  readonly #origin: OriginRepository;
  #state: RepositoryState;
  /** The look that goes on now, and until when it is waited for. */
  #look: { readonly done: Promise<void>; readonly patience: Promise<void> } | undefined;
  #lookedAt = Number.NEGATIVE_INFINITY;

  private constructor(settings: RepositorySettings, origin: OriginRepository, state: RepositoryState) {
    this.#settings = settings;
    this.#origin = origin;
    this.#state = state;
  }

  static async open(settings: RepositorySettings): Promise<MirroredRepository> {
    const { folder } = settings;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const path = join(folder, 'repository.git');
    if (!existsSync(join(path, 'HEAD'))) {
      await git(['init', '--quiet', '--bare', '--template=', '--initial-branch=main', path]);
    }
    const asOf = await readFile(join(folder, 'as-of'), 'utf8').then(
      (text) => new Date(text),
      () => null,
    );
    const origin = await OriginRepository.open(settings.origin, folder);
    return new MirroredRepository(settings, origin, { ...(await stateOf(path)), asOf, problem: null });
  }

  get source(): string {
    return this.#settings.origin.source;
  }

  get folder(): string {
    return this.#settings.folder;
  }

  /** The bare repository. */
  get path(): string {
    return join(this.folder, 'repository.git');
  }

  /** As it is after a look at the origin, where the last one is too long ago. */
  async fresh(): Promise<RepositoryState> {
    if (
      this.#look === undefined &&
      this.#settings.now().getTime() - this.#lookedAt >= this.#settings.freshSeconds * 1000
    ) {
      this.#look = this.#begin();
    }
    if (this.#look !== undefined) {
      const { done, patience } = this.#look;
      await (this.#state.asOf === null ? done : Promise.race([done, patience]));
    }
    return this.#state;
  }

  /** As it was last. */
  get state(): RepositoryState {
    return this.#state;
  }

  #begin(): { readonly done: Promise<void>; readonly patience: Promise<void> } {
    const done = this.#update().finally(() => {
      this.#lookedAt = this.#settings.now().getTime();
      this.#look = undefined;
    });
    const patience = new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, PATIENCE_MS);
      void done.finally(() => clearTimeout(timer));
    });
    return { done, patience };
  }

  async #update(): Promise<void> {
    try {
      const there = await this.#origin.look();
      if (!agree(there, this.#state)) {
        await this.#origin.fetchInto(this.path);
        if (there.head !== null) await git([`--git-dir=${this.path}`, 'symbolic-ref', 'HEAD', there.head]);
      }
      const asOf = this.#settings.now();
      await writeFile(join(this.folder, 'as-of'), asOf.toISOString());
      this.#state = { ...(await stateOf(this.path)), asOf, problem: null };
    } catch (error) {
      const problem = error instanceof GitError ? error.message : String(error);
      this.#state = { ...this.#state, problem };
      this.#settings.onProblem(problem);
    }
  }
}

function agree({ refs, head }: OriginRefs, state: RepositoryState): boolean {
  if (head !== null && head !== `refs/heads/${state.defaultBranch}`) return false;
  return (
    refs.size === state.refs.size && [...refs].every(([name, object]) => state.refs.get(name) === object)
  );
}

async function stateOf(path: string): Promise<Omit<RepositoryState, 'asOf' | 'problem'>> {
  const format = '--format=%(objectname) %(*objectname) %(refname)';
  const listed = await git([`--git-dir=${path}`, 'for-each-ref', format, 'refs/tags', 'refs/heads']);
  const head = await git([`--git-dir=${path}`, 'symbolic-ref', 'HEAD']);
  const refs = new Map<string, string>();
  const commits = new Map<string, string>();
  // Branches come last, and count where a tag has the same name.
  for (const [, object, peeled, ref, name] of listed.matchAll(
    /^(\S+) (\S*) (refs\/(?:tags|heads)\/(.+))$/gm,
  )) {
    refs.set(ref!, object!);
    commits.set(name!, peeled || object!);
  }
  return {
    refs,
    commits,
    defaultBranch: refs.has(head) ? head.replace(/^refs\/heads\//, '') : null,
    digest: createHash('sha256').update(`${head}\n${listed}`).digest('hex'),
  };
}
