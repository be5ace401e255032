import { expect, test } from 'vitest';
import { cutPrefix, requestPath, resolveDots } from './request-path.ts';

test.each([
  ['/', '/'],
  ['/user/anna/lab?reset', '/user/anna/lab'],
  ['/user/anna%40example.org/lab', '/user/anna@example.org/lab'],
  ['/user/j%C3%B6rg', '/user/jörg'],
  ['/a%2Fb/c', '/a/b/c'],
  ['//evil.example/x%20y', '//evil.example/x y'],
  ['/x?y=%', '/x'],
  ['*', '*'],
])('%s is looked up as %s', (url, path) => {
  expect(requestPath(url)).toBe(path);
});

test.each([
  ['/a/../user/./anna?x=/../y', '/user/anna?x=/../y'],
  ['/a/%2e%2E/b', '/b'],
  ['/..', '/'],
  ['/a/b/..', '/a/'],
  ['/a\\..\\b', '/b'],
  ['//x/../y', '//y'],
  ['/a%20b/../c%20d', '/c%20d'],
])('%s is forwarded as %s', (url, resolved) => {
  expect(resolveDots(url)).toBe(resolved);
});

test.each([
  '/',
  '*',
  '//x',
  '/a/.well-known/x',
  '/.hidden',
  '/files/x.ipynb',
  '/a..b/c',
  '/x?y=/../z',
  '/a/...',
])('%s is forwarded as it is', (url) => {
  expect(resolveDots(url)).toBe(url);
});

test.each(['/%', '/%zz', '/%ff', '/a%C3'])('%s cannot be looked up', (url) => {
  expect(requestPath(url)).toBeUndefined();
});

test.each([
  ['/user/anna/lab?x', '/user/anna', '/lab?x'],
  ['/user/anna', '/user/anna', '/'],
  ['/user/anna?x=/', '/user/anna', '/?x=/'],
  ['/user/anna%40b/lab', '/user/anna@b', '/lab'],
  ['/a%2Fb/c', '/a/b', '/c'],
  ['/anything', '/', '/anything'],
])('%s without the prefix %s is %s', (url, prefix, rest) => {
  expect(cutPrefix(url, prefix)).toBe(rest);
});
