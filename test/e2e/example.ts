import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

export const exampleFile = fileURLToPath(
  new URL('../../examples/hydrodynamics-course/config.yaml', import.meta.url),
);

/** The demo password, which stands in the example and nowhere else. */
export const demoPassword: string = parse(readFileSync(exampleFile, 'utf8')).auth.dummy.password;
