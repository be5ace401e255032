import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readFile, readlink } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { HubError } from '../domain/errors.ts';
import { type Content, contentTag, sha256Of } from './content-tag.ts';
import { contextFiles, filesOf } from './context-files.ts';
import { copiedPaths, readDockerfile } from './dockerfile.ts';
import { dockerfileFindings } from './dockerfile-findings.ts';
import type { ImageSource, SourceOptions } from './image-source.ts';

export interface DockerfileOptions extends Pick<SourceOptions, 'configFiles' | 'home'> {
  /** Folder that COPY is from; that of the Dockerfile by itself. */
  readonly context?: string;
  readonly arguments?: Readonly<Record<string, string>>;
}

/** An image as a Dockerfile says it. Its tag follows from the Dockerfile and what it copies. @throws HubError */
export async function dockerfileSource(path: string, options: DockerfileOptions): Promise<ImageSource> {
  const { context: folder = dirname(resolve(path)), arguments: given = {} } = options;
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new HubError('not_found', `The Dockerfile ${path} cannot be read (${error.code}).`, {
      cause: error,
    });
  });
  const instructions = readDockerfile(text);
  const files = await contextFiles(folder, path);
  const findings = dockerfileFindings(instructions, {
    file: basename(path),
    matches: (source) => filesOf(source, files),
    configFiles: options.configFiles.map((file) => relative(folder, resolve(file))),
    home: options.home,
  });
  const sources = instructions.flatMap((instruction) => copiedPaths(instruction)?.sources ?? []);
  // What stands in a variable is not known: then everything may be copied.
  const isKnown = !sources.some((source) => source.includes('$')) && !/--mount=type=bind/.test(text);
  const used = new Set(isKnown ? sources.flatMap((source) => filesOf(source, files)) : files);
  const contents: Content[] = [];
  for (const file of used) contents.push({ path: file, sha256: await sumOf(join(folder, file)) });
  return {
    tag: contentTag(`${text}\n${JSON.stringify(given)}`, contents),
    findings,
    open: async () => ({
      folder,
      dockerfile: path,
      arguments: given,
      findings: [],
      [Symbol.asyncDispose]: async () => {},
    }),
  };
}

/** Of its bytes, whether it may be run, and where it leads. */
async function sumOf(path: string): Promise<string> {
  const { mode, isSymbolicLink } = await lstat(path).then((stats) => ({
    mode: stats.mode & 0o111,
    isSymbolicLink: stats.isSymbolicLink(),
  }));
  if (isSymbolicLink) return sha256Of(`link ${await readlink(path)}`);
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return sha256Of(`${mode > 0 ? 'program' : 'file'} ${hash.digest('hex')}`);
}
