import { z } from 'zod';
import { isNetwork } from '../../lib/networks.ts';
import { parseByteSize } from '../bytes.ts';

export const text = z.string();
export const flag = z.boolean();
export const names = z.array(z.string());

export const networks = z.array(
  z.string().refine(isNetwork, 'This is an IP address, or a network such as 10.0.0.0/8.'),
);

/** A secret itself, or where it is: exactly one of an environment variable and a file. */
export const secretText = z.union([
  z.string(),
  z.object({ env: z.string().min(1).optional(), file: z.string().min(1).optional() }),
]);

/** A whole number, zero or more. */
export const count = z.int().min(0);

/** Seconds, more than none. */
export const seconds = z.number().positive();

/** One of these words. */
export const word = <const W extends readonly [string, ...string[]]>(...words: W) => z.enum(words);

/** Bytes, from what JupyterHub's ByteSpecification takes. */
export const byteSize = z.unknown().transform((value, context): number => {
  const size = parseByteSize(value);
  if (size.ok) return size.bytes;
  context.addIssue({ code: 'custom', message: size.message, params: { help: size.help }, input: value });
  return z.NEVER;
});

/** Cores: `1.5`, or the same in quotes, as JupyterHub's Float takes it. */
export const cores = z.unknown().transform((value, context): number => {
  const number = typeof value === 'string' && /^\d+(\.\d*)?$/.test(value.trim()) ? Number(value) : value;
  if (typeof number === 'number' && Number.isFinite(number) && number >= 0) return number;
  const milli = typeof value === 'string' ? /^(\d+)m$/.exec(value)?.[1] : undefined;
  context.addIssue({
    code: 'custom',
    message: 'This is not a number of cores.',
    params: { help: milli ? `Write ${Number(milli) / 1000}.` : 'Write a number such as 1.5.' },
    input: value,
  });
  return z.NEVER;
});

/** A command: one word, or a list of words. JupyterHub does not split a text at its blanks, and neither do we. */
export const command = z.union([z.string().transform((one) => [one]), z.array(z.string())]);

/**
 * Environment: NAME to text, NAME to (part of) a Kubernetes EnvVar, or a list of EnvVars. Only texts mean something on
 * one machine.
 */
export const environment = z.union([
  z.record(z.string(), z.union([z.string(), z.looseObject({ value: z.string().optional() })])),
  z.array(z.looseObject({ name: z.string(), value: z.string().optional() })),
]);

/** Files to be put into a pod: NAME to where, and to one of three kinds of content. */
export const files = z.record(
  z.string(),
  z
    .object({
      mountPath: z.string(),
      data: z.unknown(),
      stringData: z.string(),
      binaryData: z.string(),
      mode: z.number(),
    })
    .partial(),
);
