import { DEFAULT_CHANGES } from '../defaults.ts';
import { describeUse } from '../explain/explain.ts';
import { allKeys, type KeyDescription } from '../explain/keys.ts';
import { nameOfChart } from '../generations.ts';
import { LEGACY_RULES } from '../legacy/rules.ts';
import { MEANINGS } from '../schema/meanings.ts';

/** The page of all keys, in Markdown, from the same tables that files are read by. */
export function keysPage(): string {
  const keys = [...allKeys()];
  const tops = [...new Set(keys.map(({ name }) => name.split('.')[0]!))];
  return [
    '# Keys of config.yaml',
    '',
    'Made from the schema by `polder config docs`; do not edit it by hand. `polder check -f config.yaml --explain KEY` says the',
    'same of one key, and where its value comes from in your file.',
    '',
    ...tops.flatMap((top) => [...sectionOf(top, keys), '']),
    ...changesOfDefaults(),
    '',
    ...oldNames(),
    '',
  ].join('\n');
}

function sectionOf(top: string, keys: readonly KeyDescription[]): readonly string[] {
  const own = keys.filter(({ name, form }) => {
    return (
      (name === top || name.startsWith(`${top}.`) || name.startsWith(`${top}[].`)) &&
      (name === top || !form.startsWith('a map of the keys'))
    );
  });
  const rows = own.filter(({ name }) => name !== top || own.length === 1);
  return [
    `## ${top}`,
    '',
    ...(MEANINGS[top] === undefined ? [] : [MEANINGS[top], '']),
    '| key | may be | default | what becomes of it |',
    '| --- | --- | --- | --- |',
    ...rows.map(rowOf),
  ];
}

function rowOf(key: KeyDescription): string {
  const value = key.defaults.at(-1)?.value;
  const shown = value === undefined ? '' : `\`${JSON.stringify(value)}\``;
  const use = [key.meaning, describeUse(key.fate), key.isSecret ? 'Secret.' : null];
  return row(`\`${key.name}\``, key.form, shown, use.filter((part) => part !== null).join(' '));
}

function changesOfDefaults(): readonly string[] {
  return [
    '## Defaults that have changed',
    '',
    '| key | up to | default then |',
    '| --- | --- | --- |',
    ...DEFAULT_CHANGES.map(({ key, until, value }) =>
      row(`\`${key}\``, nameOfChart(until), `\`${JSON.stringify(value)}\``),
    ),
  ];
}

function oldNames(): readonly string[] {
  return [
    '## Names that have moved',
    '',
    '| old name | up to | today |',
    '| --- | --- | --- |',
    ...LEGACY_RULES.map(({ from, to, until }) => {
      const today =
        typeof to === 'string' ? `\`${to}\`` : 'below `hub.config`, as `auth.custom.className` says';
      return row(`\`${from}\``, nameOfChart(until ?? 'current'), today);
    }),
  ];
}

function row(...cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
}
