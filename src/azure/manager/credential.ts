/** Who asks Azure: found as Azure's own programs find it, and said where nobody is found. */
import type { TokenCredential } from '@azure/identity';
import { HubError } from '../../domain/errors.ts';

export const LOGINS = [
  'service-principal',
  'workload-identity',
  'managed-identity',
  'cli',
  'device-code',
] as const;

export type Login = (typeof LOGINS)[number];

export interface LoginOptions {
  readonly environment: NodeJS.ProcessEnv;
  /** Shows a person what to do to log in; null: nobody is there. */
  readonly ask: ((words: string) => void) | null;
  /** Whether there is an `az` in PATH. */
  readonly hasCli: boolean;
}

/**
 * The one way that fits where we are, in place of all of them in turn: what is wrong with it can be said then.
 * @throws HubError where there is none
 */
export function chooseLogin({ environment, ask, hasCli }: LoginOptions): Login {
  const { AZURE_CLIENT_ID, AZURE_TENANT_ID, AZURE_CLIENT_SECRET, AZURE_CLIENT_CERTIFICATE_PATH } =
    environment;
  if (AZURE_CLIENT_ID && AZURE_TENANT_ID) {
    if (AZURE_CLIENT_SECRET || AZURE_CLIENT_CERTIFICATE_PATH) return 'service-principal';
    if (environment.AZURE_FEDERATED_TOKEN_FILE) return 'workload-identity';
  }
  if (environment.IDENTITY_ENDPOINT || environment.MSI_ENDPOINT) return 'managed-identity';
  if (hasCli) return 'cli';
  if (ask !== null) return 'device-code';
  throw new HubError(
    'unauthenticated',
    [
      'Nobody is logged in to Azure here. One of these does it:',
      "  Azure's own program: `az login`;",
      '  a service principal: AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET (or AZURE_CLIENT_CERTIFICATE_PATH) in the environment;',
      '  a machine in Azure with an identity: --login managed-identity;',
      '  a browser anywhere: --login device-code, in a terminal.',
    ].join('\n'),
  );
}

/** @param ask shows a person what to do */
export async function openCredential(
  login: Login,
  { environment, ask }: Omit<LoginOptions, 'hasCli'>,
): Promise<TokenCredential> {
  const identity = await import('@azure/identity');
  const known = authorityOf(environment);
  switch (login) {
    case 'service-principal':
      return new identity.EnvironmentCredential(known);
    case 'workload-identity':
      return new identity.WorkloadIdentityCredential(known);
    case 'managed-identity':
      return new identity.ManagedIdentityCredential(
        environment.AZURE_CLIENT_ID ? { clientId: environment.AZURE_CLIENT_ID } : {},
      );
    case 'cli':
      return new identity.AzureCliCredential();
    case 'device-code':
      return new identity.DeviceCodeCredential({
        ...known,
        ...(environment.AZURE_TENANT_ID && { tenantId: environment.AZURE_TENANT_ID }),
        userPromptCallback: ({ message }) => ask?.(message),
      });
  }
}

/** Of clouds that Microsoft does not run, none of its servers knows: they would be asked first otherwise. */
function authorityOf({ AZURE_AUTHORITY_HOST }: NodeJS.ProcessEnv): {
  readonly disableInstanceDiscovery: boolean;
} {
  const isOther =
    AZURE_AUTHORITY_HOST !== undefined &&
    !/^https:\/\/login\.(microsoftonline\.(com|us)|partner\.microsoftonline\.cn|chinacloudapi\.cn)\/?$/.test(
      AZURE_AUTHORITY_HOST,
    );
  return { disableInstanceDiscovery: isOther };
}
