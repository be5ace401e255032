import { expect, test } from 'vitest';
import { checkText } from '../load.ts';

const FILE = 'polder: {generation: "0.10"}\n';

test('another chart on the command line than in the file is said, and the file counts', () => {
  const { findings, generation } = checkText(FILE, 'config.yaml', { generation: '3' });
  expect(generation).toBe('0.10');
  const said = findings.find(({ code }) => code === 'generation-said-twice');
  expect(said?.message).toBe('The command line says chart 3, and this says chart 0.10: this counts.');
});

test('the same chart twice is no matter', () => {
  const { findings } = checkText(FILE, 'config.yaml', { generation: '0.10' });
  expect(findings.map(({ code }) => code)).not.toContain('generation-said-twice');
});
