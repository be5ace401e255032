import { readClassTimes } from '../class-times.ts';
import { type Finding, findingAt, lineOf } from '../finding.ts';
import { nodeAt, type Path, type Tree } from '../tree.ts';
import type { Check, CheckedFile } from './check.ts';

/** How the course is set up: when it meets, and for how many. */
export const checkCourse: Check = (file) => [...checkSessions(file), ...checkSize(file)];

const DAY_MS = 86_400_000;

function checkSessions({ tree, values, now }: CheckedFile): readonly Finding[] {
  const course = values?.course;
  if (course === undefined) return [];
  const at = (path: Path): Tree | null => nodeAt(tree, ['course', ...path]) ?? null;
  const { sessions, problems } = readClassTimes(course.sessions ?? [], course.timeZone);
  const findings = problems.map(({ path, ...problem }) =>
    findingAt(at(path), { ...problem, severity: 'error' }),
  );
  for (const [order, session] of sessions.entries()) {
    const node = at(['sessions', session.index]);
    const [start, end] = [Date.parse(session.start), Date.parse(session.end)];
    if (end - start > DAY_MS) {
      findings.push(
        findingAt(node, {
          code: 'long-session',
          severity: 'warning',
          message: `This session takes ${Math.round((end - start) / 3_600_000)} hours, in which no idle server is stopped.`,
          help: 'Write one session for each day.',
        }),
      );
    }
    const before = sessions.slice(0, order).find((other) => Date.parse(other.end) > start);
    if (before === undefined) continue;
    const other = at(['sessions', before.index]);
    const where = other && node ? ` (${lineOf(other.place, node.place)})` : '';
    findings.push(
      findingAt(node, {
        code: 'sessions-overlap',
        severity: 'warning',
        message: `This session begins while another one${where} goes on.`,
        help: 'Correct one of the two; students are shown the one that goes on.',
      }),
    );
  }
  if (sessions.length > 0 && sessions.every(({ end }) => Date.parse(end) <= now.getTime())) {
    findings.push(
      findingAt(at(['sessions']), {
        code: 'sessions-past',
        severity: 'note',
        message: 'All sessions are past: no next class is shown.',
        help: null,
      }),
    );
  }
  return findings;
}

/** What is set too small for all students to work at once. */
function checkSize({ tree, values }: CheckedFile): readonly Finding[] {
  const written = values?.course?.students;
  const students = Array.isArray(written) ? written.length : written;
  const limit = values?.hub?.activeServerLimit;
  if (!students || !limit || limit >= students) return [];
  const node = nodeAt(tree, ['hub', 'activeServerLimit']) ?? null;
  const message = `${students} students are expected, and at most ${limit} servers may be active at once.`;
  const help = `Make the limit ${students} or more, or leave it out.`;
  return [findingAt(node, { code: 'limit-below-students', severity: 'warning', message, help })];
}
