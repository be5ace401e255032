import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

const LOOK_AGAIN_MS = 20;
/** Whoever waits longer for an answer has to ask the next hub. */
const PATIENCE_MS = 10_000;

/**
 * Makes closing wait for the answers under way and for nothing else. Connections outlive their answers, as proxies and
 * browsers keep them; and browsers open some in advance, which node takes for busy until something was asked on them.
 */
export function closePromptly(app: FastifyInstance): void {
  const { server } = app;
  const unused = new Set<Socket>();
  server.on('connection', (socket) => {
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  server.on('request', (request) => unused.delete(request.socket));

  app.addHook('preClose', async () => {
    const deadline = setTimeout(() => server.closeAllConnections(), PATIENCE_MS);
    const timer = setInterval(() => {
      server.closeIdleConnections();
      for (const socket of unused) socket.destroy();
    }, LOOK_AGAIN_MS);
    server.once('close', () => {
      clearTimeout(deadline);
      clearInterval(timer);
    });
  });
}
