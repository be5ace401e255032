/** The command line. */
import { Command } from 'commander';
import { POLDER_VERSION } from '../lib/version.ts';

await new Command('polder').version(POLDER_VERSION).parseAsync();
