import type { Page } from 'playwright-core';

/**
 * Starts a kernel of the server whose page is open, runs `code` in it over the kernel's WebSocket as a notebook page
 * does, and ends it. Works with every age of server: it speaks the old protocol, which all of them know.
 * @param serverPath path of the server, such as `/user/anna/`
 * @returns the plain text of the result. @throws what went wrong, in the page's words
 */
export function runInKernel(page: Page, serverPath: string, code: string): Promise<string> {
  return page.evaluate(runFromPage, { serverPath, code });
}

/** Runs in the browser: knows nothing of this file. */
async function runFromPage(given: { serverPath: string; code: string }): Promise<string> {
  const { serverPath, code } = given;
  // The newest first: an older server's cookie for a shorter path may be there beside it.
  const xsrf = /(?:^|; )_xsrf=([^;]*)/.exec(document.cookie)?.[1] ?? '';
  const api = `${location.origin}${serverPath}api/kernels`;
  const headers = { 'X-XSRFToken': xsrf, 'Content-Type': 'application/json' };
  const started = await fetch(api, { method: 'POST', headers, body: '{}' });
  if (!started.ok) throw new Error(`starting a kernel: ${started.status} ${await started.text()}`);
  const kernel: { id: string } = await started.json();
  try {
    return await new Promise<string>((resolve, reject) => {
      const session = crypto.randomUUID();
      const socket = new WebSocket(
        `${api.replace(/^http/, 'ws')}/${kernel.id}/channels?session_id=${session}`,
      );
      const id = crypto.randomUUID();
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
