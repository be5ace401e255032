import { expect, test } from 'vitest';
import { cutPrefix, requestPath } from './request-path.ts';

test.each([
  ['/', '/'],
  ['/user/anna/lab?reset', '/user/anna/lab'],
  ['/user/anna%40example.org/lab', '/user/anna@example.org/lab'],
  ['/user/j%C3%B6rg', '/user/jörg'],
  ['/a%2Fb/c', '/a/b/c'],
  ['/a/../user/./anna', '/user/anna'],
  ['/a/%2e%2e/b', '/b'],
  ['/.well-known/x', '/.well-known/x'],
  ['/files/x.ipynb', '/files/x.ipynb'],
  ['/a\\b', '/a/b'],
  ['//evil.example/x%20y', '//evil.example/x y'],
  ['/x?y=%', '/x'],
  ['*', '*'],
])('%s is looked up as %s', (url, path) => {
  expect(requestPath(url)).toBe(path);
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
  ['/x/../user/anna/lab', '/user/anna', '/lab'],
  ['/anything', '/', '/anything'],
])('%s without the prefix %s is %s', (url, prefix, rest) => {
  expect(cutPrefix(url, prefix)).toBe(rest);
});
