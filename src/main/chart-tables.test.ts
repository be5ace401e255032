import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { valuesJsonSchema } from '../config/reference/json-schema.ts';
import { packagePath } from '../lib/asset.ts';
import { chartTables } from './chart-tables.ts';

const read = async (file: string) => JSON.parse(await readFile(packagePath(file), 'utf8')) as unknown;
const asFile = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown;

test('the tables of the chart are those of the hub: `npm run generate`', async () => {
  expect(await read('chart/files/tables.json')).toEqual(asFile(chartTables()));
});

test('the schema of the chart, which editors use too, is up to date: `npm run generate`', async () => {
  expect(await read('chart/values.schema.json')).toEqual(asFile(valuesJsonSchema()));
});
