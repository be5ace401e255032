import type { Generation } from '../config.ts';
import { type Finding, findingAt } from '../finding.ts';
import type { Values } from '../schema/values.ts';
import { readLogin } from '../settings/login.ts';
import { readProxy } from '../settings/proxy.ts';
import { readRights } from '../settings/rights.ts';
import { readSubdomainHost, subdomainHostProblem } from '../settings/subdomain-host.ts';
import { nodeAt } from '../tree.ts';
import type { Check } from './check.ts';

/** Whether what runs in one person's server can reach what others may do: whether users have domains, and that these work. */
export const checkIsolation: Check = ({ tree, values, generation }) => {
  if (values === undefined) return [];
  const said = values.hub?.config?.JupyterHub?.subdomain_host;
  const node = nodeAt(tree, ['hub', 'config', 'JupyterHub', 'subdomain_host']) ?? null;
  const found = (
    severity: Finding['severity'],
    code: string,
    message: string,
    help: string | null,
  ): Finding => findingAt(node, { code, severity, message, help });
  if (!said) {
    if (!opensOthers(values, generation)) return [];
    return [
      found(
        'note',
        'one-domain',
        'Hub and servers share one domain, and browsers keep nothing apart there: what runs in a student’s server can act on the hub as whoever opens it, an administrator or instructor too. They are warned before.',
        'Give each user a domain with `hub.config.JupyterHub.subdomain_host` (docs/isolation.md).',
      ),
    ];
  }
  const hasScheme = said.includes('://');
  const address = hasScheme ? said : `https://${said}`;
  const problem = URL.canParse(address) ? subdomainHostProblem(new URL(address)) : 'is an address';
  if (problem !== undefined) {
    const help = 'Write it like https://hub.example.org.';
    return [found('error', 'subdomain-host', `A \`subdomain_host\` ${problem}.`, help)];
  }
  const { origin, protocol, hostname } = new URL(readSubdomainHost(values)!);
  const isLocal = /(?:^|\.)localhost$/.test(hostname);
  const findings: Finding[] = [];
  if (!hasScheme)
    findings.push(
      found(
        'warning',
        'subdomain-host-scheme',
        `It does not say how browsers come to it; ${origin} is assumed.`,
        'Write https:// before it.',
      ),
    );
  if (protocol === 'http:' && !isLocal)
    findings.push(
      found(
        'warning',
        'subdomain-host-http',
        'Without https, browsers let a student’s server set cookies for the hub: it can log others in under another name, or out.',
        'Use https, with a certificate for the name and for all below it.',
      ),
    );
  if (!isLocal)
    findings.push(
      found(
        'note',
        'subdomain-host-names',
        `Every user has a domain below ${hostname}: the DNS needs \`*.${hostname}\` beside \`${hostname}\`${protocol === 'https:' ? ', and the certificate both names' : ''}.`,
        null,
      ),
    );
  return [...findings, ...hookFindings(), ...certificateFindings()];

  function hookFindings(): readonly Finding[] {
    const hook = values!.hub?.config?.JupyterHub?.subdomain_hook;
    if (hook === undefined || hook === 'idna') return [];
    return [
      findingAt(nodeAt(tree, ['hub', 'config', 'JupyterHub', 'subdomain_hook']) ?? null, {
        code: 'subdomain-hook',
        severity: 'warning',
        message: 'Domains are named as JupyterHub’s hook `idna` does, whatever this says.',
        help: 'Leave it out.',
      }),
    ];
  }

  /** Only the DNS can prove whose all names below a domain are, which the proxy does not do. */
  function certificateFindings(): readonly Finding[] {
    const { https } = readProxy(values!, generation);
    if (!https.enabled || https.type !== 'letsencrypt') return [];
    return [
      findingAt(nodeAt(tree, ['proxy', 'https']) ?? null, {
        code: 'subdomain-host-certificate',
        severity: 'warning',
        message: `Let's Encrypt gives no certificate for \`*.${hostname}\` this way: it wants a proof in the DNS.`,
        help: 'Have the certificate made elsewhere (cert-manager with DNS-01), and say `proxy.https.type: secret`.',
      }),
    ];
  }
};

/** Whether the file makes somebody of whom it is the task to open the servers of others. */
function opensOthers(values: Values, generation: Generation): boolean {
  const { login } = readLogin(values, generation);
  const opens = (scope: string) => /^(?:access|admin):servers(?:!group=|$)/.test(scope);
  return (
    [login.adminUsers, login.adminMemberships, login.instructors].some((names) => names.length > 0) ||
    readRights(values).roles.some(
      ({ scopes, users, groups }) => scopes.some(opens) && users.length + groups.length > 0,
    )
  );
}
