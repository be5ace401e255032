/** The services of the course: as the file declares them, and nowhere else. */
import type { Service } from '../domain/service.ts';
import { hashSecret } from '../lib/secret.ts';

export class Services {
  readonly #byName: ReadonlyMap<string, Service>;
  readonly #byClient: ReadonlyMap<string, Service>;
  readonly #byTokenHash: ReadonlyMap<string, Service>;
  readonly #pidOf: (name: string) => number | null;

  constructor(parts: {
    readonly services: readonly Service[];
    /** By name. */
    readonly tokens: ReadonlyMap<string, string>;
    /** The process of one that the hub started; null: none runs now. */
    readonly pidOf: (name: string) => number | null;
  }) {
    const { services, tokens } = parts;
    this.#byName = new Map(services.map((service) => [service.name, service]));
    this.#byClient = new Map(services.map((service) => [service.oauth.clientId, service]));
    this.#byTokenHash = new Map(
      services.flatMap((service) => {
        const token = tokens.get(service.name);
        return token === undefined ? [] : [[hashSecret(token), service] as const];
      }),
    );
    this.#pidOf = parts.pidOf;
  }

  /** In order of the file. */
  list(): readonly Service[] {
    return [...this.#byName.values()];
  }

  get(name: string): Service | undefined {
    return this.#byName.get(name);
  }

  byOAuthClient(clientId: string): Service | undefined {
    return this.#byClient.get(clientId);
  }

  /** @param hash of the secret that a request shows, as `hashSecret` makes it */
  byTokenHash(hash: string): Service | undefined {
    return this.#byTokenHash.get(hash);
  }

  /** Null where it runs elsewhere, or not at all just now. */
  pidOf(service: Service): number | null {
    return service.command === null ? null : this.#pidOf(service.name);
  }
}
