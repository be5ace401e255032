import type { Page } from 'playwright-core';

/**
 * Starts a kernel of the server whose page is open, runs `code` in it over the kernel's WebSocket as a notebook page
 * does, and ends it. Works with every age of server: it speaks the old protocol, which all of them know.
 * @param serverPath path of the server, such as `/user/anna/`
 * @returns the plain text of the result. @throws what went wrong, in the page's words
 */
export async function runInKernel(page: Page, serverPath: string, code: string): Promise<string> {
  const api = new URL(`${serverPath}api/kernels`, page.url()).href;
  const cookies = (await page.context().cookies(api)).filter(({ name }) => name === '_xsrf');
  // That of the server itself, before what an older one has set for the whole site.
  const [cookie] = cookies.toSorted((one, other) => other.path.length - one.path.length);
  return page.evaluate(runFromPage, { api, xsrf: cookie?.value ?? '', code });
}

/** Runs in the browser: knows nothing of this file. */
async function runFromPage(given: { api: string; xsrf: string; code: string }): Promise<string> {
  const { api, xsrf, code } = given;
  const headers = { 'X-XSRFToken': xsrf, 'Content-Type': 'application/json' };
  const started = await fetch(api, { method: 'POST', headers, body: '{}' });
  if (!started.ok) throw new Error(`starting a kernel: ${started.status} ${await started.text()}`);
  const kernel = (await started.json()) as { id: string };
  try {
    return await new Promise<string>((resolve, reject) => {
      // What would make better ones is there for https only.
      const newId = () => Math.random().toString(36).slice(2);
      const session = newId();
      const socket = new WebSocket(
        `${api.replace(/^http/, 'ws')}/${kernel.id}/channels?session_id=${session}`,
      );
      const id = newId();
      socket.onopen = () =>
        socket.send(
          JSON.stringify({
            header: { msg_id: id, session, username: '', msg_type: 'execute_request', version: '5.3' },
            parent_header: {},
            metadata: {},
            content: {
              code,
              silent: false,
              store_history: false,
              user_expressions: {},
              allow_stdin: false,
              stop_on_error: true,
            },
            buffers: [],
            channel: 'shell',
          }),
        );
      socket.onmessage = ({ data }) => {
        const message = JSON.parse(data);
        if (message.parent_header?.msg_id !== id) return;
        if (message.msg_type === 'execute_result') resolve(message.content.data['text/plain']);
        if (message.msg_type === 'error') reject(new Error(message.content.traceback.join('\n')));
      };
      socket.onclose = ({ code: why }) => reject(new Error(`the WebSocket was closed: ${why}`));
    });
  } finally {
    await fetch(`${api}/${kernel.id}`, { method: 'DELETE', headers });
  }
}
