import type { Builder } from './builder.ts';
import type { BuildContext, ImageSource } from './image-source.ts';
import { type SmokeTest, smokeTest } from './smoke-test.ts';

export interface BuildOptions {
  readonly reference: string;
  /** Null: it is not tried. */
  readonly smoke: SmokeTest | null;
  /** What may be in what the builder writes and nobody is to see. */
  readonly hidden: readonly string[];
  readonly progress: (line: string) => void;
}

/**
 * Builds an image and tries it; one that this machine has already under its tag is the same, and is only tried.
 * @returns what was found while it was brought together
 * @throws HubError
 */
export async function buildImage(
  source: ImageSource,
  builder: Builder,
  options: BuildOptions,
): Promise<BuildContext['findings']> {
  const { reference, smoke, progress } = options;
  const findings = (await builder.has(reference)) ? alreadyThere(reference, progress) : await build();
  if (smoke !== null) {
    progress(`Trying ${reference}:`);
    await smokeTest(builder, reference, { ...smoke, progress });
  }
  return findings;

  async function build(): Promise<BuildContext['findings']> {
    await using context = await source.open();
    progress(`Building ${reference} with ${builder.name}:`);
    const onLine = (line: string) => progress(`  ${without(options.hidden, line)}`);
    await builder.build(context, { reference, onLine });
    return context.findings;
  }
}

function alreadyThere(reference: string, progress: (line: string) => void): readonly [] {
  progress(`${reference} is built already: nothing has changed.`);
  return [];
}

/** Builders repeat each instruction, values of the environment among them. */
function without(hidden: readonly string[], line: string): string {
  return hidden.reduce((text, secret) => text.replaceAll(secret, '…'), line);
}
