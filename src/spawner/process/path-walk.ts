/** What lies on the way to a file: who may pass, and who could put something else in its place. */
import { lstat, readlink } from 'node:fs/promises';
import { dirname, join, parse, resolve, sep } from 'node:path';

interface Step {
  readonly path: string;
  readonly uid: number;
  readonly mode: number;
  readonly kind: 'folder' | 'file' | 'link';
}

const maxLinks = 40;

/**
 * The first thing on the way that users other than its owner and group cannot pass (a folder without `x`) or, at the
 * end, cannot use (without `r`; `use: 'execute'`: without `x`). Null: they get there.
 */
export async function blocksOthers(path: string, use: 'read' | 'execute' | 'enter'): Promise<string | null> {
  const steps = await walk(path);
  const last = steps.at(-1);
  for (const step of steps) {
    if (step.kind === 'link') continue;
    const needed = step !== last ? 0o1 : { read: 0o4, execute: 0o1, enter: 0o1 }[use];
    if ((step.mode & needed) !== needed) return step.path;
  }
  return null;
}

/**
 * The first thing on the way that somebody other than root and `uid` could change, or exchange for another. Null: nobody
 * else can.
 */
export async function changeableByOthers(path: string, uid: number): Promise<string | null> {
  for (const step of await walk(path)) {
    if (step.uid !== 0 && step.uid !== uid) return step.path;
    // Who may write to a link does not matter, only to the folder it is in; in a sticky folder such as /tmp nobody can
    // exchange what is not his own.
    const sticky = step.kind === 'folder' && (step.mode & 0o1000) !== 0;
    if (step.kind !== 'link' && !sticky && (step.mode & 0o022) !== 0) return step.path;
  }
  return null;
}

/** Every folder and link on the way, from the root on, and the thing itself. @throws ENOENT where there is nothing */
async function walk(path: string): Promise<readonly Step[]> {
  const steps = new Map<string, Step>();
  const todo = [resolve(path)];
  let links = 0;
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    let at = parse(next).root;
    await add(steps, at);
    const names = next.slice(at.length).split(sep).filter(Boolean);
    for (const [index, name] of names.entries()) {
      at = join(at, name);
      const step = await add(steps, at);
      if (step.kind !== 'link') continue;
      links += 1;
      if (links > maxLinks) throw new Error(`too many links on the way to ${path}`);
      todo.push(resolve(dirname(at), await readlink(at), ...names.slice(index + 1)));
      break;
    }
  }
  return [...steps.values()];
}

async function add(steps: Map<string, Step>, path: string): Promise<Step> {
  const found = await lstat(path);
  const kind = found.isSymbolicLink() ? 'link' : found.isDirectory() ? 'folder' : 'file';
  const step: Step = { path, uid: found.uid, mode: found.mode, kind };
  // What is passed twice counts at its last place: the thing itself comes last.
  steps.delete(path);
  steps.set(path, step);
  return step;
}
