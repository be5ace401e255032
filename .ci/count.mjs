/** Counts tests for `.ci/run`: turns each stage into a line of three numbers, and those lines into the last one. */
import { readFileSync } from 'node:fs';

const [what, ...args] = process.argv.slice(2);
if (what === 'report') countReport(args[0], args[1]);
if (what === 'check') console.log(args[0] === '0' ? '1 0 0' : '0 1 0');
if (what === 'sum') sum(args[0]);

/** A stage that crashed, or whose tests could not be loaded, has at least one failure, whatever its report says. */
function countReport(file, exitCode) {
  let passed = 0;
  let failed = 0;
  let skipped = 0;
  for (const { status, assertionResults } of readReport(file)) {
    const count = (wanted) => assertionResults.filter((result) => wanted.includes(result.status)).length;
    const broken = count(['failed']);
    passed += count(['passed']);
    skipped += assertionResults.length - count(['passed', 'failed']);
    failed += status === 'failed' ? Math.max(broken, 1) : broken;
  }
  if (failed === 0 && (exitCode !== '0' || passed === 0)) failed = 1;
  console.log(`${passed} ${failed} ${skipped}`);
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).testResults;
  } catch {
    return [];
  }
}

function sum(file) {
  const totals = [0, 0, 0];
  for (const line of readFileSync(file, 'utf8').trim().split('\n')) {
    for (const [index, number] of line.split(' ').entries()) totals[index] += Number(number);
  }
  const [passed, failed, skipped] = totals;
  console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  process.exitCode = failed > 0 ? 1 : 0;
}
