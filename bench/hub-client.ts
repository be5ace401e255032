/** Asks a hub's REST API, many questions at a time: what JupyterHub's clients would ask, of either hub. */
import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';

/** What every contender takes for an administrator's token. */
export const adminToken = 'b'.repeat(64);

export interface Answer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
}

export class HubClient implements Disposable {
  readonly #url: string;
  readonly #agent: Agent;

  /** @param url of the hub, without a path; `connections` at most are open at once */
  constructor(url: string, connections: number) {
    this.#url = url;
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections });
  }

  /** @param path below `/hub/api`. @throws where the connection breaks */
  ask(method: string, path: string, { token = adminToken, body, accept }: AskOptions = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const question = request(
        `${this.#url}/hub/api${path}`,
        {
          method,
          agent: this.#agent,
          headers: { authorization: `token ${token}`, ...(accept === undefined ? {} : { accept }) },
        },
        (answer) => {
          text(answer).then(
            (body) => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body }),
            reject,
          );
        },
      );
      question.once('error', reject);
      question.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  /** How many users have a server in this state, without the list of them. */
  async countUsers(state: 'active' | 'ready'): Promise<number> {
    const answer = await this.ask('GET', `/users?state=${state}&limit=1`, {
      accept: 'application/jupyterhub-pagination+json',
    });
    return (JSON.parse(answer.body) as { _pagination: { total: number } })._pagination.total;
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }
}

export interface AskOptions {
  readonly token?: string;
  readonly body?: unknown;
  readonly accept?: string;
}
