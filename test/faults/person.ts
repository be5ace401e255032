/** Somebody who uses the course, and keeps what the course has acknowledged: that much must hold in the end. */
import { setTimeout as delay } from 'node:timers/promises';
import { Browser } from '../support/browser.ts';
import { password, until } from './fault-course.ts';
import type { Act } from './plan.ts';

/** Of something that was asked: `unsure` where the answer got lost. */
type Known = 'yes' | 'no' | 'unsure';

/** What the owner wants of a server, by the last request that was acknowledged; `any` where one may or may not count. */
export type Wish = 'running' | 'stopped' | 'removed' | 'any';

export interface KeptToken {
  readonly id: string;
  readonly secret: string;
  valid: Known;
}

export interface KeptSession {
  readonly browser: Browser;
  valid: Known;
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly location: string;
}

/** Longer than any answer takes: who deletes a user waits for a stop, which another hub may have to take over. */
const answerTimeoutMs = 70_000;
/** A request whose answer got lost may still be worked on; nobody clicks again sooner. */
const pauseMs = 250;

/** Where somebody finds the course. */
export interface CourseAddress {
  readonly url: string;
  /** Resolves when a question to the hub is answered there. */
  answers(): Promise<void>;
}

export class Person {
  readonly #course: CourseAddress;
  readonly #adminToken: string;
  #name: string;
  #renamed = 0;
  exists: Known = 'no';
  readonly servers = new Map<string, Wish>();
  readonly tokens: KeptToken[] = [];
  readonly sessions: KeptSession[] = [];
  /** Answers that nobody should have got. */
  readonly complaints: string[] = [];
  /** What was done and how it was answered, for whoever looks into a failure. */
  readonly diary: string[] = [];
  /** Names that were given up for others. */
  readonly earlierNames: string[] = [];

  constructor(parts: { readonly name: string; readonly course: CourseAddress; readonly adminToken: string }) {
    this.#name = parts.name;
    this.#course = parts.course;
    this.#adminToken = parts.adminToken;
  }

  get name(): string {
    return this.#name;
  }

  async live(acts: readonly Act[]): Promise<void> {
    for (const act of acts) await this.#perform(act);
  }

  async #perform(act: Act): Promise<void> {
    switch (act.kind) {
      case 'log-in':
        return this.#logIn();
      case 'log-out':
        return this.#logOut();
      case 'make-token':
        return this.#makeToken();
      case 'revoke-token':
        return this.#revokeToken();
      case 'start':
        return act.by === 'page' ? this.#click('spawn', act.server) : this.#start(act.server);
      case 'stop':
        return act.by === 'page' ? this.#click('stop', act.server) : this.#stop(act.server);
      case 'restart':
        await this.#click('stop', act.server);
        return this.#click('spawn', act.server);
      case 'change-mind':
        await this.#click('spawn', act.server);
        return this.#click('stop', act.server);
      case 'remove':
        return this.#remove(act.server);
      case 'visit':
        return this.#visit(act.server);
      case 'rename':
        return this.#rename();
      case 'delete-user':
        return this.#delete();
      case 'wait':
        await delay(act.ms);
    }
  }

  async #logIn(): Promise<void> {
    const browser = new Browser(this.#course.url);
    const form = await this.#page(browser, 'GET', '/hub/login');
    if (form?.status !== 200) return;
    const fields = { username: this.#name, password, _xsrf: xsrfOf(form.text) };
    const answer = await this.#page(browser, 'POST', '/hub/login', fields);
    if (answer === null) {
      if (this.exists === 'no') this.exists = 'unsure';
    } else if (answer.status === 303) {
      this.exists = 'yes';
      this.sessions.push({ browser, valid: 'yes' });
    } else this.#complain('log in', answer);
  }

  async #logOut(): Promise<void> {
    const session = this.#session();
    if (!session) return;
    const answer = await this.#page(session.browser, 'GET', '/hub/logout');
    session.valid = answer?.status === 303 ? 'no' : 'unsure';
  }

  async #makeToken(): Promise<void> {
    const session = this.#session();
    if (!session) return;
    const form = await this.#page(session.browser, 'GET', '/hub/home');
    if (form?.status !== 200) return;
    const answer = await this.#noted(
      'POST tokens',
      session.browser.fetch(`/hub/api/users/${this.#name}/tokens`, {
        method: 'POST',
        headers: { 'x-xsrftoken': xsrfOf(form.text), 'content-type': 'application/json' },
        body: '{"note":"kept by a test"}',
      }),
    );
    if (answer === null) return;
    if (answer.status !== 201) return this.#complain('make a token', answer);
    const { id, token } = JSON.parse(answer.text) as { id: string; token: string };
    this.tokens.push({ id, secret: token, valid: 'yes' });
  }

  async #revokeToken(): Promise<void> {
    const token = this.tokens.find(({ valid }) => valid === 'yes');
    if (!token) return;
    const answer = await this.#api('DELETE', `/users/${this.#name}/tokens/${token.id}`);
    if (answer === null) token.valid = 'unsure';
    else if (answer.status === 204) token.valid = 'no';
    else this.#complain('revoke a token', answer);
  }

  async #start(server: string): Promise<void> {
    if (this.exists === 'no') return;
    const before = this.#wish(server);
    this.servers.set(server, 'any');
    const answer = await this.#api('POST', `/users/${this.#name}${pathOf(server)}`);
    // The start of what is broken is refused in the words that tell why, with the status of a hub that is away.
    if (answer === null) return;
    if (answer.status === 201 || answer.status === 202 || isRunning(answer))
      this.servers.set(server, 'running');
    else if (answer.status === 404 && this.exists !== 'yes') this.servers.set(server, before);
    else this.#complain(`start “${server}”`, answer);
  }

  async #stop(server: string): Promise<void> {
    if (this.exists === 'no') return;
    const before = this.#wish(server);
    this.servers.set(server, 'any');
    const answer = await this.#api('DELETE', `/users/${this.#name}${pathOf(server)}`);
    if (answer === null) return;
    if (answer.status === 204 || answer.status === 202) this.servers.set(server, 'stopped');
    // A named server that nobody has started, or that was removed.
    else if (answer.status === 404)
      this.servers.set(server, before === 'running' ? this.#lost(server) : before);
    else this.#complain(`stop “${server}”`, answer);
  }

  async #remove(server: string): Promise<void> {
    if (this.exists === 'no') return;
    const before = this.#wish(server);
    this.servers.set(server, 'any');
    const answer = await this.#api('DELETE', `/users/${this.#name}${pathOf(server)}`, { remove: true });
    if (answer === null) return;
    if (answer.status === 204 || answer.status === 202) this.servers.set(server, 'removed');
    else if (answer.status === 404)
      this.servers.set(server, before === 'running' ? this.#lost(server) : before);
    else this.#complain(`remove “${server}”`, answer);
  }

  /** Presses a button of a page: answered at once, whatever comes of it. */
  async #click(button: 'spawn' | 'stop', server: string): Promise<void> {
    const session = this.#session();
    if (!session) return;
    const form = await this.#page(session.browser, 'GET', '/hub/home');
    if (form?.status !== 200) return;
    this.servers.set(server, 'any');
    const path = `/hub/${button}/${this.#name}${server === '' ? '' : `/${server}`}`;
    const answer = await this.#page(session.browser, 'POST', path, { _xsrf: xsrfOf(form.text) });
    if (answer === null) return;
    if (answer.status === 303) this.servers.set(server, button === 'spawn' ? 'running' : 'stopped');
    else this.#complain(`press ${button} of “${server}”`, answer);
  }

  async #visit(server: string): Promise<void> {
    const session = this.#session();
    if (!session) return;
    const path = `/user/${this.#name}/${server === '' ? '' : `${server}/`}`;
    await this.#page(session.browser, 'GET', path);
  }

  async #rename(): Promise<void> {
    if (this.exists !== 'yes') return;
    this.#renamed += 1;
    const name = `${this.#name.replace(/x\d+$/, '')}x${this.#renamed}`;
    const answer = await this.#api('PATCH', `/users/${this.#name}`, { name }, this.#adminToken);
    if (answer === null) {
      // Whoever has lost the answer looks.
      const found = await this.#insist('GET', `/users/${name}`);
      if (found.status !== 200) return;
    } else if (answer.status === 400) return;
    else if (answer.status !== 200) return this.#complain('rename', answer);
    this.earlierNames.push(this.#name);
    this.#name = name;
  }

  async #delete(): Promise<void> {
    if (this.exists === 'no') return;
    const answer = await this.#api('DELETE', `/users/${this.#name}`, undefined, this.#adminToken);
    const gone = answer?.status === 204;
    if (answer !== null && !gone && !(answer.status === 404 && this.exists === 'unsure')) {
      this.#complain('delete the user', answer);
    }
    const known = gone ? 'no' : 'unsure';
    this.exists = known;
    for (const kept of [...this.tokens, ...this.sessions]) if (kept.valid === 'yes') kept.valid = known;
    for (const server of this.servers.keys()) this.servers.set(server, gone ? 'removed' : 'any');
  }

  #session(): KeptSession | undefined {
    return this.sessions.findLast(({ valid }) => valid === 'yes');
  }

  #wish(server: string): Wish {
    return this.servers.get(server) ?? 'removed';
  }

  #lost(server: string): Wish {
    this.complaints.push(`${this.#name} was told that “${server}” does not exist, though it was to run`);
    return 'any';
  }

  #complain(what: string, answer: Answer): void {
    this.complaints.push(`${this.#name} could not ${what}: ${answer.status} ${answer.text.slice(0, 300)}`);
  }

  /** By a token of one's own, else as the admin. */
  #api(method: string, path: string, body?: object, token?: string): Promise<Answer | null> {
    const secret = token ?? this.tokens.find(({ valid }) => valid === 'yes')?.secret ?? this.#adminToken;
    return this.#noted(
      `${method} ${path}`,
      new Browser(this.#course.url).fetch(`/hub/api${path}`, {
        method,
        headers: { authorization: `token ${secret}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    );
  }

  /** Asks until there is an answer. */
  async #insist(method: string, path: string): Promise<Answer> {
    let answer: Answer | null = null;
    await until(async () => {
      answer = await this.#api(method, path, undefined, this.#adminToken);
      return answer !== null;
    }, `an answer to ${method} ${path}`);
    return answer!;
  }

  #page(browser: Browser, method: 'GET' | 'POST', path: string, fields?: Record<string, string>) {
    return this.#noted(`${method} ${path}`, fields ? browser.post(path, fields) : browser.get(path));
  }

  /** @returns null where nobody can tell whether the request was worked on */
  async #noted(what: string, asked: Promise<Response>): Promise<Answer | null> {
    const timeout = AbortSignal.timeout(answerTimeoutMs);
    const late = new Promise<never>((_, reject) => {
      timeout.addEventListener('abort', () => reject(timeout.reason), { once: true });
    });
    const began = Date.now();
    try {
      const response = await Promise.race([asked, late]);
      const answer = {
        status: response.status,
        text: await response.text(),
        location: response.headers.get('location') ?? '',
      };
      this.diary.push(`${stamp(began)} ${what} → ${answer.status} (${Date.now() - began} ms)`);
      if (answer.status === 500) this.#complain(what, answer);
      if (answer.status < 500) return answer;
    } catch (error) {
      this.diary.push(`${stamp(began)} ${what} → ${String(error)} (${Date.now() - began} ms)`);
      if (timeout.aborted) this.complaints.push(`${this.#name} got no answer to ${what}`);
    }
    await this.#course.answers();
    await delay(pauseMs);
    return null;
  }
}

function stamp(time: number): string {
  return new Date(time).toISOString().slice(11, 23);
}

function pathOf(server: string): string {
  return server === '' ? '/server' : `/servers/${server}`;
}

function isRunning(answer: Answer): boolean {
  return answer.status === 400 && answer.text.includes('already running');
}

/** The value that forms of a page carry. */
export function xsrfOf(page: string): string {
  return /name="_xsrf" value="([^"]*)"/.exec(page)?.[1] ?? '';
}
