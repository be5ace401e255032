import { parseAllDocuments } from 'yaml';
import { chart, runHelm } from './helm.ts';

/** A Kubernetes object, as far as tests look into it. */
// biome-ignore lint/suspicious/noExplicitAny: tests look at many kinds, and fail where one is not as they think.
export type Manifest = any;

/** What the chart makes of values, found by kind and name. */
export class Manifests {
  readonly all: readonly Manifest[];

  private constructor(all: readonly Manifest[]) {
    this.all = all;
  }

  static async of(files: readonly string[], ...more: readonly string[]): Promise<Manifests> {
    const text = await runHelm('template', 'jhub', chart, ...files.flatMap((file) => ['-f', file]), ...more);
    const documents = parseAllDocuments(text) as { toJS(): Manifest }[];
    return new Manifests(documents.map((document) => document.toJS()).filter(Boolean));
  }

  /** Undefined where there is none. */
  find(kind: string, name: string): Manifest | undefined {
    return this.all.find((manifest) => manifest.kind === kind && manifest.metadata.name === name);
  }
}
