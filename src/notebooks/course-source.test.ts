import { describe, expect, it } from 'vitest';
import { courseSource } from './course-source.ts';

const address = 'https://example.org/course.git';

describe('the source of a course', () => {
  it.each([
    ['address, branch and folder', ['gitpuller', address, 'master', 'notebooks'], 'master'],
    ['an address alone', ['gitpuller', address], 'main'],
    ['a program named by its path', ['/opt/conda/bin/gitpuller', address, 'v2'], 'v2'],
    ['the branch as an option', ['gitpuller', '--branch-name', 'v2', '--repo-dir', 'n', address], 'v2'],
    ['the branch as an option with its value', ['gitpuller', address, '--branch-name=v2'], 'v2'],
    [
      "a shell's line",
      ['sh', '-c', `cd work; gitpuller "${address}" master notebooks && echo done`],
      'master',
    ],
    ["a shell's line without blanks", ['bash', '-lc', `gitpuller ${address} master;ls`], 'master'],
  ])('is read from %s', (_, command, branch) => {
    expect(courseSource(command)).toEqual({ address, branch });
  });

  it.each([
    ['another program', ['git', 'clone', address]],
    ['a gitpuller without an address', ['gitpuller']],
    ['nothing', []],
  ])('is none for %s', (_, command) => {
    expect(courseSource(command)).toBeNull();
  });
});
