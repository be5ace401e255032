import { type Finding, findingAt } from '../config/finding.ts';
import { copiedPaths, type Instruction } from './dockerfile.ts';

export interface DockerfileFacts {
  /** As people know it. */
  readonly file: string;
  /** What each source of a COPY or ADD is in the folder; nothing: there is nothing of the name. */
  readonly matches: (source: string) => readonly string[];
  readonly configFiles: readonly string[];
  readonly home: string | null;
}

/** What would go wrong with a course's image, and is seen before it is built. */
export function dockerfileFindings(
  instructions: readonly Instruction[],
  facts: DockerfileFacts,
): readonly Finding[] {
  return [
    ...bases(instructions, facts),
    ...unfilled(instructions, facts),
    ...copies(instructions, facts),
    ...installs(instructions, facts),
    ...order(instructions, facts),
    ...lastUser(instructions, facts),
  ];
}

/** A base that is another one tomorrow. */
export function baseFinding(base: string, at: Parameters<typeof findingAt>[0] = null): Finding[] {
  const name = base.split('/').at(-1) ?? '';
  if (name.includes('@') || (name.includes(':') && !name.endsWith(':latest'))) return [];
  const message = `The base ${base} has no version: another build may have another base under the same tag.`;
  return [
    findingAt(at, { code: 'image-base', severity: 'warning', message, help: 'Name one: base:VERSION.' }),
  ];
}

type Check = (instructions: readonly Instruction[], facts: DockerfileFacts) => readonly Finding[];

const bases: Check = (instructions, facts) => {
  const stages = new Set<string>(['scratch']);
  return instructions.flatMap((instruction) => {
    if (instruction.word !== 'FROM') return [];
    const [, base = '', name] = /^(?:--\S+\s+)*(\S+)(?:\s+as\s+(\S+))?/i.exec(instruction.rest) ?? [];
    const isOwn = stages.has(base.toLowerCase());
    if (name !== undefined) stages.add(name.toLowerCase());
    return isOwn || /[$<>[\]]/.test(base) ? [] : baseFinding(base, at(instruction, facts));
  });
};

/** The words of an instruction that somebody should have filled in. */
const unfilled: Check = (instructions, facts) =>
  instructions.flatMap((instruction) => {
    if (!['FROM', 'COPY', 'ADD'].includes(instruction.word) || /^(--\S+\s+)*\["/.test(instruction.rest))
      return [];
    const [word] = /<[\w .-]+>|\[[\w ]+ [\w ]+\]/.exec(instruction.rest) ?? [];
    if (word === undefined) return [];
    const message = `${word} is to be filled in.`;
    return [found(instruction, facts, { code: 'placeholder', severity: 'error', message })];
  });

const copies: Check = (instructions, facts) =>
  instructions.flatMap((instruction) => {
    const copied = copiedPaths(instruction);
    if (copied === null) return [];
    const findings: Finding[] = [];
    for (const source of copied.sources) {
      if (/[$<>]/.test(source)) continue;
      const matches = facts.matches(source);
      if (matches.length === 0) {
        const message = `There is no ${source} in the folder of the Dockerfile.`;
        const help =
          'Put it there, unpacked as the Dockerfile expects it, or mend its name: a model may have another version now.';
        findings.push(found(instruction, facts, { code: 'copy-missing', severity: 'error', message, help }));
      }
      const brought = facts.configFiles.filter((file) => matches.includes(file));
      if (brought.length > 0) {
        const message = `${source} brings ${brought.join(', ')} into the image, with the passwords in it, for everybody to read.`;
        const help = `Write ${brought[0]} into a file .dockerignore beside it.`;
        findings.push(
          found(instruction, facts, { code: 'config-in-image', severity: 'error', message, help }),
        );
      }
    }
    const { home } = facts;
    if (home !== null && `${copied.target}/`.startsWith(`${home}/`)) {
      const message = `A student's own folder is mounted over ${home}, and hides what is copied to ${copied.target}.`;
      const help = 'Copy it to a folder such as /opt/course, or let the notebooks come from git.';
      findings.push(
        found(instruction, facts, { code: 'hidden-by-home', severity: 'warning', message, help }),
      );
    }
    return findings;
  });

const installs: Check = (instructions, facts) =>
  instructions.flatMap((instruction) => {
    const install = /\bapt(?:-get)?\s+(?:-\S+\s+)*install\b[^&|;]*/.exec(instruction.rest)?.[0];
    if (instruction.word !== 'RUN' || install === undefined) return [];
    if (/\s(-y|--yes|--assume-yes|-[a-z]*y[a-z]*)\b/.test(install)) return [];
    const message = 'apt asks before it installs, and nobody can answer while an image is built.';
    return [found(instruction, facts, { code: 'apt-asks', severity: 'error', message, help: 'Add -y.' })];
  });

/** Requirements change every week, models once a year. */
const order: Check = (instructions, facts) => {
  const pip = instructions.findIndex(
    ({ word, rest }) =>
      word === 'RUN' && /\b(pip3?|conda|mamba)\b.*\binstall\b|\benv(ironment)? update\b/.test(rest),
  );
  const model = instructions.find(
    (instruction, index) =>
      index > pip && (copiedPaths(instruction)?.sources ?? []).some((source) => /model/i.test(source)),
  );
  if (pip === -1 || model === undefined) return [];
  const message = `${copiedPaths(model)!.sources[0]} is copied after requirements are installed: each change of these brings the model anew, and to every node.`;
  return [
    found(model, facts, { code: 'image-order', severity: 'note', message, help: 'Copy the model first.' }),
  ];
};

const lastUser: Check = (instructions, facts) => {
  const stage = instructions.slice(instructions.findLastIndex(({ word }) => word === 'FROM'));
  const user = stage.findLast(({ word }) => word === 'USER');
  if (user === undefined || !/^(root|0)(:|$)/.test(user.rest)) return [];
  const message = 'The image ends as root, and so does what is started from it elsewhere.';
  return [
    found(user, facts, {
      code: 'image-root',
      severity: 'warning',
      message,
      help: 'End it with USER 1000:100.',
    }),
  ];
};

function at({ line }: Instruction, { file }: DockerfileFacts): Parameters<typeof findingAt>[0] {
  return { place: { file, line, column: 1 }, path: 'image.dockerfile' };
}

function found(
  instruction: Instruction,
  facts: DockerfileFacts,
  finding: Parameters<typeof findingAt>[1],
): Finding {
  return findingAt(at(instruction, facts), finding);
}
