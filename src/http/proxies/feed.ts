/**
 * `POST /hub/api/proxies/feed?feed=…&since=N`: the routes as they are and as they change; see `domain/route-feed.ts`. The
 * answer begins at once and goes on while the proxy, in the body of its request, says how far it has come.
 */
import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { type FeedMessage, SILENCE_MS } from '../../domain/route-feed.ts';
import type { Follower } from '../../hub/route-feed.ts';
import { jsonLines } from '../../lib/json-lines.ts';
import { parseInput } from '../api/body.ts';
import { described, type Operation } from '../api/operation.ts';
import type { HttpParts } from '../parts.ts';

const position = z.object({
  feed: z.string().max(100).optional(),
  since: z.coerce.number().int().nonnegative().optional(),
});
const report = z.object({ applied: z.number().int().nonnegative() });

const LONGEST_REPORT = 1_000;

const followRoutes: Operation = {
  summary: 'The routes as they are and as they change',
  description: 'Both ways one JSON text a line, for as long as the connection lasts.',
  access: 'proxy',
  query: position,
  body: report,
  bodyType: 'application/x-ndjson',
  answers: {
    200: { description: 'The changes as they happen.', content: { 'application/x-ndjson': z.string() } },
  },
  errors: [415],
};

export function mountFeed(app: FastifyInstance, { routeFeed }: Pick<HttpParts, 'routeFeed'>): void {
  const closing = new AbortController();
  app.addHook('preClose', async () => closing.abort());
  app.addContentTypeParser('application/x-ndjson', (_request, body, done) => done(null, body));

  app.post('/feed', described(followRoutes), async (request, reply) => {
    const { feed, since } = parseInput(position, request.query);
    const gone = new AbortController();
    const { socket } = request.raw;
    const reports = request.body as Readable;
    socket.once('close', () => {
      gone.abort();
      // Once the answer has ended, node tells nobody that the rest of the body will not come.
      reports.destroy();
    });
    const follower = routeFeed.follow(
      feed === undefined || since === undefined ? undefined : { feed, number: since },
      { address: request.ip, signal: AbortSignal.any([gone.signal, closing.signal]) },
    );
    hear(reports, follower).finally(() => gone.abort());
    const lines = Readable.from(linesOf(follower.messages), { objectMode: false });
    lines.once('error', (error) => request.log.error({ err: error }, 'the feed of a proxy failed'));
    // The proxy would go on reporting: the end of the answer is not the end of its request.
    lines.once('close', () => socket.destroySoon());
    return reply
      .headers({ 'cache-control': 'no-store', 'x-accel-buffering': 'no' })
      .type('application/x-ndjson')
      .send(lines);
  });
}

/** Ends when the follower is gone, says what is no report, or says nothing for too long. */
async function hear(body: Readable, follower: Follower): Promise<void> {
  const silence = setTimeout(() => body.destroy(), SILENCE_MS);
  try {
    for await (const line of jsonLines(body, { longest: LONGEST_REPORT })) {
      follower.report(report.parse(line).applied);
      silence.refresh();
    }
  } catch {
    // However it ends, the follower begins again.
  } finally {
    clearTimeout(silence);
  }
}

/** The same message goes to many followers: it is made text once. */
const texts = new WeakMap<FeedMessage, string>();

async function* linesOf(messages: AsyncIterable<FeedMessage>): AsyncGenerator<string> {
  for await (const message of messages) {
    const text = texts.get(message) ?? `${JSON.stringify(message)}\n`;
    texts.set(message, text);
    yield text;
  }
}
