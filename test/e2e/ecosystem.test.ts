/** What is made for JupyterHub, as its makers publish it, unchanged: services, and what courses add to servers. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, normalize } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { logIn, openBrowser, takePicture } from './browser.ts';
import { demoPassword } from './example.ts';
import { runInKernel } from './kernel.ts';
import { type PlainCourse, writePlainCourse } from './plain-course.ts';
import { RunningCourse } from './running-course.ts';
import { ecosystem, pythonOf } from './single-user-environments.ts';

const script = join(import.meta.dirname, 'services', 'who.py');

let plain: PlainCourse;
let course: RunningCourse;
let browser: Browser;

beforeAll(async () => {
  const python = await pythonOf(ecosystem);
  plain = await writePlainCourse();
  const file = parse(await readFile(plain.file, 'utf8'));
  const [one, other] = await freePorts(2);
  file.hub = {
    ...file.hub,
    services: {
      who: { url: `http://127.0.0.1:${one}`, command: ['python3', script] },
      trusted: {
        url: `http://127.0.0.1:${other}`,
        command: ['python3', script],
        oauth_no_confirm: true,
      },
    },
  };
  await writeFile(plain.file, stringify(file));
  course = await RunningCourse.start({ args: [`--config=${plain.file}`, `--python=${python}`] });
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  await course?.[Symbol.asyncDispose]();
  await plain?.[Symbol.asyncDispose]();
});

async function enter(name: string): Promise<Page> {
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
  await logIn(page, `${course.url}/hub/home`, name, demoPassword);
  await page.waitForURL(/\/hub\/home/);
  return page;
}

describe('services with jupyterhub.services.auth', () => {
  test('HubOAuth: who comes by browser is asked, let in by name, and out with the hub', async () => {
    const page = await enter('admin');
    for (const name of ['who', 'trusted']) {
      await untilAnswers(`${course.url}/services/${name}/`);
    }
    await page.goto(`${course.url}/services/who/`);
    await page.waitForURL(/\/hub\/api\/oauth2\/authorize/);
    await takePicture(page, 'service-consent');
    await page.getByRole('button', { name: 'Open it' }).click();
    await page.getByRole('heading', { name: 'Hello admin' }).waitFor();
    await page.goto(`${course.url}/services/trusted/`);
    await page.getByRole('heading', { name: 'Hello admin' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/services/trusted/');
  });

  test('HubOAuth: whom the course does not let in stays out', async () => {
    const page = await enter('user2');
    const answer = await page.goto(`${course.url}/services/who/`);
    expect(answer?.status()).toBe(403);
  });

  test('HubAuth: who shows a token is known by it', async () => {
    const page = await enter('admin');
    const cookies = await page.context().cookies(`${course.url}/hub/`);
    const made = await page.request.post(`${course.url}/hub/api/users/admin/tokens`, {
      headers: { 'X-XSRFToken': cookies.find(({ name }) => name === '_xsrf')?.value ?? '' },
    });
    expect(made.status()).toBe(201);
    const { token } = (await made.json()) as { token: string };
    const ask = (value: string) =>
      fetch(`${course.url}/services/who/token`, {
        redirect: 'manual',
        headers: { authorization: `token ${value}` },
      });
    const answer = await ask(token);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ kind: 'user', name: 'admin', admin: true });
    expect((await ask('not-a-token')).status).toBe(403);
  });

  test('one that is killed is started again, and the hub knows its process', async () => {
    const page = await enter('admin');
    const pid = async () => {
      const answer = await page.request.get(`${course.url}/hub/api/services/who`);
      return ((await answer.json()) as { pid: number }).pid;
    };
    const before = await pid();
    process.kill(before, 'SIGKILL');
    await expect.poll(pid, { timeout: 30_000 }).toSatisfy((now: number) => now > 0 && now !== before);
    const status = async () => (await page.request.get(`${course.url}/services/who/`)).status();
    await expect.poll(status, { timeout: 30_000 }).toBe(200);
  });
});

describe('jupyterhub-idle-culler', () => {
  test('as a service of the file, it stops a server that nobody uses', async () => {
    const python = await pythonOf(ecosystem);
    await using own = await writePlainCourse();
    const file = parse(await readFile(own.file, 'utf8'));
    const command = [python, '-m', 'jupyterhub_idle_culler', '--timeout=3', '--cull-every=1'];
    // Ours would do the same.
    file.cull = { enabled: false };
    file.hub = { ...file.hub, services: { 'idle-culler': { admin: true, command } } };
    await writeFile(own.file, stringify(file));
    await using idle = await RunningCourse.start({ args: [`--config=${own.file}`, '--spawner=simulated'] });
    const page = await (await browser.newContext()).newPage();
    await logIn(page, `${idle.url}/hub/home`, 'user1', demoPassword);
    await page.waitForURL(/\/hub\/home/);
    const cookies = await page.context().cookies(`${idle.url}/hub/`);
    const started = await page.request.post(`${idle.url}/hub/api/users/user1/server`, {
      headers: { 'X-XSRFToken': cookies.find(({ name }) => name === '_xsrf')?.value ?? '' },
    });
    expect([201, 202]).toContain(started.status());
    const log = () => readFile(join(idle.data, 'logs', 'hub.log'), 'utf8');
    await expect.poll(log, { timeout: 60_000 }).toContain('Culling server user1');
    const server = async () => {
      const answer = await page.request.get(`${idle.url}/hub/api/users/user1`);
      return ((await answer.json()) as { servers: object }).servers;
    };
    await expect.poll(server, { timeout: 30_000 }).toEqual({});
  });
});

describe('what courses add to servers', () => {
  let student: Page;
  let repository: Repository;
  beforeAll(async () => {
    repository = await Repository.serve();
    student = await enter('user1');
  });
  afterAll(() => repository?.[Symbol.asyncDispose]());

  test('nbgitpuller: one link starts the server, fetches the notebooks and opens one', async () => {
    const query = new URLSearchParams({
      repo: repository.url,
      branch: 'main',
      urlpath: 'lab/tree/lesson/first.md',
      targetpath: 'lesson',
      // What it is served by is no more than files.
      depth: '0',
    });
    await student.goto(`${course.url}/hub/user-redirect/git-pull?${query}`);
    await startIfAsked(student);
    await student.waitForURL(/\/user\/user1\/lab\/tree\/lesson\/first\.md/, { timeout: 120_000 });
    await student.locator('.jp-FileEditor, .jp-MarkdownViewer').first().waitFor({ timeout: 60_000 });
    const saved = await student.request.get(`${course.url}/user/user1/api/contents/lesson/first.md`);
    expect(((await saved.json()) as { content: string }).content).toBe('# The first lesson\n');
  });

  test('jupyter-server-proxy: a web application in the server is reached, its WebSocket too', async () => {
    const [port = 0] = await freePorts(1);
    await runInKernel(student, '/user/user1/', startApplication(port));
    const path = `/user/user1/proxy/${port}/`;
    await expect
      .poll(async () => (await student.request.get(`${course.url}${path}`)).text(), { timeout: 30_000 })
      .toBe('an application of the student');
    const echo = await student.evaluate(
      (address) =>
        new Promise((resolve, reject) => {
          const socket = new WebSocket(address);
          socket.onopen = () => socket.send('ahoy');
          socket.onmessage = ({ data }) => resolve(data);
          socket.onerror = () => reject(new Error('no WebSocket'));
        }),
      `${course.url.replace(/^http/, 'ws')}${path}echo`,
    );
    expect(echo).toBe('you said ahoy');
    const other = await enter('user2');
    const refused = await other.request.get(`${course.url}${path}`, { maxRedirects: 0 });
    expect(refused.status()).not.toBe(200);
  });

  test('JupyterLab: its menu leads to the home page of the hub, and out', async () => {
    await student.goto(`${course.url}/user/user1/lab`);
    await student.getByRole('menuitem', { name: 'File', exact: true }).click({ timeout: 60_000 });
    const opened = student.context().waitForEvent('page');
    await student.getByRole('menuitem', { name: 'Hub Control Panel' }).click();
    const panel = await opened;
    await panel.waitForURL(/\/hub\/home/);
    await panel.close();
    await student.getByRole('menuitem', { name: 'File', exact: true }).click();
    await student.getByRole('menuitem', { name: 'Log Out' }).click();
    await student.waitForURL(/\/hub\/(login|logout)/);
    const answer = await student.request.get(`${course.url}/user/user1/api/status`, { maxRedirects: 0 });
    expect(answer.status()).not.toBe(200);
  });
});

/** A service takes a moment to import what it needs. */
async function untilAnswers(url: string): Promise<void> {
  const status = async () => (await fetch(url, { redirect: 'manual' })).status;
  await expect.poll(status, { timeout: 60_000 }).toBe(302);
}

async function startIfAsked(page: Page): Promise<void> {
  const start = page.getByRole('button', { name: /start/i }).first();
  await Promise.race([start.click().catch(() => undefined), page.waitForURL(/\/user\/user1\//)]);
}

/** Python that starts a web application, which goes on when the kernel has ended. */
function startApplication(port: number): string {
  const application = `
from tornado import ioloop, web, websocket
class Page(web.RequestHandler):
    def get(self): self.write("an application of the student")
class Echo(websocket.WebSocketHandler):
    def on_message(self, message): self.write_message("you said " + message)
web.Application([("/", Page), ("/echo", Echo)]).listen(${port}, "127.0.0.1")
ioloop.IOLoop.current().start()`;
  return `import subprocess, sys
subprocess.Popen([sys.executable, "-c", ${JSON.stringify(application)}], start_new_session=True).pid`;
}

/** Different ones, which nobody listens on. */
async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  for (const server of servers) server.close();
  return ports;
}

/** A repository of one file, served as files are. */
class Repository implements AsyncDisposable {
  readonly url: string;
  readonly #server: Server;
  readonly #folder: string;

  private constructor(server: Server, folder: string) {
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/course.git`;
    this.#server = server;
    this.#folder = folder;
  }

  static async serve(): Promise<Repository> {
    const folder = await mkdtemp(join(tmpdir(), 'polder-repository-'));
    const work = join(folder, 'work');
    const git = (...args: readonly string[]) => execFileSync('git', args, { cwd: folder, stdio: 'ignore' });
    git('init', '--initial-branch=main', work);
    await writeFile(join(work, 'first.md'), '# The first lesson\n');
    git('-C', work, 'add', '.');
    git('-C', work, '-c', 'user.name=Test', '-c', 'user.email=test@example.org', 'commit', '-m', 'First');
    git('clone', '--bare', work, join(folder, 'course.git'));
    git('-C', join(folder, 'course.git'), 'update-server-info');
    const server = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? '/', 'http://localhost');
      createReadStream(join(folder, normalize(pathname)))
        .on('error', () => response.writeHead(404).end())
        .pipe(response);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Repository(server, folder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
