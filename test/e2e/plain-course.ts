import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { exampleFile } from './example.ts';

export interface PlainCourse extends AsyncDisposable {
  /** Path of its config.yaml. */
  readonly file: string;
  /** Opens the management API of its proxy. */
  readonly proxyToken: string;
}

/** The example course without its notebooks: nothing is fetched when a server starts. */
export async function writePlainCourse(): Promise<PlainCourse> {
  const course = parse(await readFile(exampleFile, 'utf8'));
  delete course.singleuser.lifecycleHooks;
  const folder = await mkdtemp(join(tmpdir(), 'polder-course-'));
  const file = join(folder, 'config.yaml');
  await writeFile(file, stringify(course));
  return {
    file,
    proxyToken: course.proxy.secretToken,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
