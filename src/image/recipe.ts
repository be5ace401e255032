import type { ImageConfig } from '../config/provisioning.ts';
import { HubError } from '../domain/errors.ts';

/** What a builder is given. */
export interface Recipe {
  /** Its text. People put secrets into an environment: never log it. */
  readonly dockerfile: string;
  readonly files: readonly RecipeFile[];
}

/** A text, or what an archive holds. Paths are from the folder that the builder is given. */
export type RecipeFile =
  | { readonly path: string; readonly text: string }
  | { readonly path: string; readonly archive: ImageConfig['archives'][number] };

export interface RecipeOptions {
  /** What `image.requirements` comes to, one a line; '' where there are none. */
  readonly requirements: string;
  /** Whose rights servers have. */
  readonly user: { readonly uid: number; readonly gid: number };
}

/**
 * An image from keys alone. What changes seldom and weighs much comes first: packages, then models, then requirements, so
 * that other requirements leave the layers of the models as they are.
 * @throws HubError where something cannot be said in a Dockerfile
 */
export function imageRecipe(image: ImageConfig, { requirements, user }: RecipeOptions): Recipe {
  const archives = image.archives.map((archive, index) => ({ path: `archives/${index}`, archive }));
  const lines = [
    `FROM ${oneWord(image.base ?? '')}`,
    'USER root',
    ...(image.packages.length > 0 ? [aptLine(image.packages)] : []),
    ...archives.map(({ path, archive }) => `COPY ${JSON.stringify([`${path}/`, `${archive.target}/`])}`),
    ...(requirements === '' ? [] : PIP_LINES),
    ...Object.entries(image.environment).map(([name, value]) => `ENV ${name}="${quoted(value, name)}"`),
    // Numbers, because Kubernetes cannot know whether a name is root's.
    `USER ${user.uid}:${user.gid}`,
  ];
  const texts = requirements === '' ? [] : [{ path: 'requirements.txt', text: requirements }];
  return { dockerfile: `${lines.join('\n')}\n`, files: [...archives, ...texts] };
}

const PIP_LINES = [
  'COPY requirements.txt /opt/requirements.txt',
  'RUN python3 -m pip install --no-cache-dir -r /opt/requirements.txt',
];

function aptLine(packages: readonly string[]): string {
  return `RUN apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq -o=Dpkg::Use-Pty=0 --no-install-recommends ${packages.join(' ')} && rm -rf /var/lib/apt/lists/*`;
}

/** `$NAME` stays what it is in a Dockerfile: the value that the base has. */
function quoted(value: string, name: string): string {
  if (/[\r\n]/.test(value)) {
    throw new HubError('invalid', `\`image.environment.${name}\` has several lines, which an image cannot.`);
  }
  return value.replace(/[\\"]/g, '\\$&');
}

function oneWord(base: string): string {
  if (!/^[\w.:/@-]+$/.test(base)) throw new HubError('invalid', '`image.base` is not the name of an image.');
  return base;
}
