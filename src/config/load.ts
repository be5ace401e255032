/**
 * config.yaml to Config and Secrets: parse with positions, merge, detect the generation, lift old names, validate, check,
 * and hand out. Everything that is wrong is found in one go.
 */

import { acceptFindings, withoutAccepted } from './accept.ts';
import { checkAdmission } from './checks/admission.ts';
import { checkAzure } from './checks/azure.ts';
import { checkCluster } from './checks/cluster.ts';
import { checkCourse } from './checks/course.ts';
import { checkDatabase } from './checks/database.ts';
import { checkFiles } from './checks/files.ts';
import { checkGeneration } from './checks/generation.ts';
import { checkHttps } from './checks/https.ts';
import { checkImage } from './checks/image.ts';
import { checkIsolation } from './checks/isolation.ts';
import { checkLimits } from './checks/limits.ts';
import { checkLogin } from './checks/login.ts';
import { checkLoginEnvironment } from './checks/login-environment.ts';
import { checkLoginService } from './checks/login-service.ts';
import { checkNotebooks } from './checks/notebooks.ts';
import { checkPasswords } from './checks/passwords.ts';
import { checkPlaceholders } from './checks/placeholders.ts';
import { checkPlainSight } from './checks/plain-sight.ts';
import { checkProfiles } from './checks/profiles.ts';
import { checkRights } from './checks/rights.ts';
import { checkScalars } from './checks/scalars.ts';
import { checkSecrets } from './checks/secrets.ts';
import { checkServer } from './checks/server.ts';
import { checkServices } from './checks/services.ts';
import { checkTemplates } from './checks/templates.ts';
import { checkVolumeNames } from './checks/volume-names.ts';
import type { Config, Generation, Secrets } from './config.ts';
import type { Finding } from './finding.ts';
import { detectGeneration } from './legacy/generation.ts';
import { liftTree } from './legacy/lift.ts';
import { checkManifests } from './manifests/check-manifests.ts';
import type { Manifest } from './manifests/manifest.ts';
import { bringIn, type Outside } from './outside.ts';
import { mergeTrees } from './parse/merge.ts';
import { parseText } from './parse/parse.ts';
import { readFile } from './parse/read-file.ts';
import type { Values } from './schema/values.ts';
import { readSettings } from './settings/settings.ts';
import { type SourceText, showableSource } from './source.ts';
import type { MapTree, Tree } from './tree.ts';
import { findUnused } from './unused.ts';
import { validateTree } from './validate.ts';

interface Loaded {
  readonly generation: Generation;
  /** What told the generation; null where it was said, or nothing speaks for an old one. */
  readonly mark: Tree | null;
  /** What the files say, merged; and the same in today's names, without the values of the wrong form that were accepted. */
  readonly tree: MapTree;
  readonly lifted: MapTree;
  /** Whether all of it could be read. */
  readonly complete: boolean;
  /** With the defaults of the generation; undefined where something has the wrong form. */
  readonly values: Values | undefined;
  /** In the order of the files. */
  readonly findings: readonly Finding[];
  /** What the course needs in a cluster beside its config.yaml, and where its pods run. */
  readonly manifests: readonly Manifest[];
  readonly namespace: string;
  /** The files by name, without secrets, to show the lines that findings are about. */
  readonly sources: ReadonlyMap<string, SourceText>;
}

/** Without a config where something is wrong that was not accepted. */
export type LoadedConfig =
  | (Loaded & { readonly config: Config; readonly secrets: Secrets })
  | (Loaded & { readonly config: undefined });

export interface LoadOptions {
  /** Errors to run in spite of, each `CODE@PATH` as a finding has them. */
  readonly accept?: readonly string[] | undefined;
  /** Which chart the files are for, where they do not say it themselves. */
  readonly generation?: Generation | null | undefined;
  /** Files with what the course needs in a cluster beside its config.yaml, as volumes and their secrets. */
  readonly manifests?: readonly string[];
  /** Where in a cluster it runs; null: where its manifests say, else `jhub`. */
  readonly namespace?: string | null | undefined;
  /** The moment of the check, where it is not now. */
  readonly now?: Date;
}

const CHECKS = [
  checkPlaceholders,
  checkSecrets,
  checkLogin,
  checkLoginService,
  checkLoginEnvironment,
  checkAdmission,
  checkPasswords,
  checkServer,
  checkRights,
  checkServices,
  checkCourse,
  checkLimits,
  checkAzure,
  checkImage,
  checkNotebooks,
  checkTemplates,
  checkHttps,
  checkIsolation,
  checkGeneration,
  checkVolumeNames,
  checkPlainSight,
  checkDatabase,
  checkCluster,
  checkFiles,
  checkProfiles,
  checkScalars,
];

/** Reads the files, later ones laid over earlier ones as Helm does. Never throws: what is wrong becomes findings. */
export async function loadConfig(files: readonly string[], options: LoadOptions = {}): Promise<LoadedConfig> {
  const course = await readTexts(files);
  const manifests = await readTexts(options.manifests ?? []);
  const unreadable = [...course.unreadable, ...manifests.unreadable];
  const outside = { environment: process.env };
  return checkTexts(course.texts, unreadable, { ...options, outside, manifestTexts: manifests.texts });
}

/** The same for one text that is in memory already; nothing that it refers to is looked up. */
export function checkText(text: string, file: string, options: LoadOptions = {}): LoadedConfig {
  return checkTexts([{ file, text }], [], { ...options, outside: null, manifestTexts: [] });
}

async function readTexts(files: readonly string[]) {
  const texts: Text[] = [];
  const unreadable: Finding[] = [];
  for (const file of files) {
    const read = await readFile(file);
    if (read.text === undefined) unreadable.push(read.finding);
    else texts.push({ file, text: read.text });
  }
  return { texts, unreadable };
}

interface Text {
  readonly file: string;
  readonly text: string;
}

function checkTexts(
  texts: readonly Text[],
  unreadable: readonly Finding[],
  options: LoadOptions & { readonly outside: Outside | null; readonly manifestTexts: readonly Text[] },
): LoadedConfig {
  const parsed = texts.map(({ file, text }) => parseText(text, file));
  const merged = parsed.map(({ tree }) => tree).reduce(mergeTrees, EMPTY);
  const complete = unreadable.length === 0 && parsed.every((file) => file.complete);
  const detected = detectGeneration(merged, options.generation);
  const { generation } = detected;
  const lifted = liftTree(merged);

  const validated = validateTree(lifted.tree, generation);
  const accept = new Set(options.accept);
  // What was accepted is left out: the default counts then.
  const tree = withoutAccepted(lifted.tree, validated.wrong, accept);
  const values: Values | undefined =
    tree === lifted.tree ? validated.values : validateTree(tree, generation).values;

  const { outside, manifestTexts } = options;
  const manifests = checkManifests(manifestTexts, tree, options.namespace ?? null);
  const brought =
    values === undefined || outside === null ? { values, findings: [] } : bringIn(tree, values, outside);

  const findings = [
    ...unreadable,
    ...parsed.flatMap((file) => file.findings),
    // Where something could not be read, the rest would only be complained about wrongly.
    ...(complete
      ? [
          ...lifted.findings,
          ...findUnused(lifted.tree),
          ...validated.findings,
          ...brought.findings,
          ...CHECKS.flatMap((check) =>
            check({
              tree,
              ...detected,
              chart: options.generation ?? null,
              values: brought.values,
              now: options.now ?? new Date(),
            }),
          ),
          ...manifests.findings,
        ]
      : []),
  ];
  const judged = acceptFindings(inOrder(findings, [...texts, ...manifestTexts]), accept);
  const sources = new Map([
    ...manifests.sources,
    ...texts.map(
      ({ file, text }, index) =>
        [file, showableSource(text, { ...parsed[index]!, lifted: lifted.tree })] as const,
    ),
  ]);
  const loaded = {
    generation,
    mark: detected.mark,
    tree: merged,
    lifted: tree,
    complete,
    values,
    findings: judged,
    manifests: manifests.manifests,
    namespace: manifests.namespace,
    sources,
  };
  if (!complete || brought.values === undefined || judged.some(({ severity }) => severity === 'error')) {
    return { ...loaded, config: undefined };
  }
  return { ...loaded, ...readSettings(brought.values, generation) };
}

const EMPTY: MapTree = { kind: 'map', place: { file: '', line: 1, column: 1 }, path: '', entries: new Map() };

function inOrder(findings: readonly Finding[], texts: readonly Text[]): readonly Finding[] {
  const fileOrder = new Map(texts.map(({ file }, index) => [file, index]));
  const rank = ({ position }: Finding): readonly number[] =>
    position === null
      ? [texts.length, 0, 0]
      : [fileOrder.get(position.file) ?? -1, position.line, position.column];
  return findings.toSorted((a, b) => {
    const [left, right] = [rank(a), rank(b)];
    const index = left.findIndex((value, place) => value !== right[place]);
    return index === -1 ? 0 : left[index]! - right[index]!;
  });
}
