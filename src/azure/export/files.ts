import { stringify } from 'yaml';
import { PARAMETERS_SCHEMA, printJson } from '../arm.ts';
import type { AzureCourse } from '../course.ts';
import { templateOf } from '../template.ts';
import { commandsOf } from './commands.ts';
import { manifestsOf } from './manifests.ts';
import { clusterValuesOf } from './values.ts';

export interface ExportedFile {
  readonly name: string;
  readonly text: string;
  /** Permissions. */
  readonly mode: number;
}

/** All that somebody needs to bring the course to Azure without Polder. */
export function exportedFiles(
  course: AzureCourse,
  {
    values,
    now,
  }: {
    /** The course's own, as the chart takes them. */
    readonly values: string;
    readonly now: Date;
  },
): readonly ExportedFile[] {
  const template = templateOf(course);
  const manifests = manifestsOf(course);
  return [
    { name: 'template.json', text: printJson(template), mode: 0o644 },
    { name: 'parameters.json', text: printJson(parametersOf(template.parameters, now)), mode: 0o644 },
    // It may hold passwords.
    { name: 'values.yaml', text: values, mode: 0o600 },
    { name: 'values-azure.yaml', text: stringify(clusterValuesOf(course)), mode: 0o644 },
    ...(manifests.length === 0
      ? []
      : [{ name: 'shares.yaml', text: manifests.map((one) => stringify(one)).join('---\n'), mode: 0o644 }]),
    { name: 'commands.sh', text: commandsOf(course), mode: 0o755 },
  ];
}

/** Those that are no secrets: whoever deploys is asked for the others. */
function parametersOf(parameters: ReturnType<typeof templateOf>['parameters'], now: Date) {
  const month = `${now.toISOString().slice(0, 7)}-01T00:00:00Z`;
  return {
    $schema: PARAMETERS_SCHEMA,
    contentVersion: '1.0.0.0',
    parameters: 'budgetStart' in parameters ? { budgetStart: { value: month } } : {},
  };
}
