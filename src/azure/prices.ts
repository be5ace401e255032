/** A list of prices, which whoever asks brings along: they differ by region, contract and day. */
import { parse } from 'yaml';
import { z } from 'zod';
import { HubError } from '../domain/errors.ts';

const price = z.number().nonnegative();
const list = z.record(z.string(), price).default({});

const pricesSchema = z.strictObject({
  /** Where they were read. */
  source: z.string().min(1),
  /** When. */
  date: z.iso.date(),
  currency: z.string().regex(/^[A-Z]{3}$/),
  /** By size, an hour. */
  machines: list,
  spotMachines: list,
  /** By size, an hour. */
  databases: list,
  registryPerDay: list,
  sharesPerGBMonth: list,
});

export type Prices = z.infer<typeof pricesSchema>;

/** @throws HubError where the text is no such list, with all that is wrong */
export function readPrices(text: string, file: string): Prices {
  const read = pricesSchema.safeParse(parsed(text, file));
  if (read.success) return read.data;
  const wrong = read.error.issues.map(({ path, message }) => `  ${path.join('.') || 'the file'}: ${message}`);
  throw new HubError(
    'invalid',
    `${file} is no list of prices (docs/azure.md shows one):\n${wrong.join('\n')}`,
  );
}

function parsed(text: string, file: string): unknown {
  try {
    // A date stays the text that was written.
    return parse(text, { schema: 'core' });
  } catch (error) {
    throw new HubError(
      'invalid',
      `${file} cannot be read: ${error instanceof Error ? error.message : error}`,
    );
  }
}
