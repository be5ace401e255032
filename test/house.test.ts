/** The rules of the house that a machine can check; ARCHITECTURE.md gives the reasons. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { startHub } from './support/hub.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Which folders of `src` the code of a folder may import from, beside itself; a path to a file means that file only. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  lib: [],
  domain: ['lib'],
  config: ['lib', 'domain'],
  store: ['lib', 'domain'],
  kubernetes: ['lib', 'domain'],
  spawner: ['lib', 'domain', 'config/finding.ts', 'kubernetes'],
  deploy: ['lib', 'domain', 'config', 'kubernetes'],
  authenticator: ['lib', 'domain', 'config/finding.ts'],
  proxy: ['lib', 'domain'],
  notebooks: ['lib', 'domain'],
  azure: ['lib', 'domain', 'config'],
  image: ['lib', 'domain', 'config'],
  hub: [
    'lib',
    'domain',
    'store/store.ts',
    'spawner/spawner.ts',
    'authenticator/authenticator.ts',
    'authenticator/allow-rule.ts',
  ],
  http: ['lib', 'domain', 'hub'],
  main: [
    'lib',
    'domain',
    'config',
    'azure',
    'image',
    'kubernetes',
    'deploy',
    'store',
    'spawner',
    'authenticator',
    'proxy',
    'notebooks',
    'hub',
    'http',
  ],
};

/** Folders that alone may use a technology, and how one knows it. */
const technologies: Readonly<
  Record<string, { readonly package: RegExp; readonly folders: readonly string[] }>
> = {
  SQL: { package: /^(kysely|node:sqlite|pg)$/, folders: ['store'] },
  'the web framework': { package: /^(fastify|@fastify\/.*)$/, folders: ['http', 'main'] },
  YAML: { package: /^yaml$/, folders: ['config', 'azure'] },
  Azure: { package: /^@azure(-rest)?\//, folders: ['azure', 'notebooks'] },
  Kubernetes: { package: /^@kubernetes\//, folders: ['kubernetes', 'spawner'] },
  'the command line': { package: /^(commander|listr2)$/, folders: ['main', 'proxy'] },
};

/** What the text of the code may not hold outside of the folders named. */
const words: readonly {
  readonly what: string;
  readonly pattern: RegExp;
  readonly folders: readonly string[];
}[] = [
  {
    what: 'an SQL statement',
    pattern: /\b(SELECT|INSERT INTO|UPDATE|DELETE FROM) [a-z*]/,
    folders: ['store'],
  },
  { what: 'a default export', pattern: /^export default /m, folders: [] },
  { what: 'an enum or a namespace', pattern: /^(export )?(const )?(enum|namespace) /m, folders: [] },
  { what: 'process.exit()', pattern: /\bprocess\.exit\(/, folders: ['main'] },
];

const sources = filesBelow('src')
  .filter((path) => path.endsWith('.ts'))
  .map((path) => ({
    path,
    folder: path.split('/')[1]!,
    text: readFileSync(join(root, path), 'utf8'),
    isTest: /\.test\.ts$|\/conformance(\/|\.ts$)/.test(path),
  }));
const code = sources.filter((source) => !source.isTest);

describe('imports', () => {
  it('go in the direction of the house', () => {
    const wrong = code.flatMap(({ path, folder, text }) =>
      importsOf(text)
        .filter((name) => name.startsWith('.'))
        .map((name) => relative(join(root, 'src'), resolve(root, dirname(path), name)))
        .filter((target) => !isAllowed(folder, target))
        .map((target) => `${path} imports ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  it('keep each technology in its folder', () => {
    const wrong = code.flatMap(({ path, folder, text }) =>
      importsOf(text).flatMap((name) =>
        Object.entries(technologies)
          .filter(([, { package: pattern, folders }]) => pattern.test(name) && !folders.includes(folder))
          .map(([technology]) => `${path} imports ${name}: ${technology}`),
      ),
    );
    expect(wrong).toEqual([]);
  });

  it('name a file with its ending, a module of Node as such, or a package that package.json names', () => {
    const { devDependencies } = readJson('package.json');
    const wrong = sources.flatMap(({ path, text }) =>
      importsOf(text)
        .filter((name) => !/^\..*\.(ts|cjs|json)$/.test(name) && !name.startsWith('node:'))
        .filter((name) => !(packageOf(name) in devDependencies))
        .map((name) => `${path} imports ${name}`),
    );
    expect(wrong).toEqual([]);
  });
});

describe('the code', () => {
  it.each(words)('holds $what only where it belongs', ({ pattern, folders }) => {
    const wrong = code.filter(
      ({ folder, text }) => !folders.includes(folder) && pattern.test(withoutComments(text)),
    );
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });

  it('holds no note to ourselves and no path of a machine of ours', () => {
    const mark = /\b(TODO|FIXME|XXX|HACK)\b|\/work\/|\/Users\/\w|\/tmp\/\w/;
    const own = relative(root, fileURLToPath(import.meta.url));
    const files = ['bin', 'src', 'test', 'bench', '.ci', 'examples', 'docs'].flatMap(filesBelow);
    const wrong = files
      .filter((path) => path !== own && /\.(ts|mjs|py|md|yaml|css|js|ipynb|in|txt)$|\/run$/.test(path))
      .filter((path) => mark.test(readFileSync(join(root, path), 'utf8')));
    expect(wrong).toEqual([]);
  });
});

describe('the API', () => {
  it('says of every route what it takes and answers, or the hub does not start', async () => {
    await using hub = await startHub({ hubs: 1 });
    expect((await hub.api('GET', '/openapi.json')).status).toBe(200);
  });
});

describe('names', () => {
  it('are in kebab-case, of files and of folders, and say what is in them', () => {
    const wrong = sources
      .map(({ path }) => path)
      .filter((path) => {
        const parts = path.replace(/(\.test|\.d)?\.ts$/, '').split('/');
        return parts.some(
          (part) => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(part) || /^(index|utils?|helpers?|misc)$/.test(part),
        );
      });
    expect(wrong).toEqual([]);
  });

  it('of the folders of src stand in the README', () => {
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    const folders = readdirSync(join(root, 'src'), { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    );
    expect(folders.map(({ name }) => name).filter((name) => !readme.includes(`| \`src/${name}\` |`))).toEqual(
      [],
    );
    expect(folders.map(({ name }) => name).filter((name) => !(name in mayImport))).toEqual([]);
  });
});

describe('the package', () => {
  it('makes nobody download other packages: the bundle holds them', () => {
    expect(readJson('package.json').dependencies).toBeUndefined();
  });

  it('has a lock file that npm ci accepts: as package.json says, and whole for every system', () => {
    const { packages } = readJson('package-lock.json');
    expect(packages[''].devDependencies).toEqual(readJson('package.json').devDependencies);
    const missing = Object.entries<{ optionalDependencies?: object }>(packages).flatMap(([path, entry]) =>
      Object.keys(entry.optionalDependencies ?? {})
        .filter((name) => !installedPaths(path, name).some((place) => place in packages))
        .map((name) => `${path} -> ${name}`),
    );
    expect(missing).toEqual([]);
  });

  it('locks every Python package that it asks for', () => {
    const names = (file: string) =>
      readFileSync(join(root, file), 'utf8')
        .split('\n')
        .filter((line) => /^[a-z]/.test(line))
        .map((line) => line.split('==')[0]!);
    const locked = names('src/spawner/process/python-requirements.txt');
    expect(
      names('src/spawner/process/python-requirements.in').filter((name) => !locked.includes(name)),
    ).toEqual([]);
  });
});

// For whoever reads the run: sizes are a matter of judgement, not of a limit.
afterAll(() => {
  const sizes = code
    .map(({ path, text }) => ({ path, lines: text.split('\n').length }))
    .sort((a, b) => a.lines - b.lines);
  const at = (share: number) => sizes[Math.floor(share * (sizes.length - 1))]!;
  console.info(
    `${sizes.length} files in src: median ${at(0.5).lines} lines, 90 % below ${at(0.9).lines}, ` +
      `longest ${at(1).path} with ${at(1).lines}`,
  );
});

function isAllowed(folder: string, target: string): boolean {
  if (target.startsWith('../')) return target === '../package.json';
  return [folder, ...(mayImport[folder] ?? [])].some(
    (place) => target === place || target.startsWith(`${place}/`),
  );
}

/** The names in `from '…'`, `import '…'` and `import('…')`. */
function importsOf(text: string): readonly string[] {
  const statements = /^(?:(?:import|export)\s[^'";]*?from\s+|import\s+)'([^'\n]+)'|\bimport\('([^'\n]+)'\)/gm;
  return [...withoutComments(text).matchAll(statements)].map(([, from, lazy]) => (from ?? lazy)!);
}

/** Good enough for what is looked for here: it may take a piece out of a string, never leave a comment in. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:'"`])\/\/.*$/gm, '$1');
}

/** `@scope/name` of `@scope/name/lib/file.js`. */
function packageOf(name: string): string {
  return name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/');
}

/** Where npm may have put what the package at `path` asks for: below it, or below any that it lies in. */
function installedPaths(path: string, name: string): readonly string[] {
  const owners = path
    .split('/node_modules/')
    .map((_, index, parts) => parts.slice(0, index + 1).join('/node_modules/'));
  return ['', ...owners.map((owner) => `${owner}/`)].map((place) => `${place}node_modules/${name}`);
}

/** Paths from the root of the repository, of what git would keep. */
function filesBelow(folder: string): readonly string[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/__pycache__|\.ipynb_checkpoints/.test(entry.parentPath))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

// biome-ignore lint/suspicious/noExplicitAny: what npm writes has no type of ours.
function readJson(path: string): any {
  return JSON.parse(readFileSync(join(root, path), 'utf8'));
}
