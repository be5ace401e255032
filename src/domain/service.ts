/**
 * A program that works with the hub's API, declared in the course's file: one that runs elsewhere, or one that the hub
 * starts (`command`). One that has a `url` is reached by people below `/services/NAME/`. Its token is a secret and not here.
 */
import { type CoursePlace, escapePathSegment } from './route.ts';

export interface Service {
  readonly name: string;
  /** Where it answers: `http://host:port`, with no path; null: it has no pages. */
  readonly url: string | null;
  /** Has the rights of an administrator. */
  readonly admin: boolean;
  /** What the hub starts; null: it runs elsewhere. */
  readonly command: readonly string[] | null;
  /** Where it is started; null: in a folder of the hub. */
  readonly cwd: string | null;
  /** The OS user that it runs as; null: the hub's own. */
  readonly user: string | null;
  /** Whether people are shown it. */
  readonly display: boolean;
  /** What its operator says of it, for whoever asks the API. */
  readonly info: Readonly<Record<string, unknown>>;
  readonly oauth: ServiceClient;
}

/** How it asks who is behind a browser. */
export interface ServiceClient {
  readonly clientId: string;
  /** Null: the one below its own path. */
  readonly redirectUri: string | null;
  /** Whether people are not asked before they are let in. */
  readonly noConfirm: boolean;
  /** What its tokens may do beside saying who somebody is. */
  readonly allowedScopes: readonly string[];
}

/** Says what is wrong with a name, or undefined. It stands in addresses, environments and names of files. */
export function serviceNameProblem(name: string): string | undefined {
  if (/^[a-zA-Z0-9][\w.-]{0,99}$/.test(name)) return undefined;
  return 'a service is named with letters, digits, “-”, “_” and “.”, and begins with a letter or digit';
}

/** The path of a service below the hub's base URL, with a trailing slash: `/services/grader/`. */
export function servicePath(baseUrl: string, name: string): string {
  return `${baseUrl}services/${escapePathSegment(name)}/`;
}

/** Where a browser comes back to when nothing else is said, as `jupyterhub.services.auth` has it. */
export function serviceCallback(
  { baseUrl, domains }: CoursePlace,
  { name, oauth }: Pick<Service, 'name' | 'oauth'>,
): string {
  if (oauth.redirectUri !== null) return oauth.redirectUri;
  return `${domains?.originOfService(name) ?? ''}${servicePath(baseUrl, name)}oauth_callback`;
}
