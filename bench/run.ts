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
import { measureAdminPage } from './admin-page.ts';
import { measureClick } from './click.ts';
import { describeMachine, Noise } from './conditions.ts';
import { addStudents, type Contender } from './contender.ts';
import { measureHubStart } from './hub-start.ts';
import { prepareJupyterHub, type Servers } from './jupyterhub.ts';
import { measureKills } from './kills.ts';
import { measureLoginPage } from './login-page.ts';
import { measureLogins } from './logins.ts';
import { measureMemory } from './memory.ts';
import { NothingServer } from './nothing-server.ts';
import { installPeers, type Peers } from './peers.ts';
import { buildPolder, preparePolder } from './polder.ts';
import { measureProxy } from './proxy.ts';
import { measureProxyRestart } from './proxy-restart.ts';
import { SmallServers } from './small-servers.ts';
import { measureStarts } from './starts.ts';
import { formatSection, type Section } from './table.ts';
import { measureTokenCheck } from './token-check.ts';
import { measureUsersList } from './users-list.ts';

interface Size {
  readonly rounds: number;
  readonly users: number;
  readonly servers: number;
}

const measures: Readonly<Record<string, (peers: Peers, size: Size) => Promise<readonly Section[]>>> = {
  'hub-start': (peers, size) =>
    withContenders(peers, { kind: 'simulated' }, async (pair) => [await measureHubStart(pair, size)]),
  starts: async (peers, { rounds, servers }) => {
    await using nothing = await NothingServer.start();
    return await withContenders(peers, { kind: 'nothing', port: nothing.port }, async (pair) => [
      await measureStarts(pair, { rounds, servers, peerName: peers.hubName }),
      await measureTokenCheck(pair, { rounds, peerName: peers.hubName }),
    ]);
  },
  kills: async (peers, { rounds }) => {
    await using small = await SmallServers.prepare();
    return await withContenders(peers, { kind: 'small', python: small.python }, async (pair, folders) => [
      await measureKills(
        [
          { contender: pair[0], folder: folders[0] },
          { contender: pair[1], folder: folders[1] },
        ],
        { rounds, servers: small, peerName: peers.hubName },
      ),
    ]);
  },
  memory: (peers, size) =>
    withContenders(peers, { kind: 'real' }, async (pair) => [await measureMemory(pair, size)]),
  proxy: async (peers, { rounds }) => [await measureProxy(peers.proxyProgram, { rounds, seconds: 3 })],
  'proxy-restart': async (_peers, { rounds }) => [await measureProxyRestart({ rounds })],
  'many-users': async (peers, { rounds, users }) => {
    await using nothing = await NothingServer.start();
    return await withContenders(peers, { kind: 'nothing', port: nothing.port }, async (pair) => {
      await addStudents(pair, users);
      await using polder = await pair[0].start();
      await using peer = await pair[1].start();
      const browser = await openBrowser();
      try {
        const running = [polder, peer] as const;
        const size = { rounds, users, peerName: peers.hubName };
        return [
          await measureUsersList(running, size),
          await measureLogins(running, size),
          await measureAdminPage(browser, running, size),
        ];
      } finally {
        await browser.close();
      }
    });
  },
  click: (peers, size) =>
    withContenders(peers, { kind: 'real' }, async ([ours, theirs]) => {
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
  /** `simulated`: nothing of Polder's alone. */
  servers: Servers | { readonly kind: 'simulated' },
  work: (pair: readonly [Contender, Contender], folders: readonly [string, string]) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'polder-bench-'));
  try {
    // Students' own processes must reach their homes in it.
    await chmod(folder, 0o711);
    const folders = [join(folder, 'polder'), join(folder, 'jupyterhub')] as const;
    for (const path of folders) await mkdir(path, { mode: 0o711 });
    const python = {
      real: peers.python,
      small: 'python' in servers ? servers.python : null,
      nothing: null,
      simulated: null,
    };
    const pair = [
      await preparePolder(folders[0], python[servers.kind]),
      await prepareJupyterHub(folders[1], peers, servers.kind === 'simulated' ? { kind: 'real' } : servers),
    ] as const;
    try {
      return await work(pair, folders);
    } finally {
      for (const contender of pair) await contender.stopServers();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
