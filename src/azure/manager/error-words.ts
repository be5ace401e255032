/** What Azure's codes mean for a course, and what to do about each: one table. */

/** @param azure its own words, which name what it is about */
type Words = (azure: string) => string;

const LOG_IN =
  'The login at Azure has expired or is not for this subscription: log in again (`az login`), then say the same command.';
const MAY_NOT: Words = (azure) =>
  `You may not do this: ${azure} Ask an owner of the subscription or of the group for the roles Contributor and “Role Based Access Control Administrator” (the cluster is given the right to pull from the registry).`;
const TAKEN: Words = (azure) =>
  `A name is taken: ${azure} Names of registries, storage accounts, databases and vaults are the whole world’s: set another (azure.registry.name, azure.storage.account, azure.database.name, azure.keyVault.name).`;
const QUOTA: Words = (azure) =>
  `The quota is not enough: ${azure} Ask for more (portal, “Quotas”: usually minutes), or take fewer or other machines (azure.cluster.pools) or another region (azure.location).`;
const SIZE: Words = (azure) =>
  `The region does not give you this size: ${azure} Take another (azure.cluster.pools[].vmSize or zones, azure.database.sku) or another region (azure.location). \`az vm list-skus --location REGION --output table\` lists them.`;
const VERSION: Words = (azure) =>
  `This version of Kubernetes is not offered any more: ${azure} Leave azure.cluster.version out, which takes Azure’s own choice, or set one of \`az aks get-versions --location REGION\`.`;
const BUSY: Words = (azure) =>
  `Something else is being done there: ${azure} Say the same command again when it is over.`;
const REGISTER: Words = (azure) =>
  `The subscription does not have this service switched on: ${azure} \`polder azure apply\` does that where you may; else an owner says \`az provider register --namespace NAME\`.`;
const PLACE: Words = (azure) => `The region does not fit: ${azure} Set azure.location.`;

const WORDS: Readonly<Record<string, Words>> = {
  ExpiredAuthenticationToken: () => LOG_IN,
  InvalidAuthenticationToken: () => LOG_IN,
  InvalidAuthenticationTokenTenant: () => LOG_IN,
  AuthenticationFailed: () => LOG_IN,

  AuthorizationFailed: MAY_NOT,
  LinkedAuthorizationFailed: MAY_NOT,
  InvalidTemplateDeploymentAuthorization: MAY_NOT,
  RoleAssignmentUpdateNotPermitted: MAY_NOT,
  RequestDisallowedByPolicy: (azure) =>
    `A policy of your organisation forbids it: ${azure} Whoever set the policy can make an exception for the group.`,
  ScopeLocked: (azure) =>
    `A lock forbids it: ${azure} Whoever set it can take it away (portal, “Locks” of the group).`,

  MissingSubscriptionRegistration: REGISTER,
  SubscriptionNotRegistered: REGISTER,
  SubscriptionNotFound: (azure) =>
    `There is no such subscription for you: ${azure} \`az account list\` names yours; set azure.subscription.`,
  ReadOnlyDisabledSubscription: (azure) =>
    `The subscription has ended or is not paid: ${azure} Its owner can start it again in the portal.`,

  QuotaExceeded: QUOTA,
  InsufficientVCPUQuota: QUOTA,
  ErrCode_InsufficientVCPUQuota: QUOTA,
  PublicIPCountLimitReached: QUOTA,
  MaxStorageAccountsCountPerSubscriptionExceeded: QUOTA,

  StorageAccountAlreadyTaken: TAKEN,
  StorageAccountAlreadyExists: TAKEN,
  AccountNameInvalid: TAKEN,
  AlreadyInUse: TAKEN,
  AlreadyExists: TAKEN,
  RegistryNameNotAvailable: TAKEN,
  ServerNameAlreadyExists: TAKEN,
  VaultAlreadyExists: TAKEN,
  ConflictError: (azure) =>
    `A vault of this name was deleted and is kept for a while: ${azure} Set another azure.keyVault.name, or \`az keyvault recover\`.`,
  DnsRecordInUse: TAKEN,

  SkuNotAvailable: SIZE,
  NotAvailableForSubscription: SIZE,
  VMSizeNotSupported: SIZE,
  AvailabilityZoneNotSupported: SIZE,
  AllocationFailed: SIZE,
  ZonalAllocationFailed: SIZE,
  OverconstrainedAllocationRequest: SIZE,

  K8sVersionNotSupported: VERSION,
  AgentPoolK8sVersionNotSupported: VERSION,
  UnsupportedKubernetesVersion: VERSION,

  LocationNotAvailableForResourceType: PLACE,
  LocationNotAvailableForResourceGroup: PLACE,
  LocationRequired: PLACE,
  InvalidResourceGroupLocation: (azure) =>
    `The group is in another region already: ${azure} Set azure.location to that one, or azure.resourceGroup to another name.`,
  InvalidResourceLocation: (azure) =>
    `It is there already, in another region: ${azure} Set azure.location to that one, or another name.`,

  DeploymentActive: BUSY,
  AnotherOperationInProgress: BUSY,
  OperationPreempted: BUSY,
  ResourceGroupBeingDeleted: BUSY,
  ResourceGroupDeletionBlocked: BUSY,

  TooManyRequests: () => 'Azure asks for a pause: say the same command again in some minutes.',
};

/** Codes that only say that something below them went wrong. */
export const ENVELOPES: ReadonlySet<string> = new Set([
  'DeploymentFailed',
  'ResourceDeploymentFailure',
  'InvalidTemplateDeployment',
  'MultipleErrorsOccurred',
  'BadRequest',
  'Conflict',
  'PreflightValidationCheckFailed',
]);

/** What to do, or what Azure says where nobody has written that down. */
export function wordsFor(code: string, azure: string): string {
  const said = azure.trim().replace(/([^.!?])$/, '$1.');
  // The cluster's service gives one code to many things.
  if (/quota/i.test(said) && ['OperationNotAllowed', 'BadRequest', 'InvalidParameter'].includes(code))
    return QUOTA(said);
  if (code === 'OperationNotAllowed' && /in progress|not allowed.*(stopp|start|updat)ing/i.test(said))
    return BUSY(said);
  return WORDS[code]?.(said) ?? `Azure refuses: ${said === '' ? code : `${said} (${code})`}`;
}
