/** Every service that OAuthenticator has a class for, answering as it documents, each by its own addresses and claims. */
import { describe, expect, it } from 'vitest';
import { LoginProvider, type ProviderOptions } from '../../../../test/support/login-provider.ts';
import { logIn, NO_OPTIONS, openService, serviceSettings } from '../../../../test/support/login-service.ts';
import type { ProviderOptions as Options, ServiceSettings } from '../settings.ts';
import { PROVIDERS, type ProviderName } from './table.ts';

interface Case {
  readonly service: ProviderOptions;
  readonly options?: (url: string) => Partial<Options>;
  readonly settings?: Partial<ServiceSettings>;
  /** What the rule asks for. */
  readonly wanted?: readonly string[];
  readonly name: string;
  readonly memberships?: readonly string[];
  /** The same service saying something else, for which nobody is let in, and why. */
  readonly refused?: { readonly service: ProviderOptions; readonly because: RegExp };
}

const here = (url: string) => ({ url });

const CASES: Readonly<Record<ProviderName, Case>> = {
  generic: {
    service: { userdata: { sub: 'subject', username: 'anna' } },
    name: 'anna',
  },
  auth0: {
    service: {
      paths: { token: '/oauth/token' },
      userdata: { sub: 'subject', email: 'anna@example.org', email_verified: true },
    },
    options: here,
    name: 'anna@example.org',
    refused: {
      service: { userdata: { sub: 'subject', email: 'anna@example.org', email_verified: false } },
      because: /not confirmed/,
    },
  },
  azuread: {
    service: {
      paths: { authorize: '/tenant-1/oauth2/authorize', token: '/tenant-1/oauth2/token' },
      idToken: { name: 'Anna Admin', unique_name: 'anna@example.org', groups: ['g-1'] },
    },
    options: (url) => ({ url, tenant: 'tenant-1' }),
    settings: { usernameClaim: 'unique_name', groupsClaim: 'groups' },
    name: 'anna@example.org',
    memberships: ['group:g-1'],
  },
  bitbucket: {
    service: {
      paths: {
        authorize: '/site/oauth2/authorize',
        token: '/site/oauth2/access_token',
        userdata: '/2.0/user',
      },
      idToken: null,
      tokens: { scopes: 'account team' },
      userdata: { username: 'anna', display_name: 'Anna' },
      api: {
        '/2.0/workspaces?role=member': {
          status: 200,
          body: { values: [{ name: 'acme' }], next: 'https://elsewhere.example/2.0/workspaces?page=2' },
        },
      },
    },
    options: (url) => ({ url, apiUrl: `${url}/2.0` }),
    wanted: ['team:acme'],
    name: 'anna',
    memberships: ['team:acme'],
  },
  cilogon: {
    service: {
      paths: { token: '/oauth2/token', userdata: '/oauth2/userinfo' },
      userdata: {
        sub: 'subject',
        idp: 'https://idp.example.edu/shibboleth',
        eppn: 'anna@example.edu',
        email: 'a.admin@mail.example.edu',
      },
    },
    options: (url) => ({
      url,
      identityProviders: {
        'https://idp.example.edu/shibboleth': { usernameClaim: 'eppn', action: 'strip', text: 'example.edu' },
      },
    }),
    name: 'anna',
    memberships: [
      'idp:https://idp.example.edu/shibboleth',
      'idp:https://idp.example.edu/shibboleth mail.example.edu',
    ],
    refused: {
      service: { userdata: { sub: 'subject', idp: 'https://other.example.edu', eppn: 'anna@example.edu' } },
      because: /institution/,
    },
  },
  github: {
    service: {
      paths: {
        authorize: '/login/oauth/authorize',
        token: '/login/oauth/access_token',
        userdata: '/api/v3/user',
      },
      idToken: null,
      userdata: { login: 'Anna', id: 7, email: null },
      api: {
        '/api/v3/orgs/acme/members/Anna': { status: 204 },
        '/api/v3/orgs/acme/teams/water/members/Anna': { status: 204 },
        '/api/v3/orgs/other/members/Anna': { status: 302 },
      },
    },
    options: here,
    wanted: ['organization:acme', 'organization:acme:water', 'organization:other'],
    name: 'Anna',
    memberships: ['organization:acme', 'organization:acme:water'],
  },
  gitlab: {
    service: {
      paths: { authorize: '/oauth/authorize', token: '/oauth/token', userdata: '/api/v4/user' },
      idToken: null,
      userdata: { username: 'anna', id: 7 },
      api: {
        '/api/v4/groups/acme%2Fwater/members/all/7': { status: 200, body: { access_level: 10 } },
        '/api/v4/projects/1/members/all/7': { status: 200, body: { access_level: 30 } },
        '/api/v4/projects/2/members/all/7': { status: 200, body: { access_level: 20 } },
      },
    },
    options: here,
    wanted: ['gitlab-group:acme/water', 'gitlab-group:other', 'project:1', 'project:2'],
    name: 'anna',
    memberships: ['gitlab-group:acme/water', 'project:1'],
  },
  globus: {
    service: {
      paths: {
        authorize: '/v2/oauth2/authorize',
        token: '/v2/oauth2/token',
        userdata: '/v2/oauth2/userinfo',
      },
      userdata: { sub: 'subject', preferred_username: 'anna@example.edu' },
      tokens: {
        other_tokens: [{ resource_server: 'groups.api.globus.org', access_token: 'another access' }],
      },
      api: { '/v2/groups/my_groups': { status: 200, body: [{ id: 'g-1' }] } },
    },
    options: (url) => ({ url, apiUrl: url, identityProvider: 'example.edu' }),
    wanted: ['globus-group:g-1'],
    name: 'anna',
    memberships: ['globus-group:g-1'],
    refused: {
      service: { userdata: { sub: 'subject', preferred_username: 'anna@elsewhere.edu' } },
      because: /example\.edu/,
    },
  },
  google: {
    service: {
      paths: {
        authorize: '/o/oauth2/v2/auth',
        token: '/oauth2/v4/token',
        userdata: '/oauth2/v1/userinfo',
      },
      userdata: { id: '7', email: 'anna@example.org', verified_email: true, hd: 'example.org' },
    },
    options: (url) => ({ url, apiUrl: url, hostedDomains: ['example.org'] }),
    name: 'anna',
    refused: {
      service: { userdata: { id: '7', email: 'anna@gmail.example', verified_email: true } },
      because: /example\.org/,
    },
  },
  openshift: {
    service: {
      paths: {
        authorize: '/oauth/authorize',
        token: '/oauth/token',
        userdata: '/apis/user.openshift.io/v1/users/~',
      },
      idToken: null,
      userdata: { metadata: { name: 'anna' }, groups: ['teachers'] },
    },
    options: here,
    name: 'anna',
    memberships: ['group:teachers'],
  },
};

async function open(name: ProviderName, service: ProviderOptions) {
  const { options, settings, wanted = [] } = CASES[name];
  const provider = await LoginProvider.open(service);
  const authenticator = openService(
    serviceSettings(provider, {
      provider: name,
      ...(name === 'generic' ? {} : { issuer: null, scope: null }),
      usernameClaim: null,
      options: { ...NO_OPTIONS, ...options?.(provider.url) },
      wanted: new Set(wanted),
      ...settings,
    }),
  );
  return { provider, authenticator, [Symbol.asyncDispose]: () => provider[Symbol.asyncDispose]() };
}

const NAMES = Object.keys(PROVIDERS) as ProviderName[];

describe('each service', () => {
  it.each(NAMES)('%s says who somebody is and what they belong to', async (name) => {
    const { service, memberships = [] } = CASES[name];
    await using at = await open(name, service);
    const identity = await logIn(at.provider, at.authenticator);
    expect(identity.name).toBe(CASES[name].name);
    expect([...identity.memberships]).toEqual(memberships);
  });

  it.each(NAMES.filter((name) => CASES[name].refused))('%s refuses whom no rule may let in', async (name) => {
    const { service, refused } = CASES[name];
    await using at = await open(name, { ...service, ...refused?.service });
    await expect(logIn(at.provider, at.authenticator)).rejects.toMatchObject({
      code: 'forbidden',
      message: expect.stringMatching(refused?.because ?? /./),
    });
  });
});

it('knows GitHub’s errors, which come with the status 200', async () => {
  await using at = await open('github', CASES.github.service);
  at.provider.behaviour = {
    ...CASES.github.service,
    tokenAnswer: { status: 200, body: { error: 'incorrect_client_credentials' } },
  };
  await expect(logIn(at.provider, at.authenticator)).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('client id or secret'),
  });
});
