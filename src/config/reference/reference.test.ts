import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { valuesJsonSchema } from './json-schema.ts';
import { keysPage } from './keys-page.ts';

const PAGE = new URL('../../../docs/config/keys.md', import.meta.url);

test('the page of keys is what the schema says: `npm run generate`', async () => {
  expect(await readFile(PAGE, 'utf8')).toBe(keysPage());
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
