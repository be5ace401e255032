/** `polder azure …` on the command line. */
import { type Command, Option } from 'commander';
import { LOGINS, type Login } from '../azure/manager/credential.ts';
import type { Generation } from '../config/generations.ts';
import { accept, chartVersion } from './command-options.ts';

/** Adds the commands; each part is loaded when it is used. */
export function addAzureCommands(
  program: Command,
  { out, sayLine }: { readonly out: (text: string) => void; readonly sayLine: (line: string) => void },
): void {
  const azure = program.command('azure').description("a course's place in Azure, from its config.yaml");
  const account = () => ({
    environment: process.env,
    isTerminal: process.stdin.isTTY === true,
    color: process.stdout.isTTY === true,
    now: Date.now,
    say: sayLine,
  });

  addFileOptions(
    azure
      .command('plan')
      .description('say in words what would change in Azure, and change nothing')
      .option('--offline', 'from the file alone: what will exist, how large and why, and what it uses', false)
      .option('--prices <file>', 'with --offline: a list of prices (docs/azure.md); costs are told too')
      .addOption(login()),
  ).action(async (given: AzureFlags & { offline: boolean; prices?: string; login?: Login }) => {
    const commands = await import('./azure-commands.ts');
    if (given.offline) await commands.planCommand({ ...fileOptions(given), prices: given.prices, out });
    else {
      const { whatIfCommand } = await import('./azure-what-if.ts');
      await whatIfCommand({ ...fileOptions(given), ...account(), login: given.login });
    }
  });

  addFileOptions(
    azure
      .command('export')
      .description(
        'write the template, values, manifests and commands, for people who run them without Polder',
      )
      .requiredOption('--to <folder>', 'where to; files that exist are not written over')
      .option('--force', 'write over files that exist', false),
  ).action(async (given: AzureFlags & { to: string; force: boolean }) => {
    const { exportCommand } = await import('./azure-commands.ts');
    const { to, force } = given;
    await exportCommand({ ...fileOptions(given), to, force, now: new Date(), sayLine });
  });
}

function addFileOptions(command: Command): Command {
  return command
    .requiredOption('-f, --config <file...>', 'the course; several files merge, later ones win')
    .addOption(accept('let these findings pass'))
    .addOption(chartVersion());
}

function login(): Option {
  return new Option('--login <way>', 'who asks Azure (default: what fits where you are)').choices(LOGINS);
}

interface AzureFlags {
  readonly config: string[];
  readonly accept?: string[];
  readonly chartVersion?: Generation;
}

function fileOptions({ config: files, accept = [], chartVersion: generation }: AzureFlags) {
  return { files, accept, generation };
}
