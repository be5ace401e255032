/** A Dockerfile, as far as somebody has to read it who does not build it ("Dockerfile reference" in Docker's documentation). */

export interface Instruction {
  /** In capitals: `COPY`. */
  readonly word: string;
  /** What follows, continued lines joined. */
  readonly rest: string;
  /** Where it begins, from 1. */
  readonly line: number;
}

export function readDockerfile(text: string): readonly Instruction[] {
  const found: Instruction[] = [];
  const lines = text.split(/\r?\n/);
  for (let index = 0; index < lines.length; index++) {
    if (/^\s*(#|$)/.test(lines[index]!)) continue;
    const line = index + 1;
    let joined = '';
    for (; index < lines.length; index++) {
      const part = lines[index]!;
      // Comments and empty lines between continued lines are not part of them.
      if (joined !== '' && /^\s*(#|$)/.test(part)) continue;
      joined += part.replace(/\\\s*$/, ' ');
      if (!/\\\s*$/.test(part)) break;
    }
    index = endOfHeredocs(lines, index, joined);
    const [, word = '', rest = ''] = /^\s*(\S+)\s*(.*)$/s.exec(joined) ?? [];
    found.push({ word: word.toUpperCase(), rest: rest.trim(), line });
  }
  return found;
}

/** What a COPY or ADD brings from the folder: paths and patterns; nothing where it is of another stage or an address. */
export function copiedPaths({
  word,
  rest,
}: Instruction): { readonly sources: readonly string[]; readonly target: string } | null {
  if (word !== 'COPY' && word !== 'ADD') return null;
  const words = wordsOf(rest);
  const flags = words.filter((one) => one.startsWith('--'));
  if (flags.some((flag) => flag.startsWith('--from='))) return null;
  const paths = words.filter((one) => !one.startsWith('--'));
  const sources = paths.slice(0, -1).filter((path) => !/^(https?|git):|^git@|^<</.test(path));
  return sources.length === 0 ? null : { sources, target: paths.at(-1)! };
}

/** In brackets, as JSON, or with blanks between. */
function wordsOf(rest: string): readonly string[] {
  const [, flags = '', list] = /^((?:--\S+\s+)*)(\[.*\])$/s.exec(rest) ?? [];
  if (list === undefined) return rest.split(/\s+/);
  try {
    const parsed: unknown = JSON.parse(list);
    if (Array.isArray(parsed))
      return [...flags.split(/\s+/).filter((flag) => flag !== ''), ...parsed.map(String)];
  } catch {
    // Then it is a name with brackets in it.
  }
  return rest.split(/\s+/);
}

/** `RUN <<EOF`: what follows up to that word is no instruction. */
function endOfHeredocs(lines: readonly string[], start: number, instruction: string): number {
  if (!/^\s*(RUN|COPY|ADD)\s/i.test(instruction)) return start;
  let index = start;
  for (const [, , word] of instruction.matchAll(/<<-?(["']?)([A-Za-z_]\w*)\1/g)) {
    const end = lines.findIndex((line, at) => at > index && line.replace(/^\t+/, '') === word);
    if (end !== -1) index = end;
  }
  return index;
}
