/** The `env` of a user's container. */
import type { Json } from '../../domain/server.ts';
import type { ServerSpec } from '../spawner.ts';
import { expandAll, type NameFields } from './names.ts';
import { isMap, type JsonMap, type PodRecipe } from './pod-recipe.ts';

/**
 * What the hub tells every server, what the recipe says in its place (a profile may give more memory than the course
 * does), and the course's own entries, in an order in which `$(NAME)` finds what it names.
 */
export function containerEnvironment(
  recipe: PodRecipe,
  spec: Pick<ServerSpec, 'environment' | 'path'>,
  fields: NameFields,
  options: { readonly expands: boolean },
): readonly JsonMap[] {
  const image =
    recipe.image === null ? {} : { JUPYTER_IMAGE: recipe.image, JUPYTER_IMAGE_SPEC: recipe.image };
  // Templates are those of the course: what the hub tells servers holds braces that mean themselves.
  const own = options.expands ? expandAll(recipe.environment, fields) : recipe.environment;
  const entries: Record<string, Json> = {
    ...spec.environment,
    JUPYTERHUB_SERVICE_URL: `http://${bracketed(recipe.ip)}:${recipe.port}${spec.path}`,
    ...image,
    ...amounts(recipe),
    ...(recipe.defaultUrl === null ? {} : { JUPYTERHUB_DEFAULT_URL: recipe.defaultUrl }),
    ...(recipe.notebookDir === null ? {} : { JUPYTERHUB_ROOT_DIR: recipe.notebookDir }),
    ...(recipe.debug ? { JUPYTERHUB_DEBUG: '1' } : {}),
    ...own,
  };
  for (const name of ['MEM_LIMIT', 'MEM_GUARANTEE', 'CPU_LIMIT', 'CPU_GUARANTEE']) {
    if (entries[name] === null) delete entries[name];
  }
  return inOrder(entries).map(([name, value]) => (isMap(value) ? { name, ...value } : { name, value }));
}

function amounts({ memLimit, memGuarantee, cpuLimit, cpuGuarantee }: PodRecipe): JsonMap {
  const text = (amount: number | null) => (amount === null || amount === 0 ? null : String(amount));
  return {
    MEM_LIMIT: text(memLimit),
    MEM_GUARANTEE: text(memGuarantee),
    CPU_LIMIT: text(cpuLimit),
    CPU_GUARANTEE: text(cpuGuarantee),
  };
}

/** By name, each after those that it refers to; those that refer to each other stand last. */
function inOrder(entries: Readonly<Record<string, Json>>): readonly (readonly [string, Json])[] {
  const left = new Map(Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1)));
  const result: (readonly [string, Json])[] = [];
  while (left.size > 0) {
    const free = [...left].filter(
      ([name, value]) => !referredTo(value).some((other) => other !== name && left.has(other)),
    );
    for (const entry of free.length > 0 ? free : [...left]) {
      result.push(entry);
      left.delete(entry[0]);
    }
  }
  return result;
}

function referredTo(value: Json): readonly string[] {
  const text = isMap(value) ? value.value : value;
  return typeof text === 'string' ? [...text.matchAll(/\$\(([^)]+)\)/g)].map((match) => match[1]!) : [];
}

function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}
