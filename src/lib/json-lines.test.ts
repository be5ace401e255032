import { expect, test } from 'vitest';
import { jsonLines } from './json-lines.ts';

async function* piecesOf(text: string, size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(text: string, { size = 1_000, longest = 100 } = {}): Promise<unknown[]> {
  return await Array.fromAsync(jsonLines(piecesOf(text, size), { longest }));
}

test.each([1, 2, 3, 7, 1_000])('lines are found in pieces of %i bytes', async (size) => {
  const text = '{"name":"Zoë €"}\n\n[1,2]\n"end"\n';
  expect(await read(text, { size })).toEqual([{ name: 'Zoë €' }, [1, 2], 'end']);
});

test('a line that was not ended is none', async () => {
  expect(await read('1\n2')).toEqual([1]);
});

test.each([4, 1_000])('a line that is too long is refused, in pieces of %i bytes', async (size) => {
  await expect(read(`"${'x'.repeat(200)}"\n`, { size })).rejects.toThrow('longer than 100');
  await expect(read(`"${'x'.repeat(200)}`, { size })).rejects.toThrow('longer than 100');
});

test('what is no JSON is refused', async () => {
  await expect(read('{"a":\n')).rejects.toThrow(SyntaxError);
});
