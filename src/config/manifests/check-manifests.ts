/** What is wrong with manifests that a course needs beside its config.yaml, before anything of them is applied. */
import type { Finding } from '../finding.ts';
import type { SourceText } from '../source.ts';
import type { MapTree } from '../tree.ts';
import { checkApiVersions } from './api-versions.ts';
import { checkClaims } from './claims.ts';
import { checkCourseVolumes } from './course-volumes.ts';
import { checkImageTags } from './image-tags.ts';
import { type Manifest, readManifests, wordAt } from './manifest.ts';
import { checkNamespaces } from './namespaces.ts';
import { checkManifestPlaceholders } from './placeholders.ts';
import { checkVolumeSecrets } from './volume-secrets.ts';
import { checkVolumes } from './volumes.ts';

/** All that a check looks at. */
export interface CheckedManifests {
  readonly manifests: readonly Manifest[];
  /** Where the course's pods run. */
  readonly namespace: string;
  /** What config.yaml says, in today's names. */
  readonly course: MapTree;
}

export type ManifestCheck = (checked: CheckedManifests) => readonly Finding[];

export interface LoadedManifests {
  readonly manifests: readonly Manifest[];
  readonly namespace: string;
  readonly findings: readonly Finding[];
  readonly sources: ReadonlyMap<string, SourceText>;
}

const CHECKS: readonly ManifestCheck[] = [
  checkApiVersions,
  checkManifestPlaceholders,
  checkNamespaces,
  checkVolumes,
  checkClaims,
  checkVolumeSecrets,
  checkCourseVolumes,
  checkImageTags,
];

/** Where a course runs whose files say nothing of it, as in the guides to the chart. */
const USUAL_NAMESPACE = 'jhub';

/** @param namespace where the course runs; null: where its volumes say that their claims are, else `jhub` */
export function checkManifests(
  texts: readonly { readonly file: string; readonly text: string }[],
  course: CheckedManifests['course'],
  namespace: string | null,
): LoadedManifests {
  const read = texts.map(({ file, text }) => ({ file, text, ...readManifests(text, file) }));
  const manifests = read.flatMap((one) => one.manifests);
  const place = namespace ?? namespaceOf(manifests) ?? USUAL_NAMESPACE;
  const shown = read.filter((one) => one.manifests.length > 0 && one.manifests.every(isHarmless));
  return {
    manifests,
    namespace: place,
    findings: [
      ...read.flatMap((one) => one.findings),
      ...CHECKS.flatMap((check) => check({ manifests, namespace: place, course })),
    ],
    sources: new Map(shown.map(({ file, text }) => [file, linesOf(text)])),
  };
}

/** The one namespace that volumes name for their claims; null where they name none, or several. */
function namespaceOf(manifests: readonly Manifest[]): string | null {
  const named = new Set(
    manifests.flatMap(({ kind, tree }) =>
      kind === 'PersistentVolume' ? (wordAt(tree, 'spec', 'claimRef', 'namespace') ?? []) : [],
    ),
  );
  return named.size === 1 ? [...named][0]! : null;
}

/** Kinds that nobody puts a secret into: their lines may be shown. */
function isHarmless({ kind }: Manifest): boolean {
  return ['PersistentVolume', 'PersistentVolumeClaim', 'StorageClass', 'Namespace'].includes(kind);
}

function linesOf(text: string): SourceText {
  const lines = text.split(/\r?\n/);
  return { line: (number) => lines[number - 1] };
}
