/** Who may send browsers here to learn who is behind them: the servers of people, and services. */
import { type CoursePlace, serverUrl } from '../../domain/route.ts';
import type { ScopeSubject } from '../../domain/scope.ts';
import type { Server } from '../../domain/server.ts';
import { type Service, serviceCallback } from '../../domain/service.ts';

export interface OAuthClient {
  readonly id: string;
  /** In words: `server anna/`. */
  readonly title: string;
  /** The one address it is answered at: a path on our origin, or a whole address. */
  readonly callback: string;
  /** What somebody must be allowed to be let in. */
  readonly access: { readonly scope: string; readonly subject: ScopeSubject };
  /** What whoever may not is told. */
  readonly refusal: string;
  /** What its tokens may do in any case. */
  readonly ownScopes: readonly string[];
  /** What they may do beside, where it asks for it or says nothing. */
  readonly allowedScopes: readonly string[];
  /** Null: a service; else whose server it is. */
  readonly server: Server | null;
  readonly service: Service | null;
}

/** Who somebody is, without which nobody can be let in. */
const IDENTITY = ['read:users:groups!user', 'read:users:name!user'];

export function clientOfServer(server: Server, place: CoursePlace): OAuthClient {
  const { owner, name, oauthClientId } = server;
  return {
    id: oauthClientId,
    title: `server ${owner}/${name}`,
    callback: `${serverUrl(place, owner, name)}oauth_callback`,
    access: { scope: 'access:servers', subject: { user: owner, server: name } },
    refusal: `This server belongs to “${owner}”. You may not open it.`,
    ownScopes: [`access:servers!server=${owner}/${name}`, ...IDENTITY],
    allowedScopes: [],
    server,
    service: null,
  };
}

export function clientOfService(service: Service, place: CoursePlace): OAuthClient {
  const { name, oauth } = service;
  return {
    id: oauth.clientId,
    title: `service ${name}`,
    callback: serviceCallback(place, service),
    access: { scope: 'access:services', subject: { service: name } },
    refusal: `You may not open the service “${name}”. Whoever runs the course can let you in.`,
    ownScopes: [`access:services!service=${name}`, ...IDENTITY],
    allowedScopes: oauth.allowedScopes,
    server: null,
    service,
  };
}
