/** What a course says of its image, as the parts that build and push it need it. */
import { dirname, resolve } from 'node:path';
import type { Config } from '../config/config.ts';
import type { LoadedConfig } from '../config/load.ts';
import type { ImageConfig } from '../config/provisioning.ts';
import { nodeAt } from '../config/tree.ts';
import { HubError } from '../domain/errors.ts';
import { dockerfileSource } from '../image/dockerfile-source.ts';
import type { ImageSource, SourceOptions } from '../image/image-source.ts';
import { declaredDistributions, recipeSource } from '../image/recipe-source.ts';
import { readImageName } from '../image/reference.ts';
import type { SmokeTest } from '../image/smoke-test.ts';

export type LoadedCourse = Extract<LoadedConfig, { config: object }>;

export interface CourseImage {
  /** Registry and repository: `registry.example.org/waves`. */
  readonly name: string;
  readonly image: ImageConfig;
  readonly source: ImageSource;
  readonly smoke: SmokeTest;
}

export interface CourseImageOptions {
  readonly files: readonly string[];
  /** Folder of what is fetched once. */
  readonly cache: string;
  /** Null: as the file says. */
  readonly name: string | null;
  readonly progress: (line: string) => void;
}

/** @throws HubError where the file says nothing of an image, or something that it names is not there */
export async function courseImageOf(loaded: LoadedCourse, options: CourseImageOptions): Promise<CourseImage> {
  const { config } = loaded;
  const { image } = config;
  if (image === null) {
    throw new HubError(
      'invalid',
      'The file says nothing of an image: add `image` with a `dockerfile`, or with a `base` and what is added to it.',
    );
  }
  // Files that are merged may lie in several folders: paths are from the one that says them.
  const folder = dirname(resolve(nodeAt(loaded.tree, ['image'])?.place.file ?? options.files[0] ?? '.'));
  const user = { uid: config.kubernetes.userPods.uid ?? 1000, gid: config.kubernetes.userPods.fsGid ?? 100 };
  const { storage } = config.server;
  const source: SourceOptions = {
    folder,
    cache: resolve(options.cache, 'images'),
    user,
    configFiles: options.files,
    home: storage.type === 'none' ? null : storage.homeMountPath,
    progress: options.progress,
  };
  return {
    name: nameOf(config, options.name),
    image,
    source:
      image.dockerfile === null
        ? await recipeSource(image, source)
        : await dockerfileSource(resolve(folder, image.dockerfile), source),
    smoke: {
      user,
      command: config.server.command ?? ['jupyterhub-singleuser'],
      // A shell is in every image; what it is told to do shows only in a server.
      programs: config.server.postStart?.slice(0, 1) ?? [],
      distributions: await declaredDistributions(image, folder),
      environment: image.environment,
    },
  };
}

/** As it is asked for, as the file says it, or in the registry that the file has in Azure. */
function nameOf({ server, azure, course }: Config, asked: string | null): string {
  const name =
    asked ?? server.image?.name ?? (azure && `${registryHost(azure.registry.name)}/${slugOf(course.name)}`);
  if (name === null) {
    throw new HubError(
      'invalid',
      'Nothing says where the image is kept: give `singleuser.image.name`, as registry.example.org/waves, or --name.',
    );
  }
  readImageName(name);
  return name;
}

/** Of a registry in Azure ("Azure Container Registry" in its documentation: names are in small letters there). */
export function registryHost(name: string): string {
  return `${name.toLowerCase()}.azurecr.io`;
}

function slugOf(name: string): string {
  return (
    name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '') || 'course'
  );
}
