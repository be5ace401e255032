import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RouteTable } from './route-table.ts';
import { parseTarget, type Target } from './target.ts';

const now = () => new Date(1000);
const target = parseTarget('http://127.0.0.1:1');

describe('a route table', () => {
  test('finds the longest prefix by whole segments', () => {
    const routes = new RouteTable({ now });
    for (const prefix of ['/', '/user/anna', '/user/anna/second', '/hub/']) routes.add(prefix, target);
    const found = (path: string) => routes.find(path)?.prefix;
    expect(found('/')).toBe('/');
    expect(found('/user')).toBe('/');
    expect(found('/user/annabel')).toBe('/');
    expect(found('/user/anna')).toBe('/user/anna');
    expect(found('/user/anna/')).toBe('/user/anna');
    expect(found('/user/anna/lab/tree')).toBe('/user/anna');
    expect(found('/user/anna/second/api')).toBe('/user/anna/second');
    expect(found('//user/anna')).toBe('/');
    expect(found('/hub')).toBe('/hub');
  });

  test('has no route for a path that no prefix covers', () => {
    const routes = new RouteTable({ now });
    routes.add('/user/anna/deep', target);
    expect(routes.find('/user/anna')).toBeUndefined();
    expect(routes.find('/')).toBeUndefined();
  });

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'treats %s as any segment',
    (name) => {
      const routes = new RouteTable({ now });
      expect(routes.find(`/${name}/x`)).toBeUndefined();
      routes.add(`/${name}`, target, { a: 1 });
      expect(routes.find(`/${name}/x`)?.prefix).toBe(`/${name}`);
      expect(routes.get(`/${name}`)?.data).toEqual({ a: 1 });
      expect(routes.remove(name)).toBe(true);
      expect(routes.find(`/${name}`)).toBeUndefined();
      expect(routes.size).toBe(0);
    },
  );

  test('replaces a route in place, so that requests on their way keep it active', () => {
    const routes = new RouteTable({ now });
    const held = routes.add('/a', target, { first: true });
    held.lastActivity = 5;
    const other = parseTarget('http://127.0.0.1:2');
    routes.add('/a/', other, { second: true });
    expect(routes.get('/a')).toBe(held);
    expect(held).toMatchObject({ target: other, data: { second: true }, lastActivity: 1000 });
  });

  test('tells when the last route to an address is gone', () => {
    const unused: Target[] = [];
    const routes = new RouteTable({ now, targetUnused: (gone) => unused.push(gone) });
    routes.add('/a', parseTarget('http://127.0.0.1:1/a'));
    routes.add('/b', parseTarget('http://127.0.0.1:1/b'));
    routes.remove('/a');
    expect(unused).toEqual([]);
    routes.add('/b', parseTarget('http://127.0.0.1:2/b'));
    expect(unused.map((gone) => gone.key)).toEqual(['http://127.0.0.1:1']);
    routes.add('/b', parseTarget('http://127.0.0.1:2/c'));
    expect(unused).toHaveLength(1);
  });

  test('compares host names without regard to case, and lists them as they were given', () => {
    const routes = new RouteTable({ now, hostRouting: true });
    routes.add('/Anna.Example.org/user/anna', target);
    expect(routes.find('/anna.example.org/user/anna/lab')?.prefix).toBe('/Anna.Example.org/user/anna');
    expect(routes.find('/anna.example.org/user/ANNA')).toBeUndefined();
    expect([...routes.all()].map((route) => route.prefix)).toEqual(['/Anna.Example.org/user/anna']);
    routes.add('/ANNA.example.org/user/anna', target, { again: true });
    expect(routes.size).toBe(1);
    expect(routes.remove('/anna.Example.org/user/anna')).toBe(true);
    expect(routes.find('/anna.example.org/user/anna')).toBeUndefined();
  });

  test('agrees with looking at every prefix, whatever is added and removed', () => {
    const segment = fc.constantFrom('a', 'b', 'ab', '', '__proto__');
    const path = fc.array(segment, { maxLength: 4 }).map((segments) => `/${segments.join('/')}`);
    const step = fc.record({ add: fc.boolean(), path });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), fc.array(path, { maxLength: 10 }), (steps, lookups) => {
        const routes = new RouteTable({ now });
        const prefixes = new Set<string>();
        for (const { add, path: given } of steps) {
          const prefix = `/${given.replace(/^\/+|\/+$/g, '')}`;
          if (add) {
            routes.add(given, target);
            prefixes.add(prefix);
          } else expect(routes.remove(given)).toBe(prefixes.delete(prefix));
        }
        expect([...routes.all()].map((route) => route.prefix).sort()).toEqual([...prefixes].sort());
        for (const lookup of lookups) {
          const covering = [...prefixes].filter(
            (prefix) => prefix === '/' || lookup === prefix || lookup.startsWith(`${prefix}/`),
          );
          const longest = covering.sort((a, b) => b.length - a.length)[0];
          expect(routes.find(lookup)?.prefix).toBe(longest);
        }
      }),
    );
  });
});
