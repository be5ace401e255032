/** For tests: the repository of a course with real notebooks, served by git's own backend. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { packagePath } from '../lib/asset.ts';

/** Runs git in `place`, as somebody who has no settings. @returns what it writes */
export function gitIn(place: string, ...args: readonly string[]): string {
  return execFileSync('git', ['-c', 'user.name=Teacher', '-c', 'user.email=teacher@example.org', ...args], {
    cwd: place,
    encoding: 'utf8',
    stdio: 'pipe',
    env: { PATH: process.env.PATH, HOME: place, GIT_CONFIG_NOSYSTEM: '1', LANG: 'C' },
  }).trim();
}

/** A teacher's folder, and the bare repository that it is pushed to. */
export class TestCourse implements AsyncDisposable {
  /** Everything of the test lies below it; others may pass through. */
  readonly scratch: string;
  readonly work: string;
  readonly bare: string;

  private constructor(scratch: string) {
    this.scratch = scratch;
    this.work = join(scratch, 'teacher');
    this.bare = join(scratch, 'origin', 'course.git');
  }

  static async make(): Promise<TestCourse> {
    const scratch = await mkdtemp(join(tmpdir(), 'polder-course-'));
    await chmod(scratch, 0o755);
    const course = new TestCourse(scratch);
    await cp(packagePath('examples/hydrodynamics-course/notebooks'), course.work, { recursive: true });
    gitIn(course.work, 'init', '--quiet', '--initial-branch=main');
    gitIn(course.work, 'add', '--all');
    gitIn(course.work, 'commit', '--quiet', '--message=The course');
    gitIn(scratch, 'clone', '--quiet', '--bare', course.work, course.bare);
    gitIn(course.work, 'remote', 'add', 'origin', course.bare);
    return course;
  }

  /** Writes files (null: takes them away), and pushes them, over what was there where `force` says so. */
  async publish(
    files: Readonly<Record<string, string | null>>,
    { force = false }: { readonly force?: boolean } = {},
  ): Promise<void> {
    for (const [name, text] of Object.entries(files)) {
      const path = join(this.work, name);
      await mkdir(dirname(path), { recursive: true });
      if (text === null) await rm(path, { recursive: true });
      else await writeFile(path, text);
    }
    gitIn(this.work, 'add', '--all');
    gitIn(this.work, 'commit', '--quiet', '--allow-empty', '--message=A change');
    gitIn(this.work, 'push', '--quiet', ...(force ? ['--force'] : []), 'origin', 'HEAD:main');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.scratch, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** `git http-backend`, which web servers run for each request, behind a web server of our own. */
export class TestOrigin implements AsyncDisposable {
  readonly #server;
  readonly #root: string;
  readonly #login: string | null;
  /** Each question that came, as method and path. */
  readonly questions: string[] = [];
  /** How often somebody fetched objects. */
  fetches = 0;
  /** Makes every answer 503. */
  isDown = false;

  private constructor(root: string, login: string | null) {
    this.#root = root;
    this.#login = login;
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  /** @param login `name:password` that it asks for */
  static async start(root: string, login: string | null = null): Promise<TestOrigin> {
    const origin = new TestOrigin(root, login);
    origin.#server.listen(0, '127.0.0.1');
    await once(origin.#server, 'listening');
    return origin;
  }

  /** Of the course's repository. */
  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/course.git`;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, search } = new URL(request.url!, 'http://origin');
    this.questions.push(`${request.method} ${pathname}`);
    if (this.isDown) return void response.writeHead(503).end();
    const expected = this.#login && `Basic ${Buffer.from(this.#login).toString('base64')}`;
    if (expected !== null && request.headers.authorization !== expected) {
      return void response.writeHead(401, { 'www-authenticate': 'Basic realm="origin"' }).end();
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    if (body.includes('command=fetch')) this.fetches += 1;
    const backend = spawn('git', ['http-backend'], {
      env: {
        PATH: process.env.PATH,
        GIT_PROJECT_ROOT: this.#root,
        GIT_HTTP_EXPORT_ALL: '1',
        PATH_INFO: pathname,
        QUERY_STRING: search.slice(1),
        REQUEST_METHOD: request.method,
        CONTENT_TYPE: request.headers['content-type'],
        HTTP_CONTENT_ENCODING: request.headers['content-encoding'],
        GIT_PROTOCOL: request.headers['git-protocol'] as string | undefined,
      },
    });
    const answers: Buffer[] = [];
    backend.stdout.on('data', (chunk) => answers.push(chunk));
    backend.stdin.on('error', () => undefined).end(body);
    await once(backend, 'close');
    const answer = Buffer.concat(answers);
    const end = answer.indexOf('\r\n\r\n');
    for (const line of answer.subarray(0, end).toString().split('\r\n')) {
      const [name = '', value = ''] = line.split(': ');
      if (name === 'Status') response.statusCode = Number.parseInt(value, 10);
      else response.setHeader(name, value);
    }
    response.end(answer.subarray(end + 4));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }
}
