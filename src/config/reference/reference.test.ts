import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { valuesJsonSchema } from './json-schema.ts';
import { keysPage } from './keys-page.ts';

const DOCS = join(import.meta.dirname, '../../../docs/config');

test('the page of keys is what the schema says: `node bin/polder.mjs config docs > docs/config/keys.md`', async () => {
  expect(await readFile(join(DOCS, 'keys.md'), 'utf8')).toBe(keysPage());
});

test('the schema for editors is up to date: `node bin/polder.mjs config schema > docs/config/values.schema.json`', async () => {
  expect(JSON.parse(await readFile(join(DOCS, 'values.schema.json'), 'utf8'))).toEqual(
    JSON.parse(JSON.stringify(valuesJsonSchema())),
  );
});

test('an editor is told forms, meanings and old names', () => {
  const { properties = {} } = valuesJsonSchema();
  expect(properties.singleuser?.properties?.storage?.properties?.type).toMatchObject({
    enum: ['none', 'dynamic', 'static', null],
    default: 'dynamic',
  });
  expect(properties.auth?.properties?.whitelist?.properties?.users).toMatchObject({ deprecated: true });
  expect(properties.singleuser?.properties?.memory?.properties?.limit?.type).toEqual([
    'number',
    'string',
    'null',
  ]);
});
