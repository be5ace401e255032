import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { editValues } from './edit-values.ts';

const TAG = { 'singleuser.image.tag': 'c123456789ab' };

test('a value is replaced where it stands, and every other character stays', () => {
  const before =
    '# top\nsingleuser:\n    image:\n        name:  a/b   # where\n        tag: v4   # old\nhub:   {a: "1" }\n';
  expect(editValues(before, TAG)).toBe(before.replace('v4', '"c123456789ab"'));
  const flow = "singleuser: {image: {name: a/b, tag: 'v4'}} # x\n";
  expect(editValues(flow, TAG)).toBe(flow.replace("'v4'", '"c123456789ab"'));
});

test.each([
  ['beside its sibling', 'singleuser:\n  image:\n    # where\n    name: a/b\n  cpu: 1\n'],
  ['below the section', 'hub: {}\nsingleuser:\n  cpu: 1\n'],
  ['at the end', '# only this\nhub: {}'],
  ['of an empty file', ''],
  ['in braces', 'singleuser: {image: {name: a/b}}\n'],
  ['where nothing is said yet', 'singleuser:\n  image:\n    tag:\n    name: a/b\n'],
  ['below what is empty', 'singleuser:\nhub: {} # x\n'],
  ['over several lines', 'singleuser:\n  image:\n    tag: |\n      v4\n'],
])('a value that is not there is added %s', (_, before) => {
  const edited = editValues(before, TAG);
  const expected = (parse(before) ?? {}) as { singleuser?: { image?: object } | null };
  expect(parse(edited)).toEqual({
    ...expected,
    singleuser: { ...expected.singleuser, image: { ...expected.singleuser?.image, tag: 'c123456789ab' } },
  });
  for (const [comment] of before.matchAll(/# .*/g)) expect(edited).toContain(comment);
});
