/** Options that several commands take, and what is a mistake in them. */
import { InvalidArgumentError, Option } from 'commander';
import { type Generation, generationOf } from '../config/generations.ts';

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
