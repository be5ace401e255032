/** Links that lead everybody to the same place in a server of their own. */
import type { Site } from '../parts.ts';
import { hubPath } from './links.ts';

export interface LinkSubject {
  /** A path among one's files, or the address of what one has open in one's own server. */
  readonly place: string;
  /** A repository that is fetched first (nbgitpuller); undefined: none. */
  readonly repository?: string | undefined;
  readonly branch?: string | undefined;
}

/**
 * Path, query and fragment: `/hub/user-redirect/lab/tree/a.ipynb`, or with a repository nbgitpuller's
 * `/hub/user-redirect/git-pull?repo=…&urlpath=…`. Undefined where the place is an address that is not in a server here,
 * or the repository is not the address of one.
 */
export function courseLink(
  { place, repository, branch }: LinkSubject,
  site: Pick<Site, 'baseUrl'>,
): string | undefined {
  const within = placeWithin(place.trim(), site);
  if (within === undefined) return undefined;
  if (repository === undefined) return hubPath(site, `user-redirect/${within}`);
  if (!/^https?:\/\/\S+$/.test(repository) || !URL.canParse(repository)) return undefined;
  // nbgitpuller puts the repository in a folder of its name, and paths begin there.
  const folder = new URL(repository).pathname
    .replace(/\/+$/, '')
    .split('/')
    .at(-1)
    ?.replace(/\.git$/, '');
  const inFolder = `${within}/`.startsWith(`lab/tree/${folder}/`)
    ? within
    : within.replace(/^lab\/tree\/?/, `lab/tree/${folder}/`);
  return hubPath(site, 'user-redirect/git-pull', { repo: repository, branch, urlpath: inFolder });
}

/** What follows `/user/NAME/` of an address, or the page of JupyterLab that shows the file of a path. */
function placeWithin(place: string, { baseUrl }: Pick<Site, 'baseUrl'>): string | undefined {
  const isAddress = /^https?:\/\//i.test(place) || place.startsWith(`${baseUrl}user/`);
  if (!isAddress) {
    const segments = place.split('/').filter((segment) => segment !== '' && segment !== '.');
    return ['lab/tree', ...segments.map(encodeURIComponent)].join('/');
  }
  if (!URL.canParse(place, 'http://polder.invalid')) return undefined;
  const { pathname, search, hash } = new URL(place, 'http://polder.invalid');
  if (pathname.startsWith(`${baseUrl}hub/user-redirect/`)) {
    return `${pathname.slice(`${baseUrl}hub/user-redirect/`.length)}${search}${hash}`;
  }
  const [, rest] = /^user\/[^/]+\/(.*)$/.exec(pathname.slice(baseUrl.length)) ?? [];
  if (!pathname.startsWith(baseUrl) || rest === undefined) return undefined;
  // A workspace is somebody's own arrangement of tabs.
  return `${rest.replace(/^lab\/workspaces\/[^/]+/, 'lab')}${search}${hash}`;
}
