import type { Page } from 'playwright-core';

/**
 * Runs `code` in a kernel of the server whose page is open, over the kernel's WebSocket as a notebook page does: in one
 * that it starts and ends, or in `kernel`. Works with every age of server: it speaks the old protocol, which all know.
 * @param serverPath path of the server, such as `/user/anna/`
 * @returns the plain text of the result. @throws what went wrong, in the page's words
 */
export async function runInKernel(
  page: Page,
  serverPath: string,
  code: string,
  { kernel }: { readonly kernel?: string } = {},
): Promise<string> {
  const started = kernel ?? (await startKernel(page, serverPath));
  try {
    const { api } = await accessOf(page, serverPath);
    return await page.evaluate(runFromPage, { api, kernel: started, code });
  } finally {
    if (kernel === undefined) await ask(page, serverPath, { method: 'DELETE', path: `/${started}` });
  }
}

/** @returns its id; it runs until the server ends */
export async function startKernel(page: Page, serverPath: string): Promise<string> {
  const answer = await ask(page, serverPath, { method: 'POST', path: '' });
  return (JSON.parse(answer) as { id: string }).id;
}

async function ask(
  page: Page,
  serverPath: string,
  { method, path }: { readonly method: string; readonly path: string },
): Promise<string> {
  const { api, xsrf } = await accessOf(page, serverPath);
  return page.evaluate(
    async (given) => {
      const headers = { 'X-XSRFToken': given.xsrf, 'Content-Type': 'application/json' };
      const body = given.method === 'POST' ? '{}' : null;
      const answer = await fetch(given.url, { method: given.method, headers, body });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${given.method} of a kernel: ${answer.status} ${text}`);
      return text;
    },
    { url: `${api}${path}`, method, xsrf },
  );
}

async function accessOf(page: Page, serverPath: string) {
  const api = new URL(`${serverPath}api/kernels`, page.url()).href;
  const cookies = (await page.context().cookies(api)).filter(({ name }) => name === '_xsrf');
  // That of the server itself, before what an older one has set for the whole site.
  const [cookie] = cookies.toSorted((one, other) => other.path.length - one.path.length);
  return { api, xsrf: cookie?.value ?? '' };
}

/** Runs in the browser: knows nothing of this file. */
function runFromPage({ api, kernel, code }: { api: string; kernel: string; code: string }): Promise<string> {
  return new Promise<string>((resolve, reject) => {
    // What would make better ones is there for https only.
    const newId = () => Math.random().toString(36).slice(2);
    const session = newId();
    const socket = new WebSocket(`${api.replace(/^http/, 'ws')}/${kernel}/channels?session_id=${session}`);
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
}
