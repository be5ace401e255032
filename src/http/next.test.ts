import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { safeNext } from './next.ts';

const root = { baseUrl: '/' };
const course = { baseUrl: '/course/' };
const origin = 'https://hub.example';

describe('where a browser may go after the login', () => {
  it.each([
    ['/hub/home', '/hub/home'],
    ['/user/anna/lab/tree/a b.ipynb?x=1&y=/#top', '/user/anna/lab/tree/a%20b.ipynb?x=1&y=/#top'],
    [
      '/hub/user-redirect/git-pull?repo=https%3A%2F%2Fgit.example%2Fa',
      '/hub/user-redirect/git-pull?repo=https%3A%2F%2Fgit.example%2Fa',
    ],
    ['https://hub.example/hub/home', '/hub/home'],
    ['/user/anna/../ben/', '/user/ben/'],
    ['/%2F/evil.example', '/%2F/evil.example'],
  ])('%s is ours', (next, expected) => {
    expect(safeNext(next, root, { origin })).toBe(expected);
  });

  it.each([
    undefined,
    '',
    'hub/home',
    '//evil.example/',
    '///evil.example/',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    ' /hub/home',
    '\u0000/hub/home',
    '/.//evil.example',
    '/..//evil.example',
    '/hub/..//evil.example',
    '/%2e//evil.example',
    'https://evil.example/hub/home',
    'https://hub.example.evil.example/',
    'https://hub.example@evil.example/',
    'https:hub.example/',
    'https:/evil.example/',
    'javascript:alert(1)',
    'data:text/html,x',
    'https://hub.example//evil.example/',
    'https://hub.example',
  ])('%j is not', (next) => {
    expect(safeNext(next, root, { origin })).toBeUndefined();
  });

  it('must lie below the base URL', () => {
    expect(safeNext('/course/hub/home', course)).toBe('/course/hub/home');
    expect(safeNext('/other/', course)).toBeUndefined();
    expect(safeNext('/course/../other/', course)).toBeUndefined();
    expect(safeNext('/course', course)).toBeUndefined();
    expect(safeNext('/coursework/', course)).toBeUndefined();
  });

  it('whatever is asked, a browser that is sent there stays with us', () => {
    const piece = fc.constantFrom(
      '/',
      '\\',
      '.',
      '..',
      '%2e',
      '%2f',
      '//',
      '@',
      ':',
      '?',
      '#',
      '\t',
      '\n',
      ' ',
      'hub',
      'course',
      'evil.example',
      'https:',
      origin,
      '\u0000',
      '\u2028',
    );
    const asked = fc.oneof(
      fc.array(piece, { maxLength: 10 }).map((pieces) => pieces.join('')),
      fc.string(),
      fc.webUrl(),
    );
    fc.assert(
      fc.property(asked, fc.constantFrom(root, course), (next, site) => {
        const safe = safeNext(next, site, { origin });
        if (safe === undefined) return;
        const target = new URL(safe, `${origin}/hub/login`);
        expect(target.origin).toBe(origin);
        expect(target.pathname.startsWith(site.baseUrl)).toBe(true);
        // A second look at its own answer changes nothing.
        expect(safeNext(safe, site, { origin })).toBe(safe);
      }),
      { numRuns: 2_000 },
    );
  });
});
