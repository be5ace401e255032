import type { Values } from '../schema/values.ts';

type Environment = NonNullable<Values['singleuser']>['extraEnv'];

/** The literal ones; those that a cluster would fill in are left out (and reported). */
export function readEnvironment(environment: Environment): Readonly<Record<string, string>> {
  const pairs = Array.isArray(environment)
    ? environment.map(({ name, value }) => [name, value] as const)
    : Object.entries(environment ?? {}).map(([name, value]) => {
        return [name, typeof value === 'string' ? value : value.value] as const;
      });
  return Object.fromEntries(pairs.filter((pair): pair is readonly [string, string] => pair[1] !== undefined));
}

/** The same, without what would make the hub's own program another one (and is reported). */
export function readHubEnvironment(environment: Environment): Readonly<Record<string, string>> {
  const all = Object.entries(readEnvironment(environment));
  return Object.fromEntries(all.filter(([name]) => !changesProgram(name)));
}

/** Whether a variable makes Node or the loader of programs run code that is not ours. */
export function changesProgram(name: string): boolean {
  return /^(LD_\w+|NODE_(OPTIONS|PATH|V8_COVERAGE|REPL_EXTERNAL_MODULE))$/.test(name);
}
