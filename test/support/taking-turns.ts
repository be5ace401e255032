/** Stands before several hubs and gives each request to another one than the request before. */

import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream';

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
    // A connection of its own: one that was kept may be closed by the hub at the moment when it is used again.
    const { hostname: host, port } = target;
    const ask = request({ host, port, method, path, headers, agent: false });
    // Who follows the feed says something only after it was told something.
    ask.flushHeaders();
    asked.pipe(ask);
    ask.on('response', (response) => {
      answer.writeHead(response.statusCode ?? 502, response.rawHeaders);
      answer.flushHeaders();
      pipeline(response, answer, () => {
        // A hub that breaks off, or has said all while it is still being told something, ends it here too.
        if (!asked.complete || !response.complete) asked.socket.destroySoon();
      });
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
