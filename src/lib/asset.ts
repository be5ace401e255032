/**
 * Where files that are read at run time lie: Python programs, style sheets, pictures. In the sources they lie beside
 * the code that uses them; in the bundle, which has no folders of code, below the bundle in the same folders.
 */
import { fileURLToPath } from 'node:url';

// Every chunk of the bundle lies in one folder, so that this address means the same in each of them.
const fromSources = import.meta.url.endsWith('.ts');
const base = new URL(fromSources ? '../' : './', import.meta.url);

/** Absolute path of a file that is not code, named from `src/`: `assetPath('spawner/process/parent.py')`. */
export function assetPath(relativeToSrc: string): string {
  return fileURLToPath(new URL(relativeToSrc, base));
}

/** Absolute path of the program that runs now, to start another process of it with `process.execPath`. */
export function programPath(): string {
  return fileURLToPath(new URL(fromSources ? 'main/polder.ts' : 'polder.mjs', base));
}

/** Absolute path of a file or folder of the package, such as `examples/hydrodynamics-course`. */
export function packagePath(relativeToPackage: string): string {
  return fileURLToPath(new URL(`../${relativeToPackage}`, base));
}
