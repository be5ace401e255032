/** `polder image build` and `polder image push`: the course's own image. */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { editValues } from '../config/edit-values.ts';
import type { Finding } from '../config/finding.ts';
import { formatFindings } from '../config/format.ts';
import type { Generation } from '../config/generations.ts';
import { loadConfig } from '../config/load.ts';
import { nodeAt } from '../config/tree.ts';
import { HubError } from '../domain/errors.ts';
import { buildImage } from '../image/build-image.ts';
import { type Builder, findBuilder } from '../image/builder.ts';
import { readImageName } from '../image/reference.ts';
import { digestOf } from '../image/registry.ts';
import { keptAccount, type RegistryAccount } from '../image/registry-account.ts';
import { type CourseImage, courseImageOf, type LoadedCourse } from './course-image.ts';

export interface ImageOptions {
  readonly files: readonly string[];
  readonly cache: string;
  /** A name or path; undefined: whichever is there. */
  readonly builder: string | undefined;
  /** Registry and repository; undefined: as the file says. */
  readonly name: string | undefined;
  /** Whether the image is tried. */
  readonly smoke: boolean;
  readonly progress: (line: string) => void;
}

export interface PushOptions extends ImageOptions {
  /** Whether the file gets the name and tag of what was pushed. */
  readonly write: boolean;
  /** Who pushes to that registry; null: whoever is logged in there. */
  readonly account: (registry: string) => Promise<RegistryAccount | null>;
}

export interface PushedImage {
  /** `registry.example.org/waves:c3f9a1b2c4d5e`. */
  readonly reference: string;
  /** Null where the registry does not tell. */
  readonly digest: string | null;
  /** Whether the registry had it already. */
  readonly wasThere: boolean;
}

/** `polder image build`. @throws HubError */
export async function imageBuildCommand(
  options: ImageOptions & { readonly accept: readonly string[]; readonly generation: Generation | undefined },
): Promise<void> {
  const image = await openImage(await load(options), options);
  const reference = `${image.name}:${image.source.tag}`;
  await build(image, await findBuilder(options.builder ?? null), { ...options, reference });
  options.progress(`✓ ${reference}. To bring it to its registry: polder image push`);
}

/** `polder image push`. @throws HubError */
export async function imagePushCommand(
  options: PushOptions & { readonly accept: readonly string[]; readonly generation: Generation | undefined },
): Promise<void> {
  await buildAndPush(await load(options), options);
}

/**
 * Brings the image of a course to its registry, where it is not there yet: builds it, tries it, pushes it, and writes its
 * name and tag into the file. Done again, it does nothing. @throws HubError
 */
export async function buildAndPush(loaded: LoadedCourse, options: PushOptions): Promise<PushedImage> {
  const { progress } = options;
  const image = await openImage(loaded, options);
  const { tag } = image.source;
  const reference = `${image.name}:${tag}`;
  const { registry } = readImageName(image.name);
  const account = await options.account(registry);
  const asked = account ?? (await keptAccount(registry));
  const there = await digestOf(image.name, tag, asked);
  if (typeof there === 'string') {
    progress(`✓ ${reference} is in the registry already: nothing has changed, nothing was pushed.`);
  } else {
    const builder = await findBuilder(options.builder ?? null);
    await build(image, builder, { ...options, reference });
    progress(`Pushing ${reference}:`);
    await builder.push(reference, { account, onLine: (line) => progress(`  ${line}`) });
  }
  const digest = there ?? (await digestOf(image.name, tag, asked)) ?? null;
  if (typeof there !== 'string')
    progress(`✓ ${reference} is in the registry${digest === null ? '' : ` (${digest})`}.`);
  if (options.write) {
    await writeImage(loaded, { 'singleuser.image.name': image.name, 'singleuser.image.tag': tag }, options);
  }
  return { reference, digest, wasThere: typeof there === 'string' };
}

async function openImage(loaded: LoadedCourse, options: ImageOptions): Promise<CourseImage> {
  const image = await courseImageOf(loaded, { ...options, name: options.name ?? null });
  tell(image.source.findings, loaded, options.progress);
  const errors = image.source.findings.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new HubError('invalid', 'Nothing was built: mend this first.');
  return image;
}

async function build(
  image: CourseImage,
  builder: Builder,
  options: ImageOptions & { readonly reference: string },
): Promise<void> {
  const { reference, smoke, progress } = options;
  const findings = await buildImage(image.source, builder, {
    reference,
    smoke: smoke ? image.smoke : null,
    hidden: Object.values(image.image.environment).filter((value) => value !== ''),
    progress,
  });
  tell(findings, null, progress);
}

function tell(
  findings: readonly Finding[],
  loaded: LoadedCourse | null,
  progress: (line: string) => void,
): void {
  const text = formatFindings(findings, loaded === null ? {} : { sources: loaded.sources });
  if (text !== '') progress(`${text}\n`);
}

/** Into the file that says it already, or else into that which has `image`. */
async function writeImage(
  loaded: LoadedCourse,
  values: Readonly<Record<string, string>>,
  { files, progress }: ImageOptions,
): Promise<void> {
  const old = Object.fromEntries(
    Object.keys(values).map((key) => {
      const node = nodeAt(loaded.tree, key.split('.'));
      return [key, node?.kind === 'scalar' ? { text: String(node.value), file: node.place.file } : undefined];
    }),
  );
  const changes = Object.entries(values).filter(([key, value]) => old[key]?.text !== value);
  const usual = nodeAt(loaded.tree, ['image'])?.place.file ?? files.at(-1)!;
  for (const [key, value] of changes) {
    const file = old[key]?.file ?? usual;
    const text = await readFile(file, 'utf8');
    await writeFile(`${file}.new`, editValues(text, { [key]: value }));
    await rename(`${file}.new`, file);
    progress(`${file}: ${key} is ${value} now${old[key] === undefined ? '' : `; it was ${old[key].text}`}.`);
  }
}

/** @throws HubError where the file has errors */
async function load({
  files,
  accept,
  generation,
}: {
  readonly files: readonly string[];
  readonly accept: readonly string[];
  readonly generation: Generation | undefined;
}): Promise<LoadedCourse> {
  const loaded = await loadConfig(files, { accept, generation });
  if (loaded.config !== undefined) return loaded;
  const errors = loaded.findings.filter(({ severity }) => severity === 'error');
  throw new HubError('invalid', `${formatFindings(errors, { sources: loaded.sources })}\n\nMend this first.`);
}
