/** Options that several commands take, and what is a mistake in them. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Generation, generationOf } from '../config/generations.ts';
import type { CourseFiles, CourseOptions } from './prepare-course.ts';
import { SPAWNERS } from './spawner-kind.ts';

/** `--chart-version 0.8.2`: which chart the files are for. */
export function chartVersion(): Option {
  return new Option(
    '--chart-version <version>',
    'the chart that the file was written for, where it does not say it',
  ).argParser(readGeneration);
}

/** `--accept CODE@PATH …`: errors to let pass. */
export function accept(meaning: string): Option {
  return new Option('--accept <finding...>', `${meaning}, each CODE@PATH`).argParser(
    (text: string, others: readonly string[] = []) => [...others, readAccepted(text)],
  );
}

/** What commands take alike that work on what a course left, or on its database while it runs. */
export function addDatabaseOptions(command: Command): Command {
  return command
    .option(
      '-f, --config <file...>',
      'the course; several files merge, later ones win (default: config.yaml)',
    )
    .option('-d, --data <folder>', 'where everything of the course is kept')
    .addOption(accept('go on in spite of these findings of `polder check`'))
    .addOption(chartVersion());
}

/** The same, as they were given. */
export interface DatabaseFlags {
  readonly config?: string[];
  readonly data?: string;
  readonly accept?: string[];
  readonly chartVersion?: Generation;
}

/** The course that they name. */
export function courseOf(given: DatabaseFlags): CourseFiles {
  const { config: configFiles = ['config.yaml'], data, accept = [], chartVersion: generation } = given;
  return { configFiles, data, accept, generation };
}

/** What commands that run a hub take alike. */
export function addCourseOptions(command: Command): Command {
  return command
    .option('-d, --data <folder>', 'where everything of the course is kept')
    .option(
      '--python <file>',
      'the interpreter of an environment with jupyterhub and jupyterlab, in place of our own',
    )
    .addOption(
      new Option(
        '--spawner <kind>',
        'process: servers on this machine; kubernetes: pods of a cluster; simulated: starts nothing, to try the hub itself',
      )
        .choices(SPAWNERS)
        .default('process'),
    )
    .option('--kubeconfig <file>', 'with --spawner kubernetes: which cluster (default: KUBECONFIG)')
    .option(
      '--namespace <name>',
      'with --spawner kubernetes: where pods run (default: that of the kubeconfig)',
    )
    .option('--scheduler-name <name>', 'with --spawner kubernetes: which scheduler places pods')
    .option('--priority-class <name>', 'with --spawner kubernetes: the priority of pods')
    .option('--pod-label <pair...>', 'with --spawner kubernetes: what pods are found by, each NAME=VALUE', [])
    .option(
      '--pull-secret <name...>',
      'with --spawner kubernetes: Secrets with which images are pulled too',
      [],
    )
    .option('--files-secret <name>', 'with --spawner kubernetes: the Secret that holds singleuser.extraFiles')
    .option('--online', 'insist on the real address of the notebooks', false)
    .option('--strict-hooks', 'a failed postStart command fails the start, as on Kubernetes', false)
    .option(
      '--take-over',
      'with a database server: the keys and the machine of this hub count from now on; end its other hubs first',
      false,
    )
    .addOption(accept('start in spite of these findings of `polder check`'))
    .addOption(chartVersion());
}

/** The same, as they were given. */
export type CourseFlags = Omit<CourseOptions, 'configFiles' | 'accept' | 'cache' | 'generation'> & {
  readonly accept?: string[];
  readonly chartVersion?: Generation;
};

/** What commands take alike that make the course's image. */
export function addImageOptions(command: Command): Command {
  return command
    .requiredOption('-f, --config <file...>', 'the course; several files merge, later ones win')
    .option(
      '--builder <program>',
      'docker, podman or buildah, or the path of one (default: the first that answers)',
    )
    .option('--name <image>', 'registry and name, without a tag (default: `singleuser.image.name`)')
    .option('--no-smoke', 'do not try the image')
    .addOption(accept('build in spite of these findings of `polder check`'))
    .addOption(chartVersion());
}

/** The same, as they were given. */
export interface ImageFlags {
  readonly config: string[];
  readonly builder?: string;
  readonly name?: string;
  readonly smoke: boolean;
  readonly accept?: string[];
  readonly chartVersion?: Generation;
}

/** For a command that reads one file: a second one would silently take the place of the first. @throws InvalidArgumentError */
export function onlyFile(file: string, earlier: string | undefined): string {
  if (earlier !== undefined) throw new InvalidArgumentError('This command takes one file.');
  return file;
}

/** @throws InvalidArgumentError */
export function portNumber(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new InvalidArgumentError('A port is 1 to 65535.');
  return port;
}

function readGeneration(text: string): Generation {
  const generation = generationOf(text);
  if (generation === undefined)
    throw new InvalidArgumentError('That is no version of a chart; an example: --chart-version 0.8.2');
  return generation;
}

function readAccepted(text: string): string {
  if (!/^[a-z][a-z-]*@/.test(text))
    throw new InvalidArgumentError(
      'That is not CODE@PATH; an example: --accept placeholder@singleuser.image.name',
    );
  return text;
}
