/** Real single-user servers, in an environment that has them. */
import { chown, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { WebSocket } from 'undici';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ServerSpec } from '../spawner.ts';
import { defaultUserRange } from './identity.ts';
import { ProcessWorld, type RunningServer } from './process-world.ts';

const python = process.env.POLDER_TEST_PYTHON;
if (!python) {
  console.log(
    'skipped: real single-user servers (POLDER_TEST_PYTHON=…/bin/python of an environment with jupyterhub)',
  );
}
const isRoot = process.getuid?.() === 0;
const user = { id: 3, name: 'anna@example.org' };

// A plain start takes seconds of computing time, and machines that test are busy.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 });

let world: ProcessWorld;
let hub: Server;
/** What servers asked the hub for. */
let asked: string[];

beforeEach(async () => {
  world = await ProcessWorld.open(python ?? '');
  asked = [];
  hub = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    request.resume();
    const me = { name: user.name, kind: 'user', admin: false, groups: [], scopes: ['access:servers'] };
    response.writeHead(200, { 'Content-Type': 'application/json', 'X-JupyterHub-Version': '6.1.1' });
    response.end(JSON.stringify({ version: '6.1.1', ...me }));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => hub.once('listening', resolve));
});
afterEach(async () => {
  hub.closeAllConnections();
  hub.close();
  if (python) await world[Symbol.asyncDispose]();
});

function spec(): ServerSpec {
  const prefix = `/user/${user.name}/`;
  const api = `http://127.0.0.1:${(hub.address() as AddressInfo).port}/hub/api`;
  return world.spec({
    owner: user,
    path: prefix,
    environment: {
      JUPYTERHUB_API_TOKEN: 'secret',
      JPY_API_TOKEN: 'secret',
      JUPYTERHUB_CLIENT_ID: 'jupyterhub-user-anna',
      JUPYTERHUB_API_URL: api,
      JUPYTERHUB_SERVICE_PREFIX: prefix,
      JUPYTERHUB_BASE_URL: '/',
      JUPYTERHUB_USER: user.name,
      JUPYTERHUB_HOST: '',
      JUPYTERHUB_SERVER_NAME: '',
      JUPYTERHUB_OAUTH_CALLBACK_URL: `${prefix}oauth_callback`,
      JUPYTERHUB_OAUTH_ACCESS_SCOPES: '["access:servers"]',
      JUPYTERHUB_OAUTH_SCOPES: '["access:servers"]',
      JUPYTERHUB_ACTIVITY_URL: `${api}/users/anna/activity`,
    },
  });
}

describe.runIf(python).each([true, false])('a single-user server (prepared parent: %s)', (preparedParent) => {
  test('starts as installed, answers the hub’s token, and runs notebooks in its home', async () => {
    const spawner = await world.spawner({ preparedParent });
    const server = await world.start(spawner, spec());
    const uid = isRoot ? defaultUserRange.first + user.id : process.getuid?.();
    const home = join(world.directory, 'homes', user.name);
    const record = join(world.directory, 'run/servers', server.spec.serverId, '1/record.json');
    expect(JSON.parse(await readFile(record, 'utf8'))).toMatchObject({
      mode: preparedParent ? 'prepared' : 'plain',
    });
    expect((JSON.parse(await readFile(record, 'utf8')) as { uid: number }).uid).toBe(isRoot ? uid : null);
    expect(asked[0]).toBe('GET /hub/api');
    expect((await ask(server, 'api/status')).status).toBe(200);
    expect((await fetch(`${server.launched.target}${server.spec.path}api/status`)).status).not.toBe(200);
    await writeFile(join(home, 'lesson.txt'), '');
    const contents = (await (await ask(server, 'api/contents')).json()) as { content: { name: string }[] };
    expect(contents.content.map(({ name }) => name)).toContain('lesson.txt');
    expect(await runInKernel(server, 'import os; print(os.getuid(), os.getcwd())')).toBe(`${uid} ${home}\n`);
    expect((await stat(join(home, '.local'))).uid).toBe(uid);
    expect(await spawner.log(server.spec, 100)).not.toMatch(/Traceback|npm/);
  });

  test('keeps what a student sets in JupyterLab in the student’s home', async () => {
    const spawner = await world.spawner({ preparedParent });
    const server = await world.start(spawner, spec());
    const path = 'lab/api/settings/@jupyterlab/apputils-extension:themes';
    if ((await ask(server, path)).status === 404) return; // a server without JupyterLab
    const body = JSON.stringify({ raw: '{"theme": "JupyterLab Dark"}' });
    expect((await ask(server, path, { method: 'PUT', body })).status).toBe(204);
    const saved = '.jupyter/lab/user-settings/@jupyterlab/apputils-extension/themes.jupyterlab-settings';
    expect(await readFile(join(world.directory, 'homes', user.name, saved), 'utf8')).toContain('Dark');
  });

  test('reads the user’s own configuration, and ends with its kernels', async () => {
    const spawner = await world.spawner({ preparedParent });
    const first = await world.start(spawner, spec());
    await spawner.stop(first.handle, 10);
    const home = join(world.directory, 'homes', user.name);
    await mkdirOf(home, '.jupyter');
    for (const app of ['server', 'notebook']) {
      await writeFile(
        join(home, '.jupyter', `jupyter_${app}_config.py`),
        `open(${JSON.stringify(join(home, 'configured'))}, "w").close()\n`,
      );
    }
    const second = await world.start(spawner, spec());
    await stat(join(home, 'configured'));
    const pid = Number(await runInKernel(second, 'import os; print(os.getpid())'));
    await spawner.stop(second.handle, 10);
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });
});

describe.runIf(python)('a start from the prepared parent', () => {
  test('takes a fraction of the computing time of a plain one', async () => {
    const seconds = async (preparedParent: boolean) => {
      const spawner = await world.spawner({ preparedParent });
      const server = await world.start(spawner, spec());
      const fields = (await readFile(`/proc/${server.pid}/stat`, 'utf8')).split(') ')[1]!.split(' ');
      await spawner.stop(server.handle, 10);
      // proc_pid_stat(5): user and system time in hundredths of a second.
      return (Number(fields[11]) + Number(fields[12])) / 100;
    };
    const [prepared, plain] = [await seconds(true), await seconds(false)];
    console.log(`computing time of a start: ${prepared} s from the prepared parent, ${plain} s plain`);
    expect(prepared).toBeLessThan(plain / 3);
  });
});

async function mkdirOf(home: string, name: string): Promise<void> {
  await mkdir(join(home, name), { recursive: true });
  const { uid, gid } = await stat(home);
  await chown(join(home, name), uid, gid);
}

function ask(server: RunningServer, path: string, init: RequestInit = {}): Promise<Response> {
  const headers = { Authorization: 'token secret', 'Content-Type': 'application/json' };
  return fetch(`${server.launched.target}${server.spec.path}${path}`, { ...init, headers });
}

/** What the code prints. Source: https://jupyter-client.readthedocs.io/en/stable/messaging.html */
async function runInKernel(server: RunningServer, code: string): Promise<string> {
  const response = await ask(server, 'api/kernels', { method: 'POST' });
  expect(response.status).toBe(201);
  const { id } = (await response.json()) as { id: string };
  const url = `${server.launched.target}${server.spec.path}api/kernels/${id}/channels?session_id=test`;
  const socket = new WebSocket(url.replace('http', 'ws'), { headers: { Authorization: 'token secret' } });
  const { promise: printed, resolve, reject } = Promise.withResolvers<string>();
  let text = '';
  socket.addEventListener('error', (event) => reject(event.error ?? new Error('the socket failed')));
  socket.addEventListener('message', ({ data }) => {
    const { msg_type, parent_header, content } = JSON.parse(data);
    if (parent_header.msg_id !== 'run') return;
    if (msg_type === 'stream') text += content.text;
    if (msg_type === 'status' && content.execution_state === 'idle') resolve(text);
  });
  socket.addEventListener('open', () => {
    const header = {
      msg_id: 'run',
      msg_type: 'execute_request',
      session: 'test',
      username: '',
      version: '5.3',
      date: '',
    };
    const content = { code, silent: false, store_history: false, user_expressions: {}, allow_stdin: false };
    socket.send(
      JSON.stringify({ header, parent_header: {}, metadata: {}, content, channel: 'shell', buffers: [] }),
    );
  });
  try {
    return await printed;
  } finally {
    socket.close();
  }
}
