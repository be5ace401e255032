/** Programs that build images: docker, podman, or buildah, which needs no engine. */
import { basename } from 'node:path';
import { HubError } from '../domain/errors.ts';
import type { BuildContext } from './image-source.ts';
import { isOfThisMachine } from './reference.ts';
import { openAccountFile, type RegistryAccount } from './registry-account.ts';
import { expectProgram, type ProgramEnd, runProgram } from './run-program.ts';

export const BUILDERS = ['docker', 'podman', 'buildah'] as const;
type Kind = (typeof BUILDERS)[number];

export interface Builder {
  /** As people call it. */
  readonly name: string;
  /** Whether it has the image here. */
  has(reference: string): Promise<boolean>;
  /** @throws HubError with its last words */
  build(context: BuildContext, options: { readonly reference: string; readonly onLine: Say }): Promise<void>;
  /** Runs a command in a container of the image, which is gone afterwards. */
  run(reference: string, options: ContainerRun): Promise<ProgramEnd>;
  /** @param options.account null: as the program itself is logged in @throws HubError with its last words */
  push(reference: string, options: PushOptions): Promise<void>;
}

type Say = (line: string) => void;

export interface ContainerRun {
  readonly user: { readonly uid: number; readonly gid: number };
  readonly command: readonly string[];
  readonly input: string;
  readonly onLine: Say;
}

export interface PushOptions {
  readonly account: RegistryAccount | null;
  readonly onLine: Say;
}

/**
 * The builder of that name or path; where none is named, the first that answers.
 * @throws HubError that says what to install
 */
export async function findBuilder(named: string | null): Promise<Builder> {
  if (named !== null) {
    const kind = BUILDERS.find((one) => one === basename(named)) ?? (await kindOf(named));
    const refusal = await whyNot(named, kind);
    if (refusal === null) return new ProgramBuilder(named, kind);
    throw new HubError('unavailable', `${named} does not answer: ${refusal}`);
  }
  const refusals: string[] = [];
  for (const kind of BUILDERS) {
    const refusal = await whyNot(kind, kind).catch(() => 'is not there');
    if (refusal === null) return new ProgramBuilder(kind, kind);
    refusals.push(`  ${kind} ${refusal}`);
  }
  throw new HubError(
    'unavailable',
    `Nothing here builds images:\n${refusals.join('\n')}\nInstall one, such as \`apt install buildah\` or Docker (https://docs.docker.com/engine/install/), or name a program: --builder PATH.`,
  );
}

/** `podman version 4.3.1`, `Docker version 28.2.2, …`. */
async function kindOf(program: string): Promise<Kind> {
  const { out } = await runProgram(program, ['--version']);
  const kind = BUILDERS.find((one) => out.toLowerCase().startsWith(one));
  if (kind !== undefined) return kind;
  throw new HubError(
    'invalid',
    `${program} does not say that it is ${BUILDERS.join(', ')}: --version shows what it is.`,
  );
}

/** Null where it answers. Docker may be there without its engine. */
async function whyNot(program: string, kind: Kind): Promise<string | null> {
  const { code, lastLines } = await runProgram(program, kind === 'buildah' ? ['--version'] : ['version']);
  return code === 0 ? null : `does not answer: ${lastLines.at(-1) ?? 'without a word'}`;
}

class ProgramBuilder implements Builder {
  readonly name: string;
  private readonly program: string;
  private readonly kind: Kind;

  constructor(program: string, kind: Kind) {
    this.name = basename(program);
    this.program = program;
    this.kind = kind;
  }

  async has(reference: string): Promise<boolean> {
    const question = this.kind === 'buildah' ? ['inspect', '--type', 'image'] : ['image', 'inspect'];
    return (await runProgram(this.program, [...question, reference])).code === 0;
  }

  async build(
    context: BuildContext,
    { reference, onLine }: { readonly reference: string; readonly onLine: Say },
  ): Promise<void> {
    const args = [
      'build',
      // With buildah, layers are kept only where that is asked for.
      ...(this.kind === 'buildah' ? ['--layers'] : []),
      ...Object.entries(context.arguments).map(([name, value]) => `--build-arg=${name}=${value}`),
      '--tag',
      reference,
      '--file',
      context.dockerfile,
      context.folder,
    ];
    await expectProgram(this.program, args, { task: `build ${reference}`, onLine });
  }

  async run(reference: string, { user, command, input, onLine }: ContainerRun): Promise<ProgramEnd> {
    const who = `--user=${user.uid}:${user.gid}`;
    if (this.kind !== 'buildah') {
      return await runProgram(this.program, ['run', '--rm', '--interactive', who, reference, ...command], {
        input,
        onLine,
      });
    }
    const task = `make a container of ${reference}`;
    const { out } = await expectProgram(this.program, ['from', '--pull-never', reference], { task });
    const container = out.trim().split('\n').at(-1)!;
    try {
      return await runProgram(this.program, ['run', who, container, '--', ...command], { input, onLine });
    } finally {
      await runProgram(this.program, ['rm', container]);
    }
  }

  async push(reference: string, { account, onLine }: PushOptions): Promise<void> {
    const isPlain = this.kind !== 'docker' && isOfThisMachine(reference);
    await using login = account === null ? null : await openAccountFile(account);
    const args = ['push', ...(isPlain ? ['--tls-verify=false'] : []), reference];
    const environment = login?.environment;
    await expectProgram(this.program, args, { task: `push ${reference}`, onLine, environment });
  }
}
