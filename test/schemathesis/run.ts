/**
 * `node test/schemathesis/run.ts PROGRAM [--examples N] [--seed N]`: a hub with simulated servers, and Schemathesis, which
 * reads the hub's own OpenAPI document and asks everything in it, as an administrator and as a student. No answer may be
 * a 5xx or one that the document does not describe. PROGRAM is `schemathesis` of its Python environment.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startHub, type TestHub } from '../support/hub.ts';

const { values, positionals } = parseArgs({
  options: { examples: { type: 'string', default: '15' }, seed: { type: 'string', default: '1' } },
  allowPositionals: true,
});
const [program = 'schemathesis'] = positionals;

const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_schema_conformance',
  'response_headers_conformance',
];

/** They last as long as the connection does: to wait for their end would be to wait for the time-out. */
const ENDLESS = ['/proxies/feed', '/events'];

/** Names that there are, so that not every question ends with 404. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  user: ['anna', 'ben', 'teacher'],
  server: ['second', 'third'],
  token: ['a1', 'a2', 'a3', 'a4'],
};

let failed = false;
for (const name of ['teacher', 'anna']) {
  const folder = await mkdtemp(join(tmpdir(), 'polder-schemathesis-'));
  try {
    await using hub = await startHub({ hubs: 1, allowed: null });
    for (const user of ['ben', 'anna']) await hub.user(user);
    const document = join(folder, 'openapi.json');
    await writeFile(document, JSON.stringify(await documentWithNames(hub)));
    console.log(`\n--- as ${name}`);
    const code = await run(hub, document, { folder, token: await hub.token(name) });
    if (code !== 0) failed = true;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
process.exitCode = failed ? 1 : 0;

async function run(
  hub: TestHub,
  document: string,
  { folder, token }: { readonly folder: string; readonly token: string },
): Promise<number> {
  const child = spawn(
    program,
    [
      '--no-color',
      'run',
      document,
      `--url=${hub.url}/hub/api`,
      `--header=Authorization: token ${token}`,
      `--checks=${CHECKS.join(',')}`,
      `--max-examples=${values.examples}`,
      `--seed=${values.seed}`,
      '--phases=examples,coverage,fuzzing',
      '--generation-database=none',
      '--continue-on-failure',
      '--warnings=off',
      '--request-timeout=20',
      '--suppress-health-check=all',
      ...ENDLESS.map((path) => `--exclude-path=${path}`),
    ],
    { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'] },
  );
  const [code] = await once(child, 'exit');
  return (code as number | null) ?? 1;
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  schema: unknown;
}

/** The document as the hub tells it; names in paths are half of the time ones that there are. */
async function documentWithNames(hub: TestHub): Promise<unknown> {
  const document = (await (await hub.api('GET', '/openapi.json')).json()) as {
    readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly parameters: Parameter[] }>>>>;
  };
  for (const operation of Object.values(document.paths).flatMap((path) => Object.values(path))) {
    for (const parameter of operation.parameters) {
      const names = NAMES[parameter.name];
      if (parameter.in === 'path' && names)
        parameter.schema = { anyOf: [{ enum: names }, { type: 'string' }] };
    }
  }
  return document;
}
