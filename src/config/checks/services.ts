import { isKnownScope } from '../../domain/scope.ts';
import { serviceNameProblem } from '../../domain/service.ts';
import { type Finding, findingAt } from '../finding.ts';
import { nearest } from '../nearest.ts';
import { serviceSchema } from '../schema/services.ts';
import { type WrittenService, writtenServices } from '../settings/services.ts';
import { type MapTree, nodeAt } from '../tree.ts';
import type { Check } from './check.ts';

const LEAST_TOKEN = 8;

/** Services that could not be told apart, reached or let in. */
export const checkServices: Check = ({ tree, values }) => {
  if (values === undefined) return [];
  const written = writtenServices(values);
  return written.flatMap((service, index) => {
    const at = (...path: readonly string[]) =>
      nodeAt(tree, [...service.path, ...path]) ?? nodeAt(tree, service.path) ?? null;
    const wrong = (path: string, code: string, message: string, help: string): Finding =>
      findingAt(at(path), { code, severity: 'error', message, help });
    const earlier = written.slice(0, index);
    const node = nodeAt(tree, service.path);
    return [
      ...(node?.kind === 'map' ? checkKeys(node) : []),
      ...checkName(service, earlier, wrong),
      ...checkAddress(service, wrong),
      ...checkTokens(service, earlier, wrong),
      ...checkClient(service, earlier, wrong),
    ];
  });
};

type Wrong = (path: string, code: string, message: string, help: string) => Finding;

/** Of a map of names to services, keys are not held against the schema elsewhere. */
function* checkKeys(node: MapTree) {
  for (const [key, entry] of node.entries) {
    if (Object.hasOwn(serviceSchema.shape, key)) continue;
    const like = nearest(key, Object.keys(serviceSchema.shape));
    const help = like === undefined ? 'Leave it out.' : `Did you mean \`${like}\`?`;
    const message = 'A service has no such key.';
    yield findingAt(entry.value, { code: 'unknown-key', severity: 'error', message, help });
  }
}

function* checkName({ name }: WrittenService, earlier: readonly WrittenService[], wrong: Wrong) {
  const problem = serviceNameProblem(name);
  if (problem !== undefined) {
    yield wrong(
      'name',
      'service-name',
      `This cannot be a service: ${problem}.`,
      'Give it a `name` such as `grader`.',
    );
  } else if (earlier.some((other) => other.name === name)) {
    yield wrong(
      'name',
      'service-twice',
      `The service \`${name}\` is declared twice.`,
      'Leave one of the two out.',
    );
  }
}

function* checkAddress({ values: { url, cwd, user, command } }: WrittenService, wrong: Wrong) {
  if (url && !/^http:\/\/[^/\s@?#]+\/*$/.test(url)) {
    const help = 'Write `http://host:port`: the proxy hands the whole path on, and encrypts nothing inside.';
    yield wrong(
      'url',
      'service-address',
      'This is not an address that the proxy can send requests to.',
      help,
    );
  }
  if (command?.length) return;
  for (const [key, value] of Object.entries({ cwd, user })) {
    if (value) {
      const message = `\`${key}\` is for a service that the hub starts, and this one has no \`command\`.`;
      yield wrong(key, 'service-not-started', message, 'Give it a `command`, or leave this out.');
    }
  }
}

function* checkTokens({ values }: WrittenService, earlier: readonly WrittenService[], wrong: Wrong) {
  const key = values.api_token ? 'api_token' : 'apiToken';
  const token = values[key];
  if (!token) return;
  if (token.length < LEAST_TOKEN) {
    const help = 'Make one with `openssl rand -hex 32`, or leave it out where the hub starts the service.';
    yield wrong(key, 'service-token', `This token is short enough to be guessed.`, help);
  } else if (earlier.some((other) => (other.values.api_token || other.values.apiToken) === token)) {
    const help = 'Give each its own: by its token the hub knows who asks.';
    yield wrong(key, 'service-token', 'Another service has the same token.', help);
  }
}

function* checkClient({ name, values }: WrittenService, earlier: readonly WrittenService[], wrong: Wrong) {
  const { oauth_client_id: id, oauth_client_allowed_scopes: scopes = [], oauth_redirect_uri: uri } = values;
  if (id && !/^service-[\x21-\x7e]+$/.test(id)) {
    const help = `Leave it out, then it is \`service-${name}\`.`;
    yield wrong(
      'oauth_client_id',
      'service-client',
      'The client id of a service begins with `service-`.',
      help,
    );
  } else if (earlier.some((other) => clientIdOf(other) === (id || `service-${name}`))) {
    const help = 'Give each its own.';
    yield wrong('oauth_client_id', 'service-client', 'Another service has the same client id.', help);
  }
  if (uri && !/^(https?:\/\/[^/\s@#]+)?\/[^\s#]*$/.test(uri)) {
    const help = 'Write a whole address, or a path on this hub such as `/services/grader/oauth_callback`.';
    yield wrong('oauth_redirect_uri', 'service-client', 'No browser can come back to this address.', help);
  }
  const unknown = scopes.filter((scope) => !isKnownScope(scope) && !scope.startsWith('custom:'));
  if (unknown.length > 0) {
    const message = `No such scope: ${unknown.map((scope) => `\`${scope}\``).join(', ')}.`;
    yield wrong('oauth_client_allowed_scopes', 'service-scopes', message, 'Leave them out, or correct them.');
  }
}

function clientIdOf({ name, values }: WrittenService): string {
  return values.oauth_client_id || `service-${name}`;
}
