/** The same by hand, as a script that reads well: for people whose IT department runs it. */
import type { AzureCourse } from '../course.ts';
import { DATABASE, DATABASE_ACCOUNT } from '../resources/database.ts';
import { templateOf } from '../template.ts';
import { ACCOUNT_SECRET, NAMESPACE, shareVolumesOf } from './share-volumes.ts';

const RELEASE = 'jhub';

/** Of zero-to-jupyterhub, as `values.yaml` is written for it. */
const CHART_VERSION = '4.4.0';

/** To be run in the folder that it is in. No secret is in it, or on a command line of its. */
export function commandsOf(course: AzureCourse): string {
  const sections = [
    HEAD,
    subscriptionStep(course),
    infrastructureStep(course),
    clusterStep(course),
    ...databaseStep(course),
    ...sharesStep(course),
    ...imageStep(course),
    chartStep(),
    undoNote(course),
  ];
  return `${numbered(sections).join('\n\n')}\n`;
}

const HEAD = `#!/bin/sh
# From an empty subscription to a running course: az, kubectl and helm, logged in with \`az login\`.
# Every step can be repeated. Read it first.
set -eu
cd "$(dirname "$0")"`;

function subscriptionStep(course: AzureCourse): string {
  const { azure } = course;
  return [
    ...(azure.subscription === null
      ? ['# N. The subscription is the one that `az account show` names.']
      : ['# N. The subscription.', `az account set --subscription ${quote(azure.subscription)}`]),
    `for provider in ${providersOf(course).join(' ')}; do`,
    '  az provider register --namespace "$provider" --wait',
    'done',
  ].join('\n');
}

/** What a new subscription may not have switched on. */
function providersOf(course: AzureCourse): readonly string[] {
  const made = templateOf(course).resources.map(({ type }) => type.split('/')[0]!);
  // The cluster's add-on for policies needs one more.
  return [...new Set([...made, 'Microsoft.PolicyInsights'])].sort();
}

function infrastructureStep(course: AzureCourse): string {
  const { azure } = course;
  const group = quote(azure.resourceGroup);
  const asks = 'databasePassword' in templateOf(course).parameters;
  const deployment = `--resource-group ${group} --name course \\\n  --template-file template.json --parameters @parameters.json`;
  return [
    '# N. What the template describes. The first command only shows what would change.',
    ...(asks ? ['#    Both ask for the password of the database; give the same one each time.'] : []),
    `az group create --name ${group} --location ${quote(azure.location)}`,
    `az deployment group what-if ${deployment}`,
    `az deployment group create ${deployment}`,
  ].join('\n');
}

function clusterStep({ azure }: AzureCourse): string {
  return [
    '# N. The cluster, and the namespace that everything of the course is in.',
    `az aks get-credentials --resource-group ${quote(azure.resourceGroup)} --name ${quote(azure.cluster.name)}`,
    ...(azure.cluster.administrators.length === 0 ? [] : ['kubelogin convert-kubeconfig --login azurecli']),
    `kubectl create namespace ${NAMESPACE} --dry-run=client -o yaml | kubectl apply -f -`,
  ].join('\n');
}

function databaseStep({ azure }: AzureCourse): readonly string[] {
  if (azure.database === null) return [];
  const group = quote(azure.resourceGroup);
  return [
    [
      "# N. The cluster's address, and no other, may reach the database. In your config.yaml it is hub.db.url:",
      `#    postgresql://${DATABASE_ACCOUNT}:PASSWORD@${azure.database.name}.postgres.database.azure.com/${DATABASE}?sslmode=require`,
      `address_id=$(az aks show --resource-group ${group} --name ${quote(azure.cluster.name)} \\`,
      "  --query 'networkProfile.loadBalancerProfile.effectiveOutboundIPs[0].id' --output tsv)",
      'address=$(az network public-ip show --ids "$address_id" --query ipAddress --output tsv)',
      `server_id=$(az resource show --resource-group ${group} --name ${quote(azure.database.name)} \\`,
      '  --resource-type Microsoft.DBforPostgreSQL/flexibleServers --query id --output tsv)',
      'az rest --method put --url "$server_id/firewallRules/cluster?api-version=2025-08-01" \\',
      '  --body "{\\"properties\\": {\\"startIpAddress\\": \\"$address\\", \\"endIpAddress\\": \\"$address\\"}}"',
    ].join('\n'),
  ];
}

function sharesStep(course: AzureCourse): readonly string[] {
  const volumes = shareVolumesOf(course);
  if (volumes.length === 0) return [];
  const account = quote(course.azure.storage.account);
  const uploads = course.notebooks.shares.flatMap(({ source, share }) =>
    source === null
      ? []
      : [
          `# From the folder of your config.yaml; leave .git out of it.`,
          comment`az storage file upload-batch --account-name ${account} --destination ${quote(share)} --source ${quote(source)}`,
        ],
  );
  return [
    [
      "# N. Shares: the account's key, in the namespace that servers are in, and a volume and a claim for each.",
      '#    The key travels through a pipe and the environment, never as an argument.',
      `AZURE_STORAGE_KEY=$(az storage account keys list --resource-group ${quote(course.azure.resourceGroup)} --account-name ${account} \\`,
      "  --query '[0].value' --output tsv)",
      'export AZURE_STORAGE_KEY',
      `printf %s "$AZURE_STORAGE_KEY" | kubectl create secret generic ${ACCOUNT_SECRET} --namespace ${NAMESPACE} \\`,
      `  --from-literal=azurestorageaccountname=${account} --from-file=azurestorageaccountkey=/dev/stdin \\`,
      '  --dry-run=client -o yaml | kubectl apply -f -',
      'kubectl apply -f shares.yaml',
      ...uploads,
    ].join('\n'),
  ];
}

/** The image that the values name, under that name and tag: no other can be pushed from here. */
function imageStep({ azure, servers }: AzureCourse): readonly string[] {
  const { image, dockerfile } = servers;
  const registry = `${azure.registry.name.toLowerCase()}.azurecr.io`;
  if (image === null || !image.name.startsWith(`${registry}/`)) {
    return [
      [
        comment`N. Servers run ${image === null ? "the chart's own image" : `${image.name}:${image.tag}`}.`,
        `#    For one in the course's registry, set singleuser.image.name to ${registry}/NAME and export again.`,
      ].join('\n'),
    ];
  }
  const name = `${image.name.slice(registry.length + 1)}:${image.tag}`;
  return [
    [
      '# N. The image, built in the registry from the folder that has its Dockerfile: put that folder’s path here.',
      comment`az acr build --registry ${quote(azure.registry.name)} --image ${quote(name)} --file ${quote(dockerfile ?? 'Dockerfile')} FOLDER`,
    ].join('\n'),
  ];
}

function chartStep(): string {
  return [
    '# N. The hub. values.yaml holds what your config.yaml holds, passwords too: keep it closed to others.',
    'helm repo add jupyterhub https://hub.jupyter.org/helm-chart/',
    `helm upgrade --install ${RELEASE} jupyterhub/jupyterhub --version ${CHART_VERSION} --namespace ${NAMESPACE} \\`,
    '  --values values.yaml --values values-azure.yaml --wait --timeout 15m',
    `kubectl get service proxy-public --namespace ${NAMESPACE}`,
  ].join('\n');
}

function undoNote({ azure }: AzureCourse): string {
  return [
    '# To undo all of it, with every student’s files:',
    `# az group delete --name ${quote(azure.resourceGroup)}`,
  ].join('\n');
}

/** Each section that begins with `# N.` with its number. */
function numbered(sections: readonly string[]): readonly string[] {
  let number = 0;
  return sections.map((section) => section.replace(/^# N\./, () => `# ${++number}.`));
}

/** A line that stays one, whatever stands in it. */
function comment(parts: TemplateStringsArray, ...texts: readonly string[]): string {
  return `# ${String.raw({ raw: parts }, ...texts).replace(/\p{Cc}/gu, ' ')}`;
}

/** As one word of a shell's. */
function quote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
