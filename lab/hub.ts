/** Where the hub is, and what it says of this server. */

export interface Notices {
  readonly language: string;
  /** The hub's clock. */
  readonly now: string;
  readonly stop: { readonly at: string; readonly why: 'idle' | 'age' } | null;
  /** Bytes. */
  readonly memory: number | null;
  readonly memory_limit: number | null;
  /** What those who teach tell whoever the server belongs to, the latest first. */
  readonly messages: readonly Message[];
}

export interface Message {
  readonly id: string;
  readonly text: string;
  readonly by: string;
}

export interface Place {
  readonly home: string;
  readonly notices: string;
  /** An address of the server: who asks there uses it. */
  readonly use: string;
  readonly token: string;
}

/** What the server says of itself in the page; undefined where no hub of ours stands before it. */
export function placeOf(page: Document): Place | undefined {
  const said = page.getElementById('jupyter-config-data')?.textContent;
  if (!said) return undefined;
  const config = JSON.parse(said) as Readonly<Record<string, string | undefined>>;
  const { hubPrefix, hubHost, baseUrl, token } = config;
  // The token was given to this browser for this server. Cookies of the hub would not do: pages of servers may not read
  // what they open.
  if (!hubPrefix || !baseUrl || !token) return undefined;
  const users = hubPrefix.replace(/hub\/$/, 'user/');
  if (!baseUrl.startsWith(users)) return undefined;
  const [owner, name] = baseUrl.slice(users.length).replace(/\/$/, '').split('/');
  const hub = `${hubHost ?? ''}${hubPrefix}`;
  const server = name === undefined ? 'server' : `servers/${name}`;
  return {
    home: `${hub}home`,
    notices: `${hubPrefix}api/users/${owner}/${server}/notices`,
    use: `${baseUrl}api/status`,
    token,
  };
}

/** @returns undefined where the hub is away, or is none that knows the question */
export async function readNotices({ notices, token }: Place): Promise<Notices | undefined> {
  try {
    const answer = await fetch(notices, { headers: { authorization: `token ${token}` } });
    return answer.ok ? ((await answer.json()) as Notices) : undefined;
  } catch {
    return undefined;
  }
}
