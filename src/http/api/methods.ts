import type { FastifyInstance } from 'fastify';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** A path that exists answers 405 to a method that it does not have (RFC 9110 §15.5.6), once `mount` has added all. */
export function answerOtherMethods(app: FastifyInstance, mount: () => void): void {
  const known = new Map<string, Set<string>>();
  app.addHook('onRoute', ({ url, method }) => {
    // The prefix itself is two addresses in one, of which only one is told.
    if (url.endsWith('*') || url.replace(/\/$/, '') === app.prefix) return;
    const methods = known.get(url) ?? new Set();
    for (const one of [method].flat()) methods.add(one);
    known.set(url, methods);
  });
  mount();
  for (const [url, methods] of [...known]) {
    const allowed = [...methods, 'OPTIONS'].join(', ');
    const missing = METHODS.filter((method) => !methods.has(method));
    if (missing.length === 0) continue;
    app.route({
      method: missing,
      url: url.slice(app.prefix.length),
      config: { operation: null },
      handler: async (_request, reply) => {
        reply.header('allow', allowed);
        throw Object.assign(new Error('Method Not Allowed'), { statusCode: 405 });
      },
    });
  }
}
