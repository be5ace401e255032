import type { Finding } from './finding.ts';

/** What is said of servers that are processes, which means nothing where they are pods. */
const OF_ONE_MACHINE: ReadonlySet<string> = new Set([
  'cluster-only',
  'environment-from-cluster',
  'filled-in-on-a-cluster',
  'https-not-here',
  'image-not-used',
]);

/** The findings for a course in a cluster. */
export function findingsOfCluster(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter(({ code }) => !OF_ONE_MACHINE.has(code));
}
