/** `/hub/health`: whether the hub can do its work. Anyone may ask; probes do, every few seconds. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { described, json, type Operation } from './api/operation.ts';
import type { HttpParts } from './parts.ts';

const tellHealth: Operation = {
  summary: 'Whether the hub can do its work',
  access: 'anyone',
  answers: { 200: json(z.object({ status: z.literal(200) }), 'It can.') },
  errors: [503],
};

/** The check writes to the disk: however often anyone asks, it is made once in this time. */
const FRESH_MS = 1_000;

export function mountHealth(app: FastifyInstance, parts: Pick<HttpParts, 'checkHealth' | 'now'>): void {
  let checkedAt = Number.NEGATIVE_INFINITY;
  let outcome: Promise<void> = Promise.resolve();
  const check = (): Promise<void> => {
    const now = parts.now().getTime();
    if (Math.abs(now - checkedAt) > FRESH_MS) {
      checkedAt = now;
      outcome = parts.checkHealth();
    }
    return outcome;
  };
  for (const path of ['/health', '/api/health']) {
    app.get(path, described(tellHealth), async () => {
      await check();
      return { status: 200 };
    });
  }
}
