/** The class begins at nine: all of it at once, through the real proxy to the real hub, with servers that cost nothing. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { atOnce } from '../../src/lib/at-once.ts';
import { RunningCourse } from '../e2e/running-course.ts';
import { attend } from './student.ts';

const password = 'a-password-for-everybody';
const config = `
hub:
  concurrentSpawnLimit: 64
  config:
    JupyterHub:
      authenticator_class: dummy
    DummyAuthenticator:
      password: ${password}
    Authenticator:
      allow_all: true
`;

const STUDENTS = 1_000;
const AT_ONCE = 200;

test('of a thousand students who come at once none is refused, and none is lost', {
  timeout: 600_000,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'polder-flood-'));
  const file = join(folder, 'config.yaml');
  await writeFile(file, config);
  await using course = await RunningCourse.start({ args: [`--config=${file}`, '--spawner=simulated'] });
  const names = Array.from({ length: STUDENTS }, (_, index) => `student${index}`);
  const complaints: string[] = [];
  let open = 0;
  await atOnce(AT_ONCE, names, async (name) => {
    const complaint = await attend(course.url, name, password);
    if (complaint === undefined) open += 1;
    else complaints.push(`${name}: ${complaint}`);
  });
  await rm(folder, { recursive: true });
  expect(complaints).toEqual([]);
  expect(open).toBe(STUDENTS);
});
