/** Stands before several hubs and gives each request to another one than the request before. */

import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface TakingTurns extends AsyncDisposable {
  readonly url: string;
}

/** @param targets without a path */
export async function takeTurns(targets: readonly string[]): Promise<TakingTurns> {
  const answering = new Set<Promise<unknown>>();
  let turn = 0;
  const server = createServer((asked, answer) => {
    turn += 1;
    const target = new URL(targets[turn % targets.length]!);
    const { method, headers, url: path } = asked;
    const forwarded = { ...headers, 'x-forwarded-for': asked.socket.remoteAddress ?? '' };
    const ask = request({ host: target.hostname, port: target.port, method, path, headers: forwarded });
    asked.pipe(ask);
    ask.on('response', (response) => {
      answer.writeHead(response.statusCode ?? 502, response.rawHeaders);
      answer.flushHeaders();
      response.pipe(answer);
    });
    ask.on('error', () => answer.destroy());
    const closed = once(answer, 'close').then(() => {
      ask.destroy();
      answering.delete(closed);
    });
    answering.add(closed);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      // What the hubs said last is still on its way.
      await Promise.all(answering);
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
