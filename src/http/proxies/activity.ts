/** `POST /hub/api/proxies/activity`: when the routes of a proxy were last used; see `domain/route-feed.ts`. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { LARGEST_REPORT } from '../../domain/route-feed.ts';
import { parseInput } from '../api/body.ts';
import { described, empty, type Operation } from '../api/operation.ts';
import type { HttpParts } from '../parts.ts';

/** A prefix may be long: a name of 255 characters, each escaped in full. */
const LARGEST_BODY = LARGEST_REPORT * 400;

const report = z.object({
  idle: z
    .record(z.string(), z.number().nonnegative())
    .refine((idle) => Object.keys(idle).length <= LARGEST_REPORT, `at most ${LARGEST_REPORT} prefixes`),
});

const reportUse: Operation = {
  summary: 'Say when routes were last used',
  access: 'proxy',
  body: report,
  answers: { 204: empty('It is noted.') },
};

export function mountProxyActivity(
  app: FastifyInstance,
  { proxyActivity }: Pick<HttpParts, 'proxyActivity'>,
): void {
  app.post('/activity', { ...described(reportUse), bodyLimit: LARGEST_BODY }, async (request, reply) => {
    const { idle } = parseInput(report, request.body);
    await proxyActivity.record(new Map(Object.entries(idle)));
    return reply.status(204).send();
  });
}
