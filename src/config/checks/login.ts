import { type Finding, findingAt } from '../finding.ts';
import { AUTHENTICATORS, chosenSection } from '../legacy/authenticators.ts';
import { isKindOf, traitsOf } from '../legacy/classes.ts';
import { nearest } from '../nearest.ts';
import { isEmpty, nodeAt } from '../tree.ts';
import type { Check, CheckedFile } from './check.ts';
import { firstInHubConfig, inWords, isSupported } from './nodes.ts';

/** The way to log in: whether it exists here, and whether the file also sets up another. */
export const checkLogin: Check = (file) => [
  ...checkSupported(file),
  ...checkOtherSections(file),
  ...checkAdminAccess(file),
];

function checkSupported({ tree, generation }: CheckedFile): readonly Finding[] {
  const section = chosenSection(tree);
  if (isSupported(section)) return [];
  const works = inWords(generation, 'auth.type: dummy', 'hub.config.JupyterHub.authenticator_class: dummy');
  const reason = REASONS[section];
  const meant = meantBy(section);
  return [
    findingAt(firstInHubConfig(tree, ['JupyterHub', 'authenticator_class']), {
      code: 'login-not-supported',
      severity: 'error',
      message:
        reason === undefined
          ? `This way to log in (${section}) is not there yet.`
          : `This way to log in (${section}) is not there: ${reason}.`,
      help: `${meant === undefined ? '' : `Did you mean \`${meant}\`? `}What works now: ${works}, and every service that speaks OAuth 2 or OpenID Connect (\`generic-oauth\`, \`github\`, …).`,
    }),
  ];
}

/** The way that works whose name is most like this one; undefined where it is the name of another one, or like none. */
function meantBy(section: string): string | undefined {
  if (AUTHENTICATORS.some((known) => known.section === section)) return undefined;
  const working = AUTHENTICATORS.filter((known) => isSupported(known.section));
  const near = nearest(
    section,
    working.flatMap((known) => [known.current, known.section]),
  );
  return working.find((known) => known.current === near || known.section === near)?.current;
}

const REASONS: { readonly [section: string]: string | undefined } = {
  MWOAuthenticator:
    'it speaks OAuth 1.0a; MediaWiki has OAuth 2 too, for which `generic-oauth` with its `/oauth2/` addresses works',
  OkpyOAuthenticator: 'OAuthenticator has given it up too; `generic-oauth` with its addresses may work',
};

function checkOtherSections({ tree }: CheckedFile): readonly Finding[] {
  const chosen = chosenSection(tree);
  // Nobody knows which others a class of somebody's own comes from.
  if (traitsOf(chosen).length === 0) return [];
  const config = nodeAt(tree, ['hub', 'config']);
  if (config?.kind !== 'map') return [];
  return [...config.entries].flatMap(([name, entry]) => {
    if (!/^[A-Z]\w*Authenticator$/.test(name) || isKindOf(chosen, name) || name === 'Authenticator')
      return [];
    if (isEmpty(entry.value)) return [];
    const first = entry.value.kind === 'map' ? [...entry.value.entries.values()][0] : undefined;
    const at = first === undefined ? entry.value : { place: first.key, path: first.value.path };
    return findingAt(at, {
      code: 'other-login',
      severity: 'warning',
      message: `\`${at.path}\` is not used: it belongs to another way to log in (${name}) than the one chosen (${chosen}).`,
      help: 'Leave it out, or choose that way to log in.',
    });
  });
}

function checkAdminAccess({ tree }: CheckedFile): readonly Finding[] {
  const access = firstInHubConfig(tree, ['JupyterHub', 'admin_access']);
  if (access?.kind !== 'scalar' || access.value !== false) return [];
  const message = "Administrators may open users' servers all the same, as in JupyterHub since 2.0.";
  return [findingAt(access, { code: 'admin-access', severity: 'warning', message })];
}
