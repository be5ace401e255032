import { type Service, serviceNameProblem } from '../../domain/service.ts';
import type { Secrets } from '../config.ts';
import type { ServiceValues } from '../schema/services.ts';
import type { Values } from '../schema/values.ts';

/** A service as the file has it, and where it stands there. */
export interface WrittenService {
  readonly name: string;
  readonly values: ServiceValues;
  readonly path: readonly (string | number)[];
}

/** All that the file declares: the chart's map, whose keys are names where nothing else is said, then JupyterHub's list. */
export function writtenServices({ hub }: Values): readonly WrittenService[] {
  const map = Object.entries(hub?.services ?? {}).map(([key, values]) => ({
    name: values.name ?? key,
    values,
    path: ['hub', 'services', key],
  }));
  const list = (hub?.config?.JupyterHub?.services ?? []).map((values, index) => ({
    name: values.name ?? '',
    values,
    path: ['hub', 'config', 'JupyterHub', 'services', index],
  }));
  return [...map, ...list];
}

export interface ReadServices {
  readonly services: readonly Service[];
  /** Null where there are none. */
  readonly serviceSecrets: Secrets['services'];
}

export function readServices(values: Values): ReadServices {
  const written = writtenServices(values).filter(({ name }) => serviceNameProblem(name) === undefined);
  if (written.length === 0) return { services: [], serviceSecrets: null };
  const tokens = new Map(
    Object.entries(values.hub?.config?.JupyterHub?.service_tokens ?? {}).map(([token, name]) => [
      name,
      token,
    ]),
  );
  return {
    services: written.map(({ name, values }) => readService(name, values)),
    serviceSecrets: Object.fromEntries(
      written.map(({ name, values: { api_token, apiToken, environment = {} } }) => [
        name,
        { apiToken: api_token || apiToken || tokens.get(name) || null, environment },
      ]),
    ),
  };
}

function readService(name: string, values: ServiceValues): Service {
  return {
    name,
    url: values.url?.replace(/\/+$/, '') || null,
    admin: values.admin ?? false,
    command: values.command?.length ? values.command : null,
    cwd: values.cwd || null,
    user: values.user || null,
    display: values.display ?? true,
    info: values.info ?? {},
    oauth: {
      clientId: values.oauth_client_id || `service-${name}`,
      redirectUri: values.oauth_redirect_uri || null,
      noConfirm: values.oauth_no_confirm ?? false,
      allowedScopes: values.oauth_client_allowed_scopes ?? [],
    },
  };
}
