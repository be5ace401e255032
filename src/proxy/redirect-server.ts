import type { RequestListener } from 'node:http';

/** Sends every request on to the same address over HTTPS. */
export function redirectListener(httpsPort: number): RequestListener {
  return (request, response) => {
    const { host } = request.headers;
    const name = host === undefined ? undefined : /^(\[[\da-fA-F:.]+\]|[\w.-]+)(?::\d+)?$/.exec(host)?.[1];
    if (name === undefined) {
      response.writeHead(400, { 'Content-Type': 'text/plain; charset=utf-8' });
      response.end(
        `This address speaks HTTPS, on port ${httpsPort}, and the request does not say which host it wants.`,
      );
      return;
    }
    const port = httpsPort === 443 ? '' : `:${httpsPort}`;
    const path = request.url?.startsWith('/') ? request.url : '/';
    response.writeHead(301, { Location: `https://${name}${port}${path}`, 'Content-Length': 0 });
    response.end();
  };
}
