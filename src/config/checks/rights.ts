import { groupNameProblem } from '../../domain/group.ts';
import { roleNameProblem } from '../../domain/role.ts';
import { isKnownScope } from '../../domain/scope.ts';
import { type Finding, findingAt } from '../finding.ts';
import { readRights, writtenRoles } from '../settings/rights.ts';
import { writtenServices } from '../settings/services.ts';
import { nodeAt } from '../tree.ts';
import type { Check } from './check.ts';

const TRAITS = ['hub', 'config', 'JupyterHub'];

/** Roles whose scopes the hub itself counts on. */
const FIXED: ReadonlySet<string> = new Set(['admin', 'server']);

/** Roles, groups and scopes that cannot be, or that would give nobody anything. */
export const checkRights: Check = ({ tree, values }) => {
  if (values === undefined) return [];
  const { groups, customScopes } = readRights(values);
  const custom = new Map(Object.entries(customScopes));
  const services = new Set(writtenServices(values).map(({ name }) => name));
  const wrong = (path: readonly (string | number)[], code: string, message: string, help: string): Finding =>
    findingAt(nodeAt(tree, path) ?? null, { code, severity: 'error', message, help });
  const findings: Finding[] = [];
  const checkScopes = (scopes: readonly string[], path: readonly (string | number)[]) => {
    for (const [index, scope] of scopes.entries()) {
      if (isKnownScope(scope, custom)) continue;
      const help = 'Name one of JupyterHub’s, or declare it in `hub.config.JupyterHub.custom_scopes`.';
      findings.push(wrong([...path, index], 'scope', `There is no scope \`${scope}\`.`, help));
    }
  };
  const seen = new Set<string>();
  for (const { name, values: role, path } of writtenRoles(values)) {
    const problem = roleNameProblem(name);
    if (problem !== undefined)
      findings.push(
        wrong(path, 'role-name', `This cannot be a role: ${problem}.`, 'Give it a `name` such as `grader`.'),
      );
    if (seen.has(name))
      findings.push(
        wrong(path, 'role-twice', `The role \`${name}\` is declared twice.`, 'Make one of the two.'),
      );
    seen.add(name);
    if (FIXED.has(name) && role.scopes?.length) {
      findings.push(
        wrong(
          [...path, 'scopes'],
          'role-fixed',
          `The scopes of the role \`${name}\` cannot be changed.`,
          'Leave `scopes` out, or make a role of another name.',
        ),
      );
    }
    checkScopes(role.scopes ?? [], [...path, 'scopes']);
    for (const [index, service] of (role.services ?? []).entries()) {
      if (services.has(service)) continue;
      findings.push(
        wrong(
          [...path, 'services', index],
          'role-service',
          `There is no service \`${service}\` that could have this role.`,
          'Declare it in `hub.services`.',
        ),
      );
    }
  }
  for (const { name } of groups) {
    const problem = groupNameProblem(name);
    if (problem !== undefined)
      findings.push(
        wrong(
          [...TRAITS, 'load_groups', name],
          'group-name',
          `This cannot be a group: ${problem}.`,
          'Give it another name.',
        ),
      );
  }
  for (const [name, subscopes] of custom) {
    const path = [...TRAITS, 'custom_scopes', name];
    if (!/^custom:[a-z0-9][a-z0-9_\-*:]*[a-z0-9*]$/.test(name)) {
      findings.push(
        wrong(
          path,
          'scope-name',
          'This cannot be a scope of the course.',
          'Name it like `custom:grade:write`.',
        ),
      );
    }
    checkScopes(subscopes, [...path, 'subscopes']);
  }
  return findings;
};
