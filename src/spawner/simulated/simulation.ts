import { z } from 'zod';
import type { Json } from '../../domain/server.ts';

/**
 * What a simulated server does, from `simulate` in its user options; everything has the value of a server that
 * starts at once and runs on. Milliseconds.
 */
const simulationSchema = z.strictObject({
  /** How long launching takes. */
  startMs: z.number().nonnegative().default(0),
  /** Launching fails with these words. */
  startError: z.string().nullable().default(null),
  /** How long after launching it begins to answer. */
  answerMs: z.number().nonnegative().default(0),
  /** How long after launching it ends by itself; null: never. */
  endMs: z.number().nonnegative().nullable().default(null),
  /** How many of its kernels run something all the time. */
  busyKernels: z.number().int().nonnegative().default(0),
  endReason: z.enum(['exited', 'out_of_memory']).default('exited'),
  exitCode: z.number().int().default(1),
  /** How long stopping takes. */
  stopMs: z.number().nonnegative().default(0),
  /** What it writes to its log. */
  log: z.array(z.string()).default(['The simulated server has started.']),
  hook: z
    .strictObject({
      ms: z.number().nonnegative().default(0),
      exitCode: z.number().int().default(0),
      output: z.string().default(''),
    })
    .prefault({}),
});

export type Simulation = z.output<typeof simulationSchema>;

/** @throws a ZodError when `simulate` in the options is not a simulation */
export function simulationOf(userOptions: { readonly [key: string]: Json }): Simulation {
  return simulationSchema.parse(userOptions.simulate ?? {});
}
