/** What a `gitpuller` command fetches. */
export interface CourseSource {
  readonly address: string;
  readonly branch: string;
}

/**
 * Reads the address and the branch from a hook's command: `gitpuller ADDRESS [BRANCH [FOLDER]]`, with nbgitpuller's
 * option `--branch-name` too, on its own or inside a shell's `-c`. Where it names no branch, ours is called `main`.
 * @returns null where the command fetches nothing with gitpuller
 */
export function courseSource(command: readonly string[]): CourseSource | null {
  const words = command.length === 3 && command[1]?.startsWith('-') ? wordsOf(command[2]!) : command;
  const at = words.findIndex((word) => word === 'gitpuller' || word.endsWith('/gitpuller'));
  if (at === -1) return null;
  const places: string[] = [];
  let branch: string | undefined;
  for (let index = at + 1; index < words.length; index += 1) {
    const word = words[index]!;
    if (/^(;|&&|\|\|?)$/.test(word)) break;
    const [, named] = /^--branch-name(?:=(.*))?$/.exec(word) ?? [];
    if (named !== undefined) branch = named;
    else if (word === '--branch-name') branch = words[++index];
    else if (word === '--repo-dir') index += 1;
    else if (!word.startsWith('-')) places.push(word);
  }
  const [address, second] = places;
  return address === undefined ? null : { address, branch: branch ?? second ?? 'main' };
}

/** Words of a shell's line; quotes are taken off, and a separator is a word of its own. */
function wordsOf(line: string): readonly string[] {
  return (line.match(/"[^"]*"|'[^']*'|;|&&|\|\|?|[^\s;&|'"]+/g) ?? []).map((word) =>
    word.replace(/^(["'])(.*)\1$/, '$2'),
  );
}
