/** What a values file refers to and does not hold: secrets in the environment or in files, pictures in files. */
import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { pictureTypeOf } from '../lib/picture-type.ts';
import { type Finding, findingAt } from './finding.ts';
import type { Values } from './schema/values.ts';
import { type MapTree, nodeAt, type Path } from './tree.ts';

/** Where references lead. */
export interface Outside {
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface BroughtIn {
  /** The values with what was referred to in place of the references: secrets as texts, pictures as `data:` addresses. */
  readonly values: Values;
  readonly findings: readonly Finding[];
}

const MOST_SECRET_BYTES = 64 * 1024;
const MOST_LOGO_BYTES = 200 * 1024;

/** Brings in what the values refer to. What cannot be had is left out of them, and is a finding. Never throws. */
export function bringIn(tree: MapTree, values: Values, outside: Outside): BroughtIn {
  const { course, notebooks } = values;
  const findings: Finding[] = [];
  const found = <T>(path: Path, read: (file: string) => T | Problem): T | undefined => {
    const node = nodeAt(tree, path) ?? null;
    const result = read(node?.place.file ?? '');
    if (!isProblem(result)) return result;
    findings.push(findingAt(node, { severity: 'error', ...result }));
    return undefined;
  };
  const secretAt = (path: Path, given: string | Reference | undefined) =>
    typeof given === 'object' ? found(path, (file) => readSecret(given, file, outside)) : given;
  const { adminPassword, logo, ...others } = course ?? {};
  const password = secretAt(['course', 'adminPassword'], adminPassword);
  const picture = (name: string, ...path: Path) =>
    found(['course', 'logo', ...path], (file) => readPicture(name, file));
  const logos =
    typeof logo === 'string'
      ? { light: picture(logo) }
      : logo && {
          light: logo.light && picture(logo.light, 'light'),
          dark: logo.dark && picture(logo.dark, 'dark'),
        };
  const git = notebooks?.git?.map(({ token, deployKey, ...repository }, index) => ({
    ...repository,
    ...given('token', secretAt(['notebooks', 'git', index, 'token'], token)),
    ...given('deployKey', secretAt(['notebooks', 'git', index, 'deployKey'], deployKey)),
  }));
  return {
    values: {
      ...values,
      ...(course && { course: { ...others, ...given('adminPassword', password), ...given('logo', logos) } }),
      ...(notebooks && { notebooks: { ...notebooks, ...given('git', git) } }),
    },
    findings,
  };
}

/** Keys that were not given are left out, not undefined. */
function given<Key extends string, Value>(
  key: Key,
  value: Value | undefined,
): { readonly [key in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { [key in Key]: Value });
}

interface Problem {
  readonly code: 'secret-not-found' | 'logo-unusable' | 'missing-value';
  readonly message: string;
  readonly help: string;
}

function isProblem(result: unknown): result is Problem {
  return typeof result === 'object' && result !== null && 'message' in result;
}

type Reference = { readonly env?: string | undefined; readonly file?: string | undefined };

/** Names are not repeated: a password that somebody wrote in their place would be. */
function readSecret(
  { env, file }: Reference,
  valuesFile: string,
  { environment }: Outside,
): string | Problem {
  if ((env === undefined) === (file === undefined)) {
    const help = 'Name a variable with `env: NAME`, or a file with `file: path`.';
    return { code: 'missing-value', message: 'A reference to a secret has either `env` or `file`.', help };
  }
  if (env !== undefined) {
    const value = environment[env];
    if (value) return value;
    const state = value === undefined ? 'not set' : 'empty';
    const message = `The environment variable that holds this secret is ${state} here.`;
    return { code: 'secret-not-found', message, help: 'Set it, or correct its name.' };
  }
  const bytes = readBeside(file!, valuesFile, MOST_SECRET_BYTES);
  if (typeof bytes === 'string') {
    const message = `The file that holds this secret cannot be used: ${bytes}.`;
    return { code: 'secret-not-found', message, help: 'Paths are read from the folder of the values file.' };
  }
  // Editors and `echo` end a file with a line break.
  const secret = bytes.toString('utf8').replace(/\r?\n$/, '');
  if (secret !== '') return secret;
  return {
    code: 'secret-not-found',
    message: 'The file that holds this secret is empty.',
    help: 'Put the secret in.',
  };
}

/** @returns a `data:` address, of the type that the bytes are */
function readPicture(name: string, valuesFile: string): string | Problem {
  const problem = (message: string, help: string): Problem => ({ code: 'logo-unusable', message, help });
  const given = /^data:[^,]{0,100};base64,/i.exec(name);
  const bytes =
    given === null
      ? readBeside(name, valuesFile, MOST_LOGO_BYTES)
      : Buffer.from(name.slice(given[0].length), 'base64');
  if (typeof bytes === 'string') {
    const help = 'Name a file by its path from the folder of the values file, or give `data:…;base64,…`.';
    return problem(`The logo cannot be used: ${bytes}.`, help);
  }
  if (bytes.length > MOST_LOGO_BYTES) return problem('The logo cannot be used: it is too large.', SMALLER);
  const type = pictureTypeOf(bytes);
  if (type === undefined)
    return problem('The logo is no picture that browsers show.', 'Use an SVG, PNG, JPEG, GIF or WebP.');
  return `data:${type};base64,${bytes.toString('base64')}`;
}

const SMALLER = `Use one of at most ${MOST_LOGO_BYTES / 1024} kB; an SVG is small, and sharp at every size.`;

/** @returns why not, in words, where it cannot be read */
function readBeside(path: string, valuesFile: string, most: number): Buffer | string {
  try {
    const file = resolve(dirname(valuesFile), path);
    const stats = statSync(file);
    if (!stats.isFile()) return 'it is no file';
    return stats.size > most ? `it is larger than ${most / 1024} kB` : readFileSync(file);
  } catch (error) {
    return REASONS[(error as NodeJS.ErrnoException).code ?? ''] ?? 'it cannot be read';
  }
}

const REASONS: { readonly [code: string]: string | undefined } = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EACCES: 'its permissions forbid it',
};
