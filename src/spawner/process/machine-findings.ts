/** What the operator should know of the machine that servers run on. */
import type { Finding } from '../../config/finding.ts';
import type { ControlGroups } from './control-groups.ts';

const base = { path: '', position: null, severity: 'warning' } as const;

/** Starts that import all modules themselves. */
export function slowStarts(reason: string): Finding {
  return {
    ...base,
    code: 'starts-are-slow',
    message: `Servers cannot be started from a process that has imported their modules (${reason}), so that each start takes seconds of computing time.`,
    help: 'See logs/servers/prepared-parent.log in the data folder.',
  };
}

/** Limits that the kernel does not enforce here. */
export function limitFindings(groups: ControlGroups | null): readonly Finding[] {
  const help =
    'Run the hub as root, or in a systemd unit with Delegate=yes, to have the kernel enforce them.';
  const findings: Finding[] = [];
  if (!groups?.limitsMemory) {
    findings.push({
      ...base,
      code: 'memory-limits-watched',
      message:
        'Control groups cannot be used here, so that memory limits are looked after every two seconds only: a server can go far above its limit for a moment.',
      help,
    });
  }
  if (!groups?.limitsCpu) {
    findings.push({
      ...base,
      code: 'cpu-limits-not-enforced',
      message: 'Control groups cannot be used here, so that CPU limits are not enforced.',
      help,
    });
  }
  return findings;
}
