/** The command line: what can be asked, and which part answers. Parts are loaded when they are used. */
import { Command, CommanderError, Option } from 'commander';
import type { Generation } from '../config/generations.ts';
import { HubError } from '../domain/errors.ts';
import { POLDER_VERSION } from '../lib/version.ts';
import { addAzureCommands } from './azure-program.ts';
import { cacheFolder } from './cache-folder.ts';
import {
  accept,
  addCourseOptions,
  addDatabaseOptions,
  addImageOptions,
  type CourseFlags,
  chartVersion,
  courseOf,
  type DatabaseFlags,
  type ImageFlags,
  onlyFile,
  portNumber,
} from './command-options.ts';
import type { HubOptions } from './hub-command.ts';
import type { MirrorOptions } from './mirror-command.ts';
import type { CourseOptions } from './prepare-course.ts';
import { SPAWNERS, type SpawnerKind } from './spawner-kind.ts';
import type { UpOptions } from './up.ts';

const program = new Command('polder')
  .description('A hub for hands-on courses: one config.yaml gives every student a ready Jupyter environment.')
  .version(POLDER_VERSION)
  .showHelpAfterError()
  // Instead of ending the process here and now, with the same code for every mistake.
  .exitOverride();

addCourseOptions(
  program
    .command('up')
    .description('run a course on this machine')
    .option(
      '-f, --config <file...>',
      'the course; several files merge, later ones win (default: ./config.yaml, else the example)',
    )
    .option('-p, --port <number>', 'where the course is reached', portNumber, 8000)
    .option('--host <address>', 'on which address; 0.0.0.0 lets other machines in', '127.0.0.1')
    .option(
      '--hub-address <address>',
      'with --spawner kubernetes: the address of this machine that pods reach the hub at (default: towards the cluster)',
    ),
).action(async (given: UpFlags) => {
  const { up } = await import('./up.ts');
  const { config = [], accept = [], chartVersion: generation, ...same } = given;
  await up({ ...same, cache: cacheFolder(), configFiles: config, accept, generation }, sayLine);
});

addCourseOptions(
  program
    .command('hub')
    .description('run a hub alone, as several may on one database')
    .requiredOption('-f, --config <file...>', 'the course; several files merge, later ones win')
    .option('-p, --port <number>', 'where it listens', portNumber, 8081)
    .option('--host <address>', 'on which address; 0.0.0.0 lets other machines in', '127.0.0.1')
    .option('--url <url>', 'how servers reach it, without a path (default: where it listens)')
    .option('--trust <address...>', 'addresses or networks of what stands before our proxies', [])
    .option(
      '--jupyterhub-db <path>',
      'of the JupyterHub in whose place it is: taken over at the first start, as by `polder import jupyterhub`',
    ),
).action(async (given: HubFlags) => {
  const { hubCommand } = await import('./hub-command.ts');
  const { config: configFiles, accept = [], chartVersion: generation, ...same } = given;
  await hubCommand({ ...same, cache: cacheFolder(), configFiles, accept, generation }, sayLine);
});

program
  .command('check')
  .description('say what a config.yaml means, and what is wrong with it')
  .option('-f, --config <file...>', 'the course; several files merge, later ones win')
  .option('-m, --manifests <file...>', 'volumes, claims and secrets that the course needs in a cluster')
  .option('-n, --namespace <name>', 'where in a cluster it runs (default: as its volumes say, else jhub)')
  .addOption(
    new Option(
      '--spawner <kind>',
      'what servers are to be: nothing is said of one machine where they are pods',
    )
      .choices(SPAWNERS)
      .default('process'),
  )
  .option('--cluster', 'look at the cluster too: what the course needs there, and whether servers fit', false)
  .option('--kubeconfig <file>', 'with --cluster: which one (default: KUBECONFIG)')
  .option('--strict', 'warnings count as errors', false)
  .addOption(accept('let these findings pass'))
  .option('--json', 'findings as JSON', false)
  .option('--explain <key>', 'say what a key does, its default, and where its value comes from')
  .addOption(chartVersion())
  .action(async (given: CheckFlags) => {
    const { checkCommand } = await import('./check.ts');
    const { config: files = [], accept = [], chartVersion: generation, ...same } = given;
    const color = process.stdout.isTTY;
    process.exitCode = await checkCommand({ ...same, files, accept, generation, color, out });
  });

program
  .command('migrate')
  .description("write a config.yaml in the names of today's chart, comments kept")
  .requiredOption('-f, --config <file>', 'the course', onlyFile)
  .option(
    '-o, --output <file>',
    'where to; a file that exists is not written over (default: standard output)',
  )
  .addOption(chartVersion())
  .action(async (given: { config: string; output?: string; chartVersion?: Generation }) => {
    const { migrateCommand } = await import('./migrate.ts');
    process.exitCode = await migrateCommand({
      file: given.config,
      output: given.output,
      generation: given.chartVersion,
      color: process.stderr.isTTY,
      out,
      say: (text) => process.stderr.write(text),
    });
  });

const config = program.command('config').description('what a config.yaml comes to, and what it may say');

config
  .command('show')
  .description('the values that count, each with where it comes from; secrets are not shown')
  .requiredOption('-f, --config <file...>', 'the course; several files merge, later ones win')
  .option('--json', 'as JSON', false)
  .addOption(accept('let these findings pass'))
  .addOption(chartVersion())
  .action(async (given: ShowFlags) => {
    const { showCommand } = await import('./config-show.ts');
    const { config: files, json, accept = [], chartVersion: generation } = given;
    const color = process.stdout.isTTY;
    process.exitCode = await showCommand({ files, json, accept, generation, color, out });
  });

config
  .command('docs')
  .description('the page of all keys, in Markdown')
  .action(async () => {
    const { keysPage } = await import('../config/reference/keys-page.ts');
    out(keysPage());
  });

config
  .command('schema')
  .description('a JSON schema (draft-07) of values, for editors')
  .action(async () => {
    const { valuesJsonSchema } = await import('../config/reference/json-schema.ts');
    out(`${JSON.stringify(valuesJsonSchema(), null, 2)}\n`);
  });

config
  .command('chart', { hidden: true })
  .description('what the templates of the chart know of it (chart/files/tables.json)')
  .action(async () => {
    const { chartTables } = await import('./chart-tables.ts');
    out(`${JSON.stringify(chartTables(), null, 2)}\n`);
  });

program
  .command('proxy')
  .description('run the proxy alone, as configurable-http-proxy is run')
  .helpOption(false)
  .allowUnknownOption()
  .allowExcessArguments()
  .action(async () => {
    const { proxyCommand } = await import('./proxy.ts');
    await proxyCommand(process.argv.slice(process.argv.indexOf('proxy') + 1));
  });

program
  .command('mirror')
  .description("keep a copy of the course's repositories, from which all servers are filled")
  .requiredOption('-f, --config <file...>', 'the course; several files merge, later ones win')
  .requiredOption('--folder <folder>', 'where the copies are kept; they may be lost without harm')
  .option('-p, --port <number>', 'where it listens', portNumber, 8090)
  .option('--host <address>', 'on which address; 0.0.0.0 lets other machines in', '127.0.0.1')
  .option(
    '--secrets <folder>',
    'with a folder for each `existingSecret`, and a file in it for each of its keys',
  )
  .addOption(accept('start in spite of these findings of `polder check`'))
  .addOption(chartVersion())
  .action(async (given: MirrorFlags) => {
    const { mirrorCommand } = await import('./mirror-command.ts');
    const { config: configFiles, accept = [], chartVersion: generation, ...same } = given;
    await mirrorCommand({ ...same, configFiles, accept, generation }, sayLine);
  });

addDatabaseOptions(
  program
    .command('backup')
    .description('write all that is in the database to a file, while the course runs')
    .requiredOption('--to <file>', 'where to; a file that exists is not written over')
    .option('--force', 'write over a file that exists', false),
).action(async ({ to, force, ...given }: DatabaseFlags & { to: string; force: boolean }) => {
  const { backupCommand } = await import('./backup.ts');
  await backupCommand({ ...courseOf(given), file: to, force }, sayLine);
});

addDatabaseOptions(
  program
    .command('restore')
    .description('make the database what it was when a backup was made, while the course runs')
    .requiredOption('--from <file>', 'the backup; it may be of another kind of database'),
).action(async ({ from, ...given }: DatabaseFlags & { from: string }) => {
  const { restoreCommand } = await import('./backup.ts');
  await restoreCommand({ ...courseOf(given), file: from }, sayLine);
});

addDatabaseOptions(
  program
    .command('users')
    .description('the people of a course')
    .command('import')
    .description('add the people of a list or CSV, while the course runs')
    .argument('<file>', 'a name a line, or a CSV with a column “name” or “email”')
    .option('--dry-run', 'say what would come of it, and change nothing', false),
).action(async (file: string, { dryRun, ...given }: DatabaseFlags & { dryRun: boolean }) => {
  const { importUsers } = await import('./users-import.ts');
  process.exitCode = await importUsers({ ...courseOf(given), file, dryRun }, sayLine);
});

addDatabaseOptions(
  program
    .command('import')
    .description('take a course over from another hub')
    .command('jupyterhub')
    .description("take over people, rights, tokens and servers that run, from a JupyterHub's database")
    .requiredOption(
      '--db <url>',
      'as its db_url: sqlite:////srv/jupyterhub/jupyterhub.sqlite, postgresql://…',
    )
    .option('--kubernetes', 'its servers are pods: those that run are taken over too', false)
    .option('--kubeconfig <file>', 'with --kubernetes: which cluster (default: KUBECONFIG)')
    .option('-n, --namespace <name>', 'with --kubernetes: where pods run (default: that of the kubeconfig)')
    .option('--dry-run', 'say what would come of it, and change nothing', false),
).action(async ({ db, kubernetes, kubeconfig, namespace, dryRun, ...given }: JupyterHubFlags) => {
  const { importJupyterHub } = await import('./jupyterhub-import.ts');
  const cluster = kubernetes ? { kubeconfig: kubeconfig ?? null, namespace: namespace ?? null } : null;
  await importJupyterHub({ ...courseOf(given), db, cluster, dryRun }, sayLine);
});

addDatabaseOptions(
  program.command('stop-servers').description('end all servers of a course whose hub does not run'),
).action(async (given: DatabaseFlags) => {
  const { stopServers } = await import('./stop-servers.ts');
  await stopServers(courseOf(given), sayLine);
});

program
  .command('deploy')
  .description('bring a course up in a cluster with Helm, or make one that runs there what the file says')
  .requiredOption('-f, --config <file...>', 'the course; several files merge, later ones win')
  .option('-m, --manifests <file...>', 'volumes, claims and secrets that the course needs')
  .option('-n, --namespace <name>', 'where it runs (default: that of the kubeconfig, else jhub)')
  .option('--release <name>', 'what Helm calls it', 'jhub')
  .option('--chart <path>', 'folder or package of the chart (default: the one of this version)')
  .option('--kubeconfig <file>', 'which cluster (default: KUBECONFIG)')
  .option('--dry-run', 'show what would change, and change nothing', false)
  .option('-y, --yes', 'do not ask', false)
  .option('--remove-volumes', 'go on where volumes are removed by it, with what is on them', false)
  .option('--timeout <seconds>', 'how long to wait until students can log in', Number, 600)
  .addOption(accept('deploy in spite of these findings of `polder check`'))
  .addOption(chartVersion())
  .action(async (given: DeployFlags) => {
    const { deployCommand } = await import('./deploy.ts');
    const { config: files, manifests = [], accept = [], chartVersion: generation, timeout, ...same } = given;
    const { namespace, chart, kubeconfig } = given;
    const course = { files, manifests, accept, generation, namespace, chart, kubeconfig };
    process.exitCode = await deployCommand({
      ...same,
      ...course,
      timeoutSeconds: timeout,
      patienceSeconds: 30,
      color: process.stdout.isTTY,
      say: sayLine,
    });
  });

program
  .command('status')
  .description('say what of a course runs in a cluster, and what is wrong there')
  .option('-n, --namespace <name>', 'where it runs (default: that of the kubeconfig, else jhub)')
  .option('--kubeconfig <file>', 'which cluster (default: KUBECONFIG)')
  .option('--json', 'as JSON', false)
  .action(
    async ({ namespace, kubeconfig, json }: { namespace?: string; kubeconfig?: string; json: boolean }) => {
      const { statusCommand } = await import('./status.ts');
      process.exitCode = await statusCommand({ namespace, kubeconfig, json, out });
    },
  );

addAzureCommands(program, { out, sayLine });

const image = program.command('image').description("the course's own image, from its config.yaml");

addImageOptions(
  image
    .command('build')
    .description('build it, where it is not built yet, and try it as a student would have it'),
).action(async (given: ImageFlags) => {
  const { imageBuildCommand } = await import('./image-commands.ts');
  await imageBuildCommand(imageOptions(given));
});

addImageOptions(
  image
    .command('push')
    .description('build it, try it, bring it to its registry, and write its name and tag into the file')
    .option('--no-write', 'leave the file as it is')
    .option(
      '--username <name>',
      'who pushes; the password is in POLDER_REGISTRY_PASSWORD, or comes on the standard input',
    ),
).action(async ({ write, username, ...given }: ImageFlags & { write: boolean; username?: string }) => {
  const { imagePushCommand } = await import('./image-commands.ts');
  const { givenAccount } = await import('./registry-login.ts');
  await imagePushCommand({ ...imageOptions(given), write, account: givenAccount(username) });
});

program.command('hub-process', { hidden: true }).action(async () => {
  const { runHubProcess } = await import('./hub-process.ts');
  await runHubProcess();
});

program.command('mirror-process', { hidden: true }).action(async () => {
  const { runMirrorProcess } = await import('./mirror-process.ts');
  await runMirrorProcess();
});

function imageOptions({ config: files, accept = [], chartVersion: generation, ...same }: ImageFlags) {
  return {
    ...same,
    files,
    accept,
    generation,
    builder: same.builder,
    name: same.name,
    cache: cacheFolder(),
    progress: sayLine,
  };
}

function out(text: string): void {
  process.stdout.write(text);
}

function sayLine(line: string): void {
  if (line !== '') console.log(line);
}

interface CheckFlags {
  readonly config?: string[];
  readonly manifests?: string[];
  readonly namespace?: string;
  readonly spawner: SpawnerKind;
  readonly cluster: boolean;
  readonly kubeconfig?: string;
  readonly strict: boolean;
  readonly json: boolean;
  readonly accept?: string[];
  readonly explain?: string;
  readonly chartVersion?: Generation;
}

interface DeployFlags {
  readonly config: string[];
  readonly manifests?: string[];
  readonly namespace?: string;
  readonly release: string;
  readonly chart?: string;
  readonly kubeconfig?: string;
  readonly dryRun: boolean;
  readonly yes: boolean;
  readonly removeVolumes: boolean;
  readonly timeout: number;
  readonly accept?: string[];
  readonly chartVersion?: Generation;
}

type MirrorFlags = Pick<MirrorOptions, 'host' | 'port' | 'folder' | 'secrets'> & {
  readonly config: string[];
  readonly accept?: string[];
  readonly chartVersion?: Generation;
};

interface ShowFlags {
  readonly config: string[];
  readonly json: boolean;
  readonly accept?: string[];
  readonly chartVersion?: Generation;
}

interface JupyterHubFlags extends DatabaseFlags {
  readonly db: string;
  readonly kubernetes: boolean;
  readonly kubeconfig?: string;
  readonly namespace?: string;
  readonly dryRun: boolean;
}

type UpFlags = CourseFlags & Pick<UpOptions, 'host' | 'port' | 'hubAddress'> & { readonly config?: string[] };

type HubFlags = CourseFlags & Omit<HubOptions, keyof CourseOptions> & { readonly config: string[] };

// Whoever reads may have read enough, as `head` does: that is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    // It has said what is wrong with the command already, or shown its help.
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else if (error instanceof HubError) {
    console.error(error.message);
    process.exitCode = 1;
  } else {
    throw error;
  }
}
