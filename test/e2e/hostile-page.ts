/** A page that a student serves from their own server, for others to open: it says what its maker likes, with any header. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';

export interface HostilePage extends AsyncDisposable {
  readonly port: number;
}

/** What its service worker puts in place of every page that it gets hold of. */
export const TAKEN_OVER = 'taken over by a service worker';

const WORKER = `self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
self.addEventListener('fetch', (event) => {
  if (event.request.mode === 'navigate')
    event.respondWith(new Response('${TAKEN_OVER}', { headers: { 'Content-Type': 'text/html' } }));
});`;

/** Serves it on a port of this machine, where jupyter-server-proxy reaches it. */
export async function serveHostilePage(): Promise<HostilePage> {
  const server = createServer((request, response) => {
    const isWorker = request.url?.endsWith('/worker.js') ?? false;
    response.writeHead(200, {
      'Content-Type': isWorker ? 'text/javascript' : 'text/html',
      'Service-Worker-Allowed': '/',
    });
    response.end(isWorker ? WORKER : '<!doctype html><title>Homework</title><h1>My homework</h1>');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** What its scripts try; as text, since it runs in the browser. Each resolves with what it came by. */
const TRICKS = `
const read = async (url, mode = 'cors') => {
  try {
    const answer = await fetch(url, { credentials: 'include', mode });
    return answer.type === 'opaque' ? null : await answer.text();
  } catch {
    return null;
  }
};
const send = async (url, body) => {
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
  await fetch(url, { method: 'POST', credentials: 'include', mode: 'no-cors', headers, body }).catch(() => null);
};
const submit = (action) => {
  const form = Object.assign(document.createElement('form'), { method: 'post', action });
  document.body.append(form);
  form.submit();
};
const open = (url) => void (window.hold = window.open(url));
const frame = (src) => void document.body.append(Object.assign(document.createElement('iframe'), { src, name: 'hub' }));
const register = async () => {
  await navigator.serviceWorker.register('worker.js', { scope: '/' });
  await navigator.serviceWorker.ready;
};
const unregister = async () => {
  for (const one of await navigator.serviceWorker.getRegistrations()) await one.unregister();
};
const toss = (cookies, domain) => {
  for (const { name, value } of cookies)
    for (const as of [name, name.replace('__Host-', '')])
      for (const path of ['/', '/hub', '/hub/', '/hub/home', '/hub/login', '/hub/token'])
        for (const secure of ['', '; Secure'])
          document.cookie = as + '=' + value + '; Domain=' + domain + '; Path=' + path + secure;
};
`;

type Trick = 'read' | 'send' | 'submit' | 'open' | 'frame' | 'register' | 'unregister' | 'toss';

/** Has a page try this with these arguments. */
export function attempt<T = unknown>(page: Page, trick: Trick, ...given: readonly unknown[]): Promise<T> {
  const list = given.map((one) => JSON.stringify(one)).join(', ');
  return page.evaluate<T>(`(() => { ${TRICKS}; return ${trick}(${list}); })()`);
}
