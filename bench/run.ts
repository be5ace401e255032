/**
 * `node bench/run.ts`: Polder and its peers, from their registries, side by side on this machine; prints a table.
 * `--only hub-start,click` takes some of the measures, `--rounds N` (3), `--users N` (10000) and
 * `--servers N` (1000) change their size.
 * `--save` puts what was measured into `docs/performance.md`.
 */
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openBrowser } from '../test/e2e/browser.ts';
import { measureClick } from './click.ts';
import { describeMachine, Noise } from './conditions.ts';
import type { Contender } from './contender.ts';
import { measureHubStart } from './hub-start.ts';
import { prepareJupyterHub } from './jupyterhub.ts';
import { measureLoginPage } from './login-page.ts';
import { measureMemory } from './memory.ts';
import { NothingServer } from './nothing-server.ts';
import { installPeers, type Peers } from './peers.ts';
import { buildPolder, preparePolder } from './polder.ts';
import { measureProxy } from './proxy.ts';
import { measureProxyRestart } from './proxy-restart.ts';
import { measureStarts } from './starts.ts';
import { formatSection, type Section } from './table.ts';

interface Size {
  readonly rounds: number;
  readonly users: number;
  readonly servers: number;
}

const measures: Readonly<Record<string, (peers: Peers, size: Size) => Promise<readonly Section[]>>> = {
  'hub-start': (peers, size) =>
    withContenders(peers, 'simulated', async (pair) => [await measureHubStart(pair, size)]),
  starts: (peers, { rounds, servers }) =>
    withContenders(peers, 'nothing', async (pair) => [
      await measureStarts(pair, { rounds, servers, peerName: peers.hubName }),
    ]),
  memory: (peers, size) => withContenders(peers, 'real', async (pair) => [await measureMemory(pair, size)]),
  proxy: async (peers, { rounds }) => [await measureProxy(peers.proxyProgram, { rounds, seconds: 3 })],
  'proxy-restart': async (_peers, { rounds }) => [await measureProxyRestart({ rounds })],
  click: (peers, size) =>
    withContenders(peers, 'real', async ([ours, theirs]) => {
      await using polder = await ours.start();
      await using peer = await theirs.start();
      const browser = await openBrowser();
      try {
        const running = [polder, peer] as const;
        return [
          await measureClick(browser, running, { rounds: size.rounds, peerName: peers.hubName }),
          await measureLoginPage(browser, running, { peerName: peers.hubName }),
        ];
      } finally {
        await browser.close();
      }
    }),
};

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: Object.keys(measures).join(',') },
    rounds: { type: 'string', default: '3' },
    users: { type: 'string', default: '10000' },
    servers: { type: 'string', default: '1000' },
    save: { type: 'boolean', default: false },
  },
});
const chosen = values.only.split(',');
const unknown = chosen.filter((name) => !(name in measures));
if (unknown.length > 0)
  throw new Error(`no measure ${unknown.join(', ')}; there are: ${Object.keys(measures).join(', ')}`);

const tell = (text: string) => process.stderr.write(`${text}\n`);
tell('Installing the peers, where they are not there yet …');
const peers = await installPeers();
buildPolder();
const size = { rounds: Number(values.rounds), users: Number(values.users), servers: Number(values.servers) };

let report = '';
const print = (text: string) => {
  process.stdout.write(`${text}\n`);
  report += `${text}\n`;
};
print(
  [
    `Polder beside ${peers.hubName} and ${peers.proxyName}, ${new Date().toISOString().slice(0, 10)}.`,
    `Machine: ${describeMachine()}.`,
    `Medians of ${size.rounds} rounds [smallest–largest], the two by turns.\n`,
  ].join('\n'),
);
for (const name of chosen) {
  tell(`Measuring: ${name} …`);
  const noise = new Noise();
  const sections = await measures[name]!(peers, size);
  for (const section of sections) {
    print(formatSection({ ...section, notes: [...section.notes, `Meanwhile: ${noise.describe()}.`] }));
  }
}
if (values.save) await save(report);

/** In place of what was measured last. */
async function save(text: string): Promise<void> {
  const file = fileURLToPath(new URL('../docs/performance.md', import.meta.url));
  const mark = '<!-- What follows is written by `node bench/run.ts --save`. -->';
  const [before] = (await readFile(file, 'utf8')).split(mark);
  await writeFile(file, `${before}${mark}\n\n${text.trimEnd()}\n`);
}

/** Both in folders of their own, which go when `work` is done. */
async function withContenders<T>(
  peers: Peers,
  /** `nothing`: a server that costs nothing stands for each; `simulated`: the same, of Polder's alone. */
  servers: 'real' | 'simulated' | 'nothing',
  work: (pair: readonly [Contender, Contender]) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'polder-bench-'));
  try {
    // Students' own processes must reach their homes in it.
    await chmod(folder, 0o711);
    const [ours, theirs] = [join(folder, 'polder'), join(folder, 'jupyterhub')];
    for (const path of [ours, theirs]) await mkdir(path, { mode: 0o711 });
    await using nothing = servers === 'nothing' ? await NothingServer.start() : null;
    const pair = [
      await preparePolder(ours, servers === 'real' ? peers.python : null),
      await prepareJupyterHub(theirs, peers, nothing?.port ?? null),
    ] as const;
    try {
      return await work(pair);
    } finally {
      for (const contender of pair) await contender.stopServers();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
