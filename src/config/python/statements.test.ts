import { expect, test } from 'vitest';
import { readStatements } from './statements.ts';

function literalOf(literal: string): unknown {
  const [statement] = readStatements(`c.A.b = ${literal}`);
  return statement?.kind === 'set' ? statement.value : statement?.kind;
}

test.each([
  ['1', 1],
  ['-1_000', -1000],
  ['0x10', 16],
  ['.5', 0.5],
  ['60 * 60 * 2', 7200],
  ['2 * 1024 ** 3', 2 * 1024 ** 3],
  ['True', true],
  ['None', null],
  [`'a' "b"`, 'ab'],
  [`r'\\d'`, '\\d'],
  [`"\\n\\x41"`, '\nA'],
  ['"""two\nlines"""', 'two\nlines'],
  ['[1, "a", [True],]', [1, 'a', [true]]],
  ['(1, 2)', [1, 2]],
  ['(1,)', [1]],
  ['(1)', 1],
  ['{"a", "b"}', ['a', 'b']],
  ['{"a": {"b": []}}', { a: { b: [] } }],
  ['[\n  1, # one\n  2,\n]', [1, 2]],
  ['name', 'other'],
  ['f"{name}"', 'other'],
  ['call()', 'other'],
  ['[x for x in y]', 'other'],
  ['{1: 2}', 'other'],
  ['"a" if x else "b"', 'other'],
  ['[1', 'other'],
  ['"open', 'other'],
  ['', 'other'],
  ['1 == 1', 'other'],
])('c.A.b = %s', (literal, value) => {
  expect(literalOf(literal)).toEqual(value);
});

test('statements are told apart by lines, brackets and indentation', () => {
  const source = [
    'import os',
    '"""What this is."""',
    'c.Spawner.environment.update({"A": "1"})  # more',
    'c.JupyterHub.services.append({',
    '  "name": "x",',
    '})',
    'c.KubeSpawner.environment["B"] = "2"',
    'c.Authenticator.admin_users |= {"carl"}',
    'def hook(spawner):',
    '    spawner.environment["C"] = "3"',
    '',
    '    return None',
    'c.Spawner.pre_spawn_hook = hook',
  ].join('\n');
  expect(readStatements(source).map(({ kind, line }) => `${line} ${kind}`)).toEqual([
    '3 update',
    '4 extend',
    '7 set',
    '8 update',
    '9 other',
    '13 other',
  ]);
});

test('what is huge or hostile is answered in time', () => {
  const start = performance.now();
  for (const source of [
    '['.repeat(500_000),
    `c.A.b = ${'['.repeat(500_000)}`,
    `c.A.b = ${'-'.repeat(500_000)}1`,
    `c.A.b = ${'2**'.repeat(200_000)}1`,
    `c.A.b = 1 ${' '.repeat(500_000)}x`,
    'c.A.b = [\n'.repeat(50_000),
    `c.A.b = "${'\\\\'.repeat(250_000)}`,
  ]) {
    for (const { kind } of readStatements(source)) expect(kind).toBe('other');
  }
  expect(performance.now() - start).toBeLessThan(10_000);
});
