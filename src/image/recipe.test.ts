import { expect, test } from 'vitest';
import type { ImageConfig } from '../config/provisioning.ts';
import { contentTag } from './content-tag.ts';
import { imageRecipe } from './recipe.ts';

const image: ImageConfig = {
  dockerfile: null,
  base: 'quay.io/jupyter/scipy-notebook:2026-03-02',
  packages: ['libgomp1'],
  requirements: ['xarray'],
  archives: [{ from: { url: 'https://example.org/model.tar.gz' }, sha256: 'ab', target: '/opt/model' }],
  environment: { LD_LIBRARY_PATH: '/opt/model/lib:$LD_LIBRARY_PATH', WORDS: 'say "hi" \\o/' },
};
const options = { requirements: 'xarray\n', user: { uid: 1000, gid: 100 } };

test('a recipe has what changes seldom first, and ends as the user of servers', () => {
  const { dockerfile, files } = imageRecipe(image, options);
  const words = dockerfile.split('\n').map((line) => line.split(' ').slice(0, 2).join(' '));
  expect(words).toEqual([
    'FROM quay.io/jupyter/scipy-notebook:2026-03-02',
    'USER root',
    'RUN apt-get',
    'COPY ["archives/0/","/opt/model/"]',
    'COPY requirements.txt',
    'RUN python3',
    'ENV LD_LIBRARY_PATH="/opt/model/lib:$LD_LIBRARY_PATH"',
    'ENV WORDS="say',
    'USER 1000:100',
    '',
  ]);
  expect(dockerfile).toContain('ENV WORDS="say \\"hi\\" \\\\o/"');
  expect(files.map(({ path }) => path)).toEqual(['archives/0', 'requirements.txt']);
});

test('a recipe of a base alone adds nothing to it', () => {
  const bare = { ...image, packages: [], archives: [], environment: {} };
  expect(imageRecipe(bare, { ...options, requirements: '' })).toEqual({
    dockerfile: 'FROM quay.io/jupyter/scipy-notebook:2026-03-02\nUSER root\nUSER 1000:100\n',
    files: [],
  });
});

test('neither a base nor a value can bring another instruction with it', () => {
  expect(() => imageRecipe({ ...image, base: 'debian\nRUN rm -rf /' }, options)).toThrow('image.base');
  expect(() => imageRecipe({ ...image, environment: { A: 'b\nRUN x' } }, options)).toThrow('several lines');
});

test('a tag is the same for the same contents in any order, another for others, and no number', () => {
  const [a, b] = [
    { path: 'a', sha256: '1' },
    { path: 'b', sha256: '2' },
  ] as const;
  expect(contentTag('FROM x', [a, b])).toBe(contentTag('FROM x', [b, a]));
  expect(contentTag('FROM x', [a, b])).toMatch(/^c[0-9a-f]{12}$/);
  const others = [
    contentTag('FROM y', [a, b]),
    contentTag('FROM x', [a]),
    contentTag('FROM x', [a, { ...b, sha256: '3' }]),
  ];
  expect(new Set([...others, contentTag('FROM x', [a, b])]).size).toBe(4);
});
