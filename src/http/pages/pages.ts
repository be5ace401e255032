/** The pages of the hub, one noun a file. */
import type { FastifyInstance } from 'fastify';
import type { HttpParts } from '../parts.ts';

/** `app` knows the caller, reads forms, checks their XSRF value and answers errors with pages already. */
export async function mountPages(_app: FastifyInstance, _parts: HttpParts): Promise<void> {}
