import { type Finding, findingAt } from '../finding.ts';
import { authenticatorSection, chosenSection } from '../legacy/authenticators.ts';
import { readLogin, readOther } from '../settings/login.ts';
import { type LoginServiceSettings, serviceSection } from '../settings/login-service.ts';
import { nodeAt, type Tree } from '../tree.ts';
import type { Check, CheckedFile } from './check.ts';
import { firstInHubConfig } from './nodes.ts';

/** Logging in at another place: what it needs, and what is done about what it lacks. */
export const checkLoginService: Check = (file) => {
  const section = serviceSection(chosenSection(file.tree));
  if (file.values === undefined) return [];
  const others = checkOthers(file);
  if (section === undefined) return others;
  const { serviceSettings } = readLogin(file.values, file.generation);
  if (serviceSettings === undefined) return others;
  const at = (...traits: readonly string[]) =>
    firstInHubConfig(
      file.tree,
      ...traits.flatMap((trait) => [
        [section, trait],
        ['OAuthenticator', trait],
      ]),
      ['JupyterHub', 'authenticator_class'],
    );
  return [...checkOne(serviceSettings, at), ...others];
};

function checkOne(settings: LoginServiceSettings, at: At): readonly Finding[] {
  return [checkClient, checkAddresses, checkClaims, checkGroups, checkCertificates].flatMap((check) =>
    check(settings, at),
  );
}

/** More places to log in at. */
function checkOthers({ tree, values }: CheckedFile): readonly Finding[] {
  return Object.entries(values?.polder?.logins ?? {}).flatMap(([id, other]) => {
    const nodeOf = (trait: string) => nodeAt(tree, ['polder', 'logins', id, trait]);
    const whole = nodeAt(tree, ['polder', 'logins', id]) ?? null;
    if (serviceSection(authenticatorSection(other.class ?? '')) === undefined) {
      const message =
        'This is no place to log in at beside another: its `class` must be one that speaks OAuth 2.';
      const help = 'Use `generic-oauth`, `github`, `google`, …';
      return [
        findingAt(nodeOf('class') ?? whole, {
          code: 'login-not-supported',
          severity: 'error',
          message,
          help,
        }),
      ];
    }
    const { serviceSettings, login } = readOther(other);
    if (serviceSettings === undefined) return [];
    const at: At = (...traits) =>
      traits.map(nodeOf).find((node) => node !== undefined) ?? nodeOf('class') ?? whole;
    const lets =
      login.allowAll ||
      [login.allowedUsers, login.adminUsers, login.allowedMemberships].some((list) => list.length > 0);
    const nobody = findingAt(whole, {
      code: 'nobody-let-in',
      severity: 'warning',
      message: 'Nobody is let in by this way to log in, save who teaches or administers.',
      help: 'Name them with `allowed_users`, or let everyone in with `allow_all: true`.',
    });
    return [...checkOne(serviceSettings, at), ...(lets ? [] : [nobody])];
  });
}

/** Where the file says one of these traits, or else which class it chooses. */
type At = (...traits: readonly string[]) => Tree | null;

function checkClient({ service, secrets, traits }: LoginServiceSettings, at: At): readonly Finding[] {
  const findings: Finding[] = [];
  // An empty one is reported as such.
  if (service.clientId === '' && traits.client_id === undefined) {
    const message = 'The service is not told which client this hub is: there is no `client_id`.';
    const help = 'Register the hub at the service, and put the id that it gives here.';
    findings.push(findingAt(at(), { code: 'no-client', severity: 'error', message, help }));
  }
  if (secrets.loginClientSecret === null && traits.client_secret === undefined) {
    const message = 'There is no `client_secret`: the hub shows the service nothing that only it knows.';
    const help = 'Put in the secret that the service gave, unless the client is registered as a public one.';
    findings.push(
      findingAt(at('client_id'), { code: 'no-client-secret', severity: 'warning', message, help }),
    );
  }
  if (service.provider === 'azuread' && service.options.tenant === null) {
    const message = 'There is no `tenant_id`: anybody with a Microsoft account could log in under any name.';
    const help = 'Name the tenant of your organisation.';
    findings.push(findingAt(at(), { code: 'no-tenant', severity: 'error', message, help }));
  }
  if (service.provider === 'auth0' && service.options.url === null) {
    const message = 'Auth0 is not told which one: there is no `auth0_domain`.';
    const help = 'Put in the domain of your Auth0, such as course.eu.auth0.com.';
    findings.push(findingAt(at(), { code: 'no-address', severity: 'error', message, help }));
  }
  return findings;
}

function checkAddresses({ service }: LoginServiceSettings, at: At): readonly Finding[] {
  const addresses = [
    ['authorize_url', 'OAUTH2_AUTHORIZE_URL', service.authorizeUrl],
    ['token_url', 'OAUTH2_TOKEN_URL', service.tokenUrl],
    ['userdata_url', 'OAUTH2_USERDATA_URL', service.userdataUrl],
  ] as const;
  const findings: Finding[] = [];
  if (service.provider === 'generic' && service.issuer === null) {
    for (const [trait, variable, url] of addresses) {
      if (url !== null || (trait === 'userdata_url' && service.userdataFromIdToken)) continue;
      const message = `It is not said where the service is: there is no \`${trait}\`, and no ${variable} in \`hub.extraEnv\`.`;
      const help = 'Add it; of a service that speaks OpenID Connect, `issuer` alone is enough.';
      findings.push(findingAt(at(), { code: 'no-address', severity: 'error', message, help }));
    }
  }
  const all = [
    ...addresses.map(([trait, , url]) => [trait, url] as const),
    ['issuer', service.issuer] as const,
  ];
  for (const [trait, url] of all) {
    if (url === null || /[<>${}]/.test(url)) continue;
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
      const message = 'This is not an address such as https://login.example.org/authorize.';
      findings.push(findingAt(at(trait), { code: 'wrong-value', severity: 'error', message }));
    } else if (url.startsWith('http:') && !LOOPBACK.test(new URL(url).hostname)) {
      const message =
        'Who logs in is asked for without encryption: anybody on the way can log in as anybody.';
      const help = 'Use the https address of the service.';
      findings.push(findingAt(at(trait), { code: 'login-unencrypted', severity: 'warning', message, help }));
    }
  }
  return findings;
}

const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

function checkClaims({ service, addsOpenid }: LoginServiceSettings, at: At): readonly Finding[] {
  const findings: Finding[] = [];
  if (addsOpenid) {
    findings.push(
      findingAt(at('scope'), {
        code: 'openid-scope-added',
        severity: 'note',
        message: 'The scope `openid` is asked for too: without it the service would not say who somebody is.',
        help: 'Add `openid` to `scope`.',
      }),
    );
  }
  if (service.provider === 'generic' && service.usernameClaim === null) {
    findings.push(
      findingAt(at(), {
        code: 'username-claim',
        severity: 'warning',
        message: 'People are named by the claim `username`, which few services have.',
        help: 'Say which claim names them with `username_claim`: `preferred_username` or `email`, mostly.',
      }),
    );
  }
  return findings;
}

function checkGroups({ service, traits, ...rule }: LoginServiceSettings, at: At): readonly Finding[] {
  const counts = [...rule.allowedMemberships, ...rule.adminMemberships].some((one) =>
    one.startsWith('group:'),
  );
  if (counts && service.groupsClaim === null && service.provider !== 'openshift') {
    return [
      findingAt(at('allowed_groups', 'admin_groups'), {
        code: 'no-groups-claim',
        severity: 'error',
        message: 'It is not said which claim lists the groups of somebody: nobody is in any of these.',
        help: 'Set `auth_state_groups_key`, for example to `oauth_user.groups`.',
      }),
    ];
  }
  if (service.managesGroups && service.groupsClaim === null && service.provider !== 'openshift') {
    return [
      findingAt(at('manage_groups'), {
        code: 'no-groups-claim',
        severity: 'warning',
        message: 'It is not said which claim lists the groups of somebody: whoever logs in is in none.',
        help: 'Set `auth_state_groups_key`, for example to `oauth_user.groups`.',
      }),
    ];
  }
  return [];
}

function checkCertificates({ traits }: LoginServiceSettings, at: At): readonly Finding[] {
  if (traits.validate_server_cert !== false && traits.validate_cert !== false) return [];
  return [
    findingAt(at('validate_server_cert', 'validate_cert'), {
      code: 'not-possible',
      severity: 'error',
      message:
        'The certificate of the service is always checked: without that anybody could answer in its place.',
      help: 'Leave it out. Name a certificate authority of your own in the environment variable NODE_EXTRA_CA_CERTS.',
    }),
  ];
}
