import { cp, mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { type Finding, findingAt } from '../config/finding.ts';
import type { ImageConfig } from '../config/provisioning.ts';
import { HubError } from '../domain/errors.ts';
import { type ArchivesOptions, archiveName, archiveSum, openArchive } from './archives.ts';
import { type Content, contentTag, sha256Of } from './content-tag.ts';
import { baseFinding } from './dockerfile-findings.ts';
import type { BuildContext, ImageSource, SourceOptions } from './image-source.ts';
import { imageRecipe, type Recipe } from './recipe.ts';

/** An image from keys alone. @throws HubError */
export async function recipeSource(image: ImageConfig, options: SourceOptions): Promise<ImageSource> {
  const requirements = await readRequirements(image.requirements, options.folder);
  const recipe = imageRecipe(image, { requirements, user: options.user });
  const sums = new Map<string, string>();
  const contents: Content[] = [];
  const findings: Finding[] = baseFinding(image.base ?? '');
  for (const file of recipe.files) {
    const sha256 = 'text' in file ? sha256Of(file.text) : await archiveSum(file.archive, options);
    contents.push({ path: file.path, sha256 });
    sums.set(file.path, sha256);
    if ('archive' in file && file.archive.sha256 === null) findings.push(unsummed(file.archive, sha256));
  }
  return {
    tag: contentTag(recipe.dockerfile, contents),
    findings,
    open: () => openRecipe(recipe, sums, options),
  };
}

/** The names of what pip is asked for, in its own words; addresses are left out. */
export async function declaredDistributions(image: ImageConfig, folder: string): Promise<readonly string[]> {
  const text = await readRequirements(image.requirements, folder);
  return text.split('\n').flatMap((line) => {
    const [, name, rest = ''] = /^\s*([A-Za-z0-9][\w.-]*)(.*)$/.exec(line) ?? [];
    return name === undefined || /^\s*[:/+]/.test(rest) || /;/.test(rest) ? [] : [name];
  });
}

async function readRequirements(requirements: ImageConfig['requirements'], folder: string): Promise<string> {
  if (!('file' in requirements)) return requirements.map((line) => `${line}\n`).join('');
  const path = resolve(folder, requirements.file);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new HubError(
      'not_found',
      `${path}, which \`image.requirements\` names, cannot be read (${error.code}).`,
    );
  });
  const other = /^\s*(-r|-c|--requirement|--constraint|-e|--editable)\b.*$/m.exec(text);
  if (other === null) return text;
  throw new HubError(
    'invalid',
    `${path} names another file (${other[0].trim()}), which is not brought along: write all in one file, or use a Dockerfile.`,
  );
}

/** Times are the same in every folder: builders that look at them find the layers of an earlier build. */
const FIXED_TIME = new Date('2020-01-01T00:00:00Z');

async function openRecipe(
  recipe: Recipe,
  sums: ReadonlyMap<string, string>,
  options: ArchivesOptions,
): Promise<BuildContext> {
  const folder = await mkdtemp(join(tmpdir(), 'polder-image-'));
  const findings: Finding[] = [];
  const remove = () => rm(folder, { recursive: true, force: true });
  const write = async (name: string, text: string) => {
    await writeFile(join(folder, name), text, { mode: 0o644 });
    await utimes(join(folder, name), FIXED_TIME, FIXED_TIME);
  };
  try {
    for (const file of recipe.files) {
      const path = join(folder, file.path);
      await mkdir(dirname(path), { recursive: true });
      if ('text' in file) {
        await write(file.path, file.text);
        continue;
      }
      const unpacked = await openArchive(file.archive, sums.get(file.path)!, options);
      if (unpacked.linksOutside.length > 0)
        findings.push(leadingOut(archiveName(file.archive), unpacked.linksOutside));
      await cp(unpacked.folder, path, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
      await utimes(path, FIXED_TIME, FIXED_TIME);
    }
    await write('Dockerfile', recipe.dockerfile);
  } catch (error) {
    await remove();
    throw error;
  }
  const dockerfile = join(folder, 'Dockerfile');
  return { folder, dockerfile, arguments: {}, findings, [Symbol.asyncDispose]: remove };
}

function unsummed(archive: ImageConfig['archives'][number], sha256: string): Finding {
  return findingAt(null, {
    code: 'archive-without-sum',
    severity: 'warning',
    message: `Nothing says what ${archiveName(archive)} must hold: it is taken as it is.`,
    help: `Write sha256: ${sha256} beside it.`,
  });
}

function leadingOut(name: string, links: readonly string[]): Finding {
  const more = links.length > 3 ? ` and ${links.length - 3} more` : '';
  return findingAt(null, {
    code: 'archive-link',
    severity: 'warning',
    message: `${name} holds links that lead out of it: ${links.slice(0, 3).join(', ')}${more}.`,
    help: 'They lead to what the image has there, or nowhere.',
  });
}
