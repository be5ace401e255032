import { type Generation, nameOfChart } from '../generations.ts';
import type { Tree } from '../tree.ts';

/** Where a value comes from: `config.yaml:12`, or `default of chart 0.8.2` where the file does not say it. */
export function originOf(file: { readonly generation: Generation }, node: Tree | undefined): string {
  return node === undefined
    ? `default of ${nameOfChart(file.generation)}`
    : `${node.place.file}:${node.place.line}`;
}
