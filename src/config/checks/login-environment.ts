import { type Finding, findingAt } from '../finding.ts';
import { chosenSection } from '../legacy/authenticators.ts';
import { isKindOf } from '../legacy/classes.ts';
import { describeTwice } from '../legacy/said-twice.ts';
import { readProxy } from '../settings/proxy.ts';
import { isEmpty, type MapTree, nodeAt, type Tree } from '../tree.ts';
import type { Check } from './check.ts';
import { firstInHubConfig, textAt } from './nodes.ts';

/** The addresses of a login at another place: in traits or in the environment of the hub, and whether they lead anywhere. */
export const checkLoginEnvironment: Check = ({ tree, values, generation }) => {
  if (!isKindOf(chosenSection(tree), 'OAuthenticator')) return [];
  const places = VARIABLES.map(([trait, variable]) => ({
    trait: traitOf(tree, trait),
    variable: variableOf(tree, variable),
  }));
  const counting = places.flatMap(({ trait, variable }) => trait ?? variable ?? []);
  const hasHttps = values !== undefined && readProxy(values, generation).https.enabled;
  return [
    ...places.flatMap(({ trait, variable }) =>
      trait === undefined || isEmpty(trait) || variable === undefined ? [] : describeTwice(trait, variable),
    ),
    ...(hasHttps || values === undefined ? [] : checkCallback(tree)),
    ...checkKeycloak(counting),
  ];
};

/** Traits, and the variables that say the same where the trait says nothing. */
const VARIABLES = [
  ['client_id', 'OAUTH_CLIENT_ID'],
  ['client_secret', 'OAUTH_CLIENT_SECRET'],
  ['oauth_callback_url', 'OAUTH_CALLBACK_URL'],
  ['authorize_url', 'OAUTH2_AUTHORIZE_URL'],
  ['token_url', 'OAUTH2_TOKEN_URL'],
  ['userdata_url', 'OAUTH2_USERDATA_URL'],
] as const;

function checkCallback(tree: MapTree): readonly Finding[] {
  const node = traitOf(tree, 'oauth_callback_url') ?? variableOf(tree, 'OAUTH_CALLBACK_URL');
  if (node === undefined || !/^https:/i.test(textOf(node))) return [];
  return [
    findingAt(node, {
      code: 'callback-not-served',
      severity: 'warning',
      message: 'Whoever has logged in is sent back to an https address, and nothing here serves https.',
      help: 'Put a web server that does https before the proxy, and say so with `proxy.https.type: offload`.',
    }),
  ];
}

function checkKeycloak(nodes: readonly Tree[]): readonly Finding[] {
  const old = nodes.find((node) => /\/auth\/realms\//.test(textOf(node)));
  if (old === undefined) return [];
  return [
    findingAt(old, {
      code: 'keycloak-address',
      severity: 'note',
      message: 'Keycloak has no `/auth` in its addresses since version 17, unless it is set up so.',
      help: 'Open the address in a browser; if there is nothing, leave `/auth` out.',
    }),
  ];
}

function traitOf(tree: MapTree, trait: string): Tree | undefined {
  return firstInHubConfig(tree, [chosenSection(tree), trait], ['OAuthenticator', trait]) ?? undefined;
}

/** The value of a variable of the hub, in a map of names or in a list. */
function variableOf(tree: MapTree, name: string): Tree | undefined {
  const environment = nodeAt(tree, ['hub', 'extraEnv']);
  if (environment?.kind === 'map') return nodeAt(environment, [name]);
  const items = environment?.kind === 'list' ? environment.items : [];
  const item = items.find((one) => textAt(one, ['name']) === name);
  return item === undefined ? undefined : nodeAt(item, ['value']);
}

function textOf(node: Tree): string {
  return node.kind === 'scalar' ? String(node.value) : '';
}
