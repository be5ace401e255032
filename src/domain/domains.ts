/**
 * Domains of their own for each user and each service, below the hub's (JupyterHub's `subdomain_host`). Browsers keep the
 * pages of different domains apart, and of one domain not: there, what runs in somebody's server may do on the hub
 * whatever the person may who opens it.
 */
import { domainLabel } from './domain-label.ts';

export class Domains {
  /** Where the hub is: `https://hub.example.org`. */
  readonly hub: string;
  readonly #url: URL;

  /** @param hub scheme, host and port, as browsers see them */
  constructor(hub: string) {
    this.#url = new URL(hub);
    this.hub = this.#url.origin;
  }

  /** Of the hub, without a port; those of users and services end with a dot and this. */
  get hubHost(): string {
    return this.#url.hostname;
  }

  /** What matches the origins of all users and services, for a content security policy. */
  get below(): string {
    return `${this.#url.protocol}//*.${this.#url.host}`;
  }

  /** Whether browsers take the way to the hub for safe, and so keep cookies that are marked as only for it. */
  get isSecure(): boolean {
    return this.isEncrypted || /(?:^|\.)localhost$/.test(this.hubHost);
  }

  get isEncrypted(): boolean {
    return this.#url.protocol === 'https:';
  }

  hostOfUser(name: string): string {
    return `${domainLabel(name, 'user')}.${this.hubHost}`;
  }

  hostOfService(name: string): string {
    return `${domainLabel(name, 'service')}.${this.hubHost}`;
  }

  originOfUser(name: string): string {
    return this.#originOf(this.hostOfUser(name));
  }

  originOfService(name: string): string {
    return this.#originOf(this.hostOfService(name));
  }

  /** Whether a request for this host (with or without a port) is one for the hub itself. */
  isHub(host: string): boolean {
    return host.replace(/:\d*$/, '').toLowerCase() === this.hubHost;
  }

  /** Whether this origin is the hub's, or one of a user or service. */
  has(origin: string): boolean {
    if (!URL.canParse(origin)) return false;
    const { protocol, hostname, port } = new URL(origin);
    if (protocol !== this.#url.protocol || port !== this.#url.port) return false;
    return hostname === this.hubHost || hostname.endsWith(`.${this.hubHost}`);
  }

  #originOf(host: string): string {
    const { protocol, port } = this.#url;
    return `${protocol}//${host}${port === '' ? '' : `:${port}`}`;
  }
}
