/** The command line: what can be asked, and which part answers. Parts are loaded when they are used. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { HubError } from '../domain/errors.ts';
import { POLDER_VERSION } from '../lib/version.ts';
import { cacheFolder } from './cache-folder.ts';
import type { UpOptions } from './up.ts';

const program = new Command('polder')
  .description('A hub for hands-on courses: one config.yaml gives every student a ready Jupyter environment.')
  .version(POLDER_VERSION)
  .showHelpAfterError();

program
  .command('up')
  .description('run a course on this machine')
  .option(
    '-c, --config <file...>',
    'the course; several files merge, later ones win (default: ./config.yaml, else the example)',
  )
  .option('-p, --port <number>', 'where the course is reached', portNumber, 8000)
  .option('--host <address>', 'on which address; 0.0.0.0 lets other machines in', '127.0.0.1')
  .option('-d, --data <folder>', 'where everything of the course is kept')
  .option(
    '--python <file>',
    'the interpreter of an environment with jupyterhub and jupyterlab, in place of our own',
  )
  .addOption(
    new Option('--spawner <kind>', 'process: real servers; simulated: starts nothing, to try the hub itself')
      .choices(['process', 'simulated'])
      .default('process'),
  )
  .option('--online', 'insist on the real address of the notebooks', false)
  .option('--strict-hooks', 'a failed postStart command fails the start, as on Kubernetes', false)
  .option('--accept <finding...>', 'start in spite of these findings of `polder check`, each CODE@PATH')
  .action(async (given: UpFlags) => {
    const { up } = await import('./up.ts');
    const { config = [], accept = [], ...same } = given;
    await up({ ...same, cache: cacheFolder(), configFiles: config, accept }, (line) => {
      if (line !== '') console.log(line);
    });
  });

program
  .command('check')
  .description('say what a config.yaml means, and what is wrong with it')
  .requiredOption('-f, --file <file...>', 'the course; several files merge, later ones win')
  .option('--strict', 'warnings count as errors', false)
  .option('--accept <finding...>', 'let these findings pass, each CODE@PATH')
  .option('--json', 'findings as JSON', false)
  .action(async (given: { file: string[]; strict: boolean; json: boolean; accept?: string[] }) => {
    const { checkCommand } = await import('./check.ts');
    process.exitCode = await checkCommand({
      files: given.file,
      strict: given.strict,
      json: given.json,
      color: process.stdout.isTTY,
      accept: given.accept ?? [],
      out: (text) => process.stdout.write(text),
    });
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
  .command('stop-servers')
  .description('end all servers of a course whose hub does not run')
  .option('-c, --config <file>', 'the course', 'config.yaml')
  .option('-d, --data <folder>', 'where everything of the course is kept')
  .action(async (given: { config: string; data?: string }) => {
    const { stopServers } = await import('./stop-servers.ts');
    await stopServers(given, (line) => console.log(line));
  });

program.command('hub-process', { hidden: true }).action(async () => {
  const { runHubProcess } = await import('./hub-process.ts');
  await runHubProcess();
});

type UpFlags = Omit<UpOptions, 'configFiles' | 'accept' | 'cache'> & {
  readonly config?: string[];
  readonly accept?: string[];
};

function portNumber(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new InvalidArgumentError('A port is 1 to 65535.');
  return port;
}

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof HubError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
