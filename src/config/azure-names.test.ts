import fc from 'fast-check';
import { expect, test } from 'vitest';
import { deriveNames, NAME_RULES } from './azure-names.ts';

const nobodys = { subscription: null, resourceGroup: null };

test('whatever a course is called, the names that come of it are ones that Azure takes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 200 }), (course) => {
      const names = deriveNames(course, nobodys);
      for (const [kind, name] of Object.entries(names)) {
        expect(name).toMatch(NAME_RULES[kind as keyof typeof names].pattern);
      }
    }),
  );
});

test('names that the whole world shares differ where subscription, group or course does, and are the same at every reading', () => {
  const all = [
    deriveNames('Waves', nobodys),
    deriveNames('Waves!', nobodys),
    deriveNames('Waves', { subscription: 'a', resourceGroup: null }),
    deriveNames('Waves', { subscription: null, resourceGroup: 'other' }),
  ];
  expect(new Set(all.map(({ registry }) => registry)).size).toBe(4);
  expect(new Set(all.map(({ storageAccount }) => storageAccount)).size).toBe(4);
  expect(deriveNames('Waves', nobodys)).toEqual(all[0]);
  expect(all[3]?.resourceGroup).toBe('other');
});
