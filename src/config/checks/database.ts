import { type Finding, findingAt } from '../finding.ts';
import { dialectOf, namesServer, readAddress } from '../settings/database.ts';
import { nodeAt, type Tree } from '../tree.ts';
import type { Check } from './check.ts';

const HOW =
  'Write `hub.db.type: postgres` and `hub.db.url: postgresql://user@host:5432/database`, with `hub.db.password` beside it.';

/** Whether the hub's state would be kept where the file says. */
export const checkDatabase: Check = ({ tree, values }) => {
  if (values === undefined) return [];
  const at = (key: string): Tree | null =>
    nodeAt(tree, ['hub', 'db', key]) ?? nodeAt(tree, ['hub', 'db']) ?? null;
  const db = values.hub?.db;
  const url = db?.url ?? '';
  const trait = nodeAt(tree, ['hub', 'config', 'JupyterHub', 'db_url']);
  const findings: Finding[] = [];
  const elsewhere = dialectOf(trait?.kind === 'scalar' ? String(trait.value) : '');
  if (trait !== undefined && elsewhere !== '' && elsewhere !== 'sqlite') {
    findings.push(
      findingAt(trait, {
        code: 'database-elsewhere',
        severity: 'error',
        message: 'The database is read from `hub.db`, not from here.',
        help: HOW,
      }),
    );
  }
  if (db?.type === 'sqlite-memory') {
    findings.push(
      findingAt(at('type'), {
        code: 'database-kept',
        severity: 'note',
        message: 'The database is kept in a file all the same, so that a restart loses nothing.',
      }),
    );
  }
  if (!namesServer(db)) {
    if (url === '') return findings;
    const finding = {
      code: 'database-url-unused',
      severity: 'warning',
      message: `The address is not used: \`hub.db.type\` is ${db?.type ?? 'sqlite-pvc'}.`,
      help: 'Write `hub.db.type: postgres` beside it.',
    } as const;
    return [...findings, findingAt(at('url'), finding)];
  }
  const problem = problemOf(db?.type ?? '', url);
  return problem === null ? findings : [...findings, findingAt(at(problem.key), problem)];
};

function problemOf(type: string, url: string) {
  const dialect = dialectOf(url);
  if (type === 'mysql' || dialect === 'mysql' || dialect === 'mariadb') {
    return {
      key: type === 'mysql' ? 'type' : 'url',
      code: 'database-not-supported',
      severity: 'error',
      message: 'MySQL is not supported: state is kept in a file of the hub’s own, or in PostgreSQL.',
      help: `${HOW} Or leave \`hub.db\` out: users come to be again when they log in.`,
    } as const;
  }
  if (url === '') {
    return {
      key: 'type',
      code: 'database-url-missing',
      severity: 'error',
      message: `\`hub.db.type\` is ${type}, and there is no \`hub.db.url\`.`,
      help: HOW,
    } as const;
  }
  if (type === 'other' && dialect === 'sqlite') return null;
  if (readAddress(url, '') !== null) return null;
  return {
    key: 'url',
    code: 'database-url',
    severity: 'error',
    message: 'This is no address of a PostgreSQL database.',
    help: 'Write postgresql://user@host:5432/database, with an @ in the password as %40.',
  } as const;
}
