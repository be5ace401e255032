import type { AgreementRepository } from '../store.ts';
import type { Access } from './access.ts';
import { statement } from './statement.ts';

export class SqlAgreements implements AgreementRepository {
  readonly #access: Access;

  constructor(access: Access) {
    this.#access = access;
  }

  async agree(name: string, value: string): Promise<string> {
    return await this.#access.write(async (tx) => (await tx.first(agree, name, value))!.value);
  }

  async replace(name: string, value: string): Promise<void> {
    await this.#access.write((tx) => tx.change(replace, name, value));
  }
}

// Written also where nothing changes: the row is then seen even where another transaction has just put it there.
const agree = statement(({ db }, name: string, value: string) =>
  db
    .insertInto('agreements')
    .values({ name, value })
    .onConflict((conflict) =>
      conflict.column('name').doUpdateSet((eb) => ({ value: eb.ref('agreements.value') })),
    )
    .returning('value'),
);

const replace = statement(({ db }, name: string, value: string) =>
  db
    .insertInto('agreements')
    .values({ name, value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value })),
);
