import { expect, test } from 'vitest';
import { checkText } from '../config/load.ts';
import { machineSizeFindings } from './machine-size.ts';

function findingsWith(course: string, gib: number) {
  const { config } = checkText(`course: {${course}}\nsingleuser: {memory: {guarantee: 2G}}\n`, 'config.yaml');
  if (config === undefined) throw new Error('the file does not load');
  return machineSizeFindings(config, gib * 1024 ** 3);
}

test('a machine that cannot hold what all students are promised is a warning, with the reckoning', () => {
  expect(findingsWith('students: 10', 16).map(({ message }) => message)).toEqual([
    '10 students × 2 GiB = 20 GiB are promised to servers, and this machine has 16 GiB.',
  ]);
  expect(findingsWith('students: 8', 16)).toEqual([]);
  expect(findingsWith('name: Waves', 1)).toEqual([]);
});
