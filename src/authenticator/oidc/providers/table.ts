/** Every service that OAuthenticator has a class for, and speaks OAuth 2; addresses, scopes and claims are theirs. */
import { bitbucket } from './bitbucket.ts';
import { cilogon } from './cilogon.ts';
import { github } from './github.ts';
import { gitlab } from './gitlab.ts';
import { globus } from './globus.ts';
import { google } from './google.ts';
import { auth0, azuread, generic, openshift } from './plain.ts';

export const PROVIDERS = {
  generic,
  auth0,
  azuread,
  bitbucket,
  cilogon,
  github,
  gitlab,
  globus,
  google,
  openshift,
};

export type ProviderName = keyof typeof PROVIDERS;
