import { rm } from 'node:fs/promises';
import { pino } from 'pino';
import { afterAll, beforeAll, describe } from 'vitest';
import { spawnerConformance } from '../conformance.ts';
import { ProcessSpawner, type ProcessSpawnerOptions } from './process-spawner.ts';
import { makeOpenFolder, makeStubEnvironment, type StubEnvironment } from './stub-environment.ts';

let stub: StubEnvironment;
beforeAll(async () => {
  stub = await makeStubEnvironment();
});
afterAll(() => stub[Symbol.asyncDispose]());

const ways: Record<string, Partial<ProcessSpawnerOptions>> = {
  'with a prepared parent': {},
  'without one': { preparedParent: false },
  'without control groups': { preparedParent: false, controlGroups: false },
};

describe.each(Object.entries(ways))('%s', (way, options) => {
  spawnerConformance(`the process spawner ${way}`, async () => {
    const directory = await makeOpenFolder('polder-process-');
    const { python } = stub;
    const environment = { JUPYTERHUB_SERVICE_PREFIX: '/user/anna/' };
    return {
      open: () => ProcessSpawner.open({ python, directory, logger: pino({ level: 'silent' }), ...options }),
      steady: { environment },
      ending: { command: ['/bin/sh', '-c', 'echo goodbye; exit 3'] },
      impossible: { command: ['no-such-command-anywhere'] },
      slow: { environment },
      hook: (output, exitCode) => ({ postStart: ['/bin/sh', '-c', `echo ${output}; exit ${exitCode}`] }),
      endlessHook: { postStart: ['sleep', '1000'] },
      [Symbol.asyncDispose]: () => rm(directory, { recursive: true }),
    };
  });
});
