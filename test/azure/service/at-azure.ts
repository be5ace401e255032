/** Each test of a file with an Azure of its own, which this process trusts, logged in as a service principal. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterEach, beforeEach, expect, vi } from 'vitest';
import { AzureService } from './azure-service.ts';

export interface AtAzure {
  readonly service: AzureService;
  /** A new one. */
  readonly folder: string;
  readonly said: string[];
  /** What commands are given that ask Azure. */
  readonly options: (course: object) => Promise<CommandOptions>;
}

export interface CommandOptions {
  readonly files: readonly string[];
  readonly accept: readonly string[];
  readonly generation: undefined;
  readonly login: undefined;
  readonly environment: NodeJS.ProcessEnv;
  readonly isTerminal: boolean;
  readonly color: boolean;
  readonly now: () => number;
  readonly say: (line: string) => void;
}

/** To be called once in a file of tests. @returns what the running test has */
export function atAzure(): () => AtAzure {
  const trusted = getCACertificates();
  let current: AtAzure | undefined;
  beforeEach(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'azure-'));
    const service = await AzureService.open(folder);
    setDefaultCACertificates([...trusted, service.certificate]);
    for (const [name, value] of Object.entries(service.environment())) vi.stubEnv(name, value);
    const said: string[] = [];
    const options = async (course: object) => {
      const file = join(folder, 'config.yaml');
      await writeFile(file, JSON.stringify(course));
      return {
        files: [file],
        accept: [],
        generation: undefined,
        login: undefined,
        environment: process.env,
        isTerminal: false,
        color: false,
        now: Date.now,
        say: (line: string) => said.push(line),
      };
    };
    current = { service, folder, said, options };
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    setDefaultCACertificates(trusted);
    if (current === undefined) return;
    const { service, folder } = current;
    await service[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
    expect(service.surprises).toEqual([]);
  });
  return () => current!;
}
