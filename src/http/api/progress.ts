/**
 * `GET …/server/progress`: how a start goes, as a stream of events (`text/event-stream`) that ends when the server is
 * ready or is not going to be. Each event has JupyterHub's fields and two of ours: `phase` and `at`. While it waits in the
 * start queue there are three more: `position`, from 1; `estimate`, in how many seconds it is ready, or null where nobody
 * knows; and `full`, where it waits until somebody else's server stops.
 */
import { PassThrough } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { HubError } from '../../domain/errors.ts';
import { languageNamed } from '../../domain/language.ts';
import type { ProgressEvent } from '../../domain/progress.ts';
import { serverUrl } from '../../domain/route.ts';
import type { Server } from '../../domain/server.ts';
import type { QueuePlace } from '../../domain/start-queue.ts';
import type { ServerUpdate } from '../../hub/servers.ts';
import { languages, type Texts } from '../pages/texts/texts.ts';
import type { HttpParts } from '../parts.ts';
import { findUser, notFound, requireScope, serverNameOf, userNameOf } from './access.ts';
import { described, events, type Operation } from './operation.ts';
import { serverLabel } from './server-model.ts';
import { SERVER_PATHS, serverSubject } from './server-request.ts';

/** Proxies on the way close a connection on which nothing is said. */
const KEEP_ALIVE_MS = 8_000;

type Answer = Readonly<Record<string, string | number | boolean | Date | null>>;
type ProgressParts = Pick<HttpParts, 'users' | 'servers' | 'ensureRoute' | 'site' | 'now'>;

const followStart: Operation = {
  summary: 'How a start goes, as it goes',
  description:
    'Events, each a line `data: {"progress": 0–100, "message": …}`; the last has `ready` or `failed`.',
  access: ['read:servers'],
  answers: {
    200: events('They end when the start does.'),
  },
};

export function mountProgress(api: FastifyInstance, parts: ProgressParts): void {
  const { users, servers } = parts;
  const closing = new AbortController();
  api.addHook('preClose', async () => closing.abort());

  for (const path of SERVER_PATHS) {
    // A HEAD request would wait for the end of the stream.
    const options = { ...described(followStart), exposeHeadRoute: false };
    api.get(`${path.replace(/\/$/, '')}/progress`, options, async (request, reply) => {
      requireScope(request, 'read:servers', serverSubject(request));
      const user = await findUser(users, userNameOf(request));
      const name = serverNameOf(request);
      const server = await servers.get(user.name, name);
      if (!server && name !== '') notFound();
      if (
        !server ||
        server.state === 'stopped' ||
        (server.state === 'stopping' && server.desired !== 'running')
      ) {
        throw new HubError('invalid', `${serverLabel({ owner: user.name, name })} is not starting...`);
      }
      const stream = new PassThrough();
      const gone = new AbortController();
      stream.once('close', () => gone.abort());
      const keepAlive = setInterval(() => stream.write(': still here\n\n'), KEEP_ALIVE_MS);
      // Our own pages show what it says of the queue as it is; to programs it is English.
      const { language } = request.query as { readonly language?: unknown };
      const texts = languages[languageNamed(String(language ?? '')) ?? 'en'];
      tell(stream, server, AbortSignal.any([gone.signal, closing.signal]), { ...parts, texts })
        .catch((error) => {
          if (!gone.signal.aborted) request.log.error({ err: error }, 'progress stream failed');
        })
        .finally(() => {
          clearInterval(keepAlive);
          stream.end();
        });
      reply.headers({ 'cache-control': 'no-cache, no-transform', 'x-accel-buffering': 'no' });
      return reply.type('text/event-stream').send(stream);
    });
  }
}

async function tell(
  stream: PassThrough,
  server: Server,
  signal: AbortSignal,
  parts: ProgressParts & { readonly texts: Texts },
): Promise<void> {
  const say = (answer: Answer) => stream.write(`data: ${JSON.stringify(answer)}\n\n`);
  let percent = 0;
  let last: ServerUpdate | undefined;
  for await (const update of parts.servers.watch(server.id, signal)) {
    for (const event of update.events) {
      percent = event.percent;
      say(eventAnswer(event));
    }
    if (update.place !== null)
      say(queueAnswer(update.place, percent, { at: parts.now(), texts: parts.texts }));
    last = update;
  }
  if (signal.aborted) return;
  const now = last?.server;
  if (now?.state === 'ready') {
    await parts.ensureRoute(now.id);
    say(readyAnswer(serverUrl(parts.site, now.owner, now.name), parts.now()));
  } else {
    say(failedAnswer(now, parts.now()));
  }
}

function eventAnswer({ percent, message, phase, at }: ProgressEvent): Answer {
  return { progress: percent, message, phase, at };
}

function queueAnswer(
  place: QueuePlace,
  percent: number,
  { at, texts }: { readonly at: Date; readonly texts: Texts },
): Answer {
  const { position, full } = place;
  const estimate = place.estimateSeconds === null ? null : Math.ceil(place.estimateSeconds);
  return {
    progress: percent,
    message: texts.pending.place(place),
    phase: 'waiting',
    position,
    estimate,
    full,
    at,
  };
}

function readyAnswer(url: string, at: Date): Answer {
  return {
    progress: 100,
    ready: true,
    message: `Server ready at ${url}`,
    // The path is percent-encoded, so that nothing in it can end the attribute; `&` is the one character left to escape.
    html_message: `Server ready at <a href="${escapeAmpersand(url)}">${escapeAmpersand(url)}</a>`,
    url,
    phase: 'ready',
    at,
  };
}

function failedAnswer(server: Server | undefined, at: Date): Answer {
  const failure = server?.state === 'failed' ? server.failure : null;
  const message = failure ? `Spawn failed: ${failure.reason}` : 'Spawn cancelled';
  return {
    progress: 100,
    failed: true,
    message,
    phase: 'failed',
    at,
    ...(failure ? { hint: failure.hint, failure_id: failure.id } : {}),
  };
}

function escapeAmpersand(text: string): string {
  return text.replaceAll('&', '&amp;');
}
