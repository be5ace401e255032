/** What is known of a service: its endpoints and keys, from the settings and from what it says of itself. */
import { createRemoteJWKSet, type JWTVerifyGetKey } from 'jose';
import * as client from 'openid-client';
import { HubError } from '../../domain/errors.ts';
import { detailOf } from './failures.ts';
import { issuerOfEndpoints } from './issuer.ts';
import type { Provider } from './providers/provider.ts';
import { askApi, TIMEOUT_SECONDS, tokenFetch } from './service-fetch.ts';
import type { ServiceSettings } from './settings.ts';

/** How far its clock and ours may be apart. */
const CLOCK_TOLERANCE_SECONDS = 60;
/** Keys are changed while people log in: an unknown one is looked for again, but not for every forged token. */
const KEY_COOLDOWN_MS = 1_000;

export interface Connection {
  readonly configuration: client.Configuration;
  /** Whether id tokens can be checked for whom they are from. */
  readonly issuerKnown: boolean;
  /** The keys that it signs with; null where they are not known. */
  readonly keys: JWTVerifyGetKey | null;
  /** Who somebody is; null: only the id token says it. */
  readonly userdataUrl: string | null;
}

/** @throws HubError `unavailable` where it does not answer and cannot be used without. */
export async function connect(settings: ServiceSettings, provider: Provider): Promise<Connection> {
  const usual = provider.endpoints(settings.options);
  const authorizeUrl = settings.authorizeUrl ?? usual.authorizeUrl;
  const tokenUrl = settings.tokenUrl ?? usual.tokenUrl;
  const named = settings.issuer;
  const found = named ?? usual.issuer ?? issuerOfEndpoints([authorizeUrl, tokenUrl]);
  const said = found === null ? null : await readMetadata(found, { named: named !== null, authorizeUrl });
  const metadata: client.ServerMetadata = {
    // A service that no issuer is known of is called by its token endpoint: nothing is held against the name.
    issuer: tokenUrl ?? '',
    ...said,
    ...(said?.id_token_signing_alg_values_supported === undefined
      ? { id_token_signing_alg_values_supported: ASYMMETRIC }
      : {}),
    ...(authorizeUrl === null ? {} : { authorization_endpoint: authorizeUrl }),
    ...(tokenUrl === null ? {} : { token_endpoint: tokenUrl }),
  };
  if (!metadata.authorization_endpoint || !metadata.token_endpoint) {
    throw new HubError('unavailable', 'The login service does not say where one logs in.');
  }
  const configuration = new client.Configuration(
    metadata,
    settings.clientId,
    { [client.clockTolerance]: CLOCK_TOLERANCE_SECONDS },
    clientAuthentication(settings),
  );
  configuration.timeout = TIMEOUT_SECONDS;
  configuration[client.customFetch] = tokenFetch({ issuerKnown: said !== null });
  if (metadata.token_endpoint.startsWith('http:')) client.allowInsecureRequests(configuration);
  return {
    configuration,
    issuerKnown: said !== null,
    keys: typeof said?.jwks_uri === 'string' ? keysAt(said.jwks_uri) : null,
    userdataUrl:
      settings.userdataFromIdToken || (provider.userdataFromIdToken && settings.userdataUrl === null)
        ? null
        : (settings.userdataUrl ?? usual.userdataUrl ?? said?.userinfo_endpoint ?? null),
  };
}

const ASYMMETRIC = ['RS256', 'PS256', 'ES256', 'EdDSA', 'RS384', 'PS384', 'ES384', 'RS512', 'PS512', 'ES512'];

function keysAt(url: string): JWTVerifyGetKey {
  return createRemoteJWKSet(new URL(url), {
    cooldownDuration: KEY_COOLDOWN_MS,
    timeoutDuration: TIMEOUT_SECONDS * 1000,
  });
}

function clientAuthentication({ clientSecret, basicAuth }: ServiceSettings): client.ClientAuth {
  if (clientSecret === null) return client.None();
  return basicAuth ? client.ClientSecretBasic(clientSecret) : client.ClientSecretPost(clientSecret);
}

/**
 * OpenID Connect Discovery 1.0. An issuer that the settings name must call itself so; one that was only concluded from
 * endpoints may have another name (it is reached by two addresses), or not speak of itself at all.
 */
async function readMetadata(
  issuer: string,
  { named, authorizeUrl }: { readonly named: boolean; readonly authorizeUrl: string | null },
): Promise<client.ServerMetadata | null> {
  const answer = await askApi(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, null).catch(
    (error: unknown) => {
      throw new HubError('unavailable', 'The login service cannot be reached. Try again in a moment.', {
        detail: `${issuer}: ${detailOf(error)}`,
      });
    },
  );
  const said = answer.body as Partial<client.ServerMetadata> | undefined;
  if (answer.status === 200 && typeof said?.issuer === 'string') {
    if (named && said.issuer.replace(/\/$/, '') !== issuer.replace(/\/$/, '')) {
      throw new HubError('unavailable', MISNAMED, { detail: `${issuer} calls itself ${said.issuer}` });
    }
    return said as client.ServerMetadata;
  }
  if (answer.status >= 500) {
    throw new HubError('unavailable', 'The login service has a problem just now. Try again in a moment.', {
      detail: `${issuer} answered ${answer.status}`,
    });
  }
  if (named || (await isUnknownRealm(authorizeUrl))) {
    throw new HubError('unavailable', MISNAMED, { detail: `${issuer} answered ${answer.status}` });
  }
  return null;
}

const MISNAMED =
  'The login service does not know the place (the issuer or realm) that the course names. Only those who run the course can mend that.';

/** Keycloak keeps its realms apart by their paths, and answers with 404 where there is no such realm. */
async function isUnknownRealm(authorizeUrl: string | null): Promise<boolean> {
  if (!authorizeUrl?.includes('/protocol/openid-connect/')) return false;
  return (await askApi(authorizeUrl, null)).status === 404;
}
