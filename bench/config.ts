/** How long the reading of a config.yaml takes: `node bench/config.ts`. The aim: under 200 ms for 1,000 lines. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { checkText } from '../src/config/load.ts';
import { migrateText } from '../src/config/migrate/migrate.ts';

const everyKey = readFileSync(
  fileURLToPath(new URL('../src/config/every-key/current.yaml', import.meta.url)),
  'utf8',
);
const users = Array.from({ length: 990 }, (_, index) => `      - user${index}`).join('\n');
const old = `auth:\n  dummy: {password: tide}\n  whitelist:\n    users:\n${users}\n`;
const large = `${old}custom:\n${Array.from({ length: 20_000 }, (_, index) => `  key${index}: some value of it ${index}`).join('\n')}\n`;

const cases: readonly (readonly [string, string, (text: string) => unknown])[] = [
  ['every key of today', everyKey, (text) => checkText(text, 'config.yaml')],
  ['a long list of users, old names', old, (text) => checkText(text, 'config.yaml')],
  ['the same, carried over', old, (text) => migrateText(text, 'config.yaml')],
  ['nearly a megabyte', large, (text) => checkText(text, 'config.yaml')],
];

for (const [name, text, read] of cases) {
  const first = time(() => read(text));
  const later = Array.from({ length: 9 }, () => time(() => read(text))).toSorted((a, b) => a - b);
  const lines = text.split('\n').length - 1;
  console.log(
    `${name} (${lines} lines): first ${first.toFixed(0)} ms, then ${later[4]!.toFixed(0)} ms (median of 9)`,
  );
}

function time(run: () => unknown): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}
