import fc from 'fast-check';
import { expect, test } from 'vitest';
import { deriveSizes, serversPerNode } from './sizes.ts';

const GIB = 1024 ** 3;
const amount = (most: number) => fc.option(fc.double({ min: 0.05, max: most, noNaN: true }));

test('the machines hold a server for every student, and one fewer would not', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 500 }), amount(200), amount(28), (students, gib, cores) => {
      const demand = { students, memory: gib === null ? null : Math.ceil(gib * GIB), cores };
      const sizes = deriveSizes(demand);
      if (sizes === undefined) throw new Error('a server of this size fits on some machine');
      expect(serversPerNode(sizes.vmSize, demand)).toBe(sizes.serversPerNode);
      expect(sizes.nodes * sizes.serversPerNode).toBeGreaterThanOrEqual(students);
      expect((sizes.nodes - 1) * sizes.serversPerNode).toBeLessThan(students);
    }),
  );
});

test('servers that want much memory get machines with much', () => {
  expect(deriveSizes({ students: 30, memory: 8 * GIB, cores: 0.5 })?.vmSize).toMatch(/^Standard_E/);
  expect(deriveSizes({ students: 30, memory: GIB, cores: 2 })?.vmSize).toMatch(/^Standard_D/);
});

test('a server that no machine can hold has none', () => {
  expect(deriveSizes({ students: 1, memory: 1000 * GIB, cores: null })).toBeUndefined();
  expect(deriveSizes({ students: 1, memory: null, cores: 100 })).toBeUndefined();
});
