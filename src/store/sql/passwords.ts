import type { PasswordAccount } from '../../domain/password.ts';
import type { PasswordRepository } from '../store.ts';
import type { Access } from './access.ts';
import { toDate, toMilliseconds } from './columns.ts';
import { statement } from './statement.ts';
import type { PasswordRow } from './tables.ts';

export class SqlPasswords implements PasswordRepository {
  readonly #access: Access;

  constructor(access: Access) {
    this.#access = access;
  }

  async get(name: string): Promise<PasswordAccount | undefined> {
    const row = await this.#access.reads.first(byName, name);
    return row && toAccount(row);
  }

  async list(): Promise<readonly PasswordAccount[]> {
    return (await this.#access.reads.all(all)).map(toAccount);
  }

  async insert(account: PasswordAccount): Promise<boolean> {
    return await this.#access.write(async (tx) => {
      const { rows } = await tx.execute(
        tx.db
          .insertInto('passwords')
          .values(toRow(account))
          .onConflict((conflict) => conflict.column('name').doNothing())
          .returning('name'),
      );
      return rows.length > 0;
    });
  }

  async setHash(name: string, hash: string, at: Date): Promise<boolean> {
    return await this.#access.write(
      async (tx) => (await tx.change(setHash, name, hash, toMilliseconds(at))) > 0,
    );
  }

  async approve(name: string): Promise<boolean> {
    return await this.#access.write(async (tx) => (await tx.change(approve, name)) > 0);
  }

  async delete(name: string): Promise<boolean> {
    return await this.#access.write(async (tx) => (await tx.change(removePassword, name)) > 0);
  }
}

function toAccount(row: PasswordRow): PasswordAccount {
  return {
    name: row.name,
    hash: row.hash,
    approved: row.approved === 1,
    email: row.email,
    createdAt: toDate(row.created_at),
    changedAt: toDate(row.changed_at),
  };
}

function toRow(account: PasswordAccount): PasswordRow {
  return {
    name: account.name,
    hash: account.hash,
    approved: account.approved ? 1 : 0,
    email: account.email,
    created_at: toMilliseconds(account.createdAt),
    changed_at: toMilliseconds(account.changedAt),
  };
}

const byName = statement(({ db }, name: string) =>
  db.selectFrom('passwords').selectAll().where('name', '=', name),
);

const all = statement(({ db }) => db.selectFrom('passwords').selectAll().orderBy('name'));

const setHash = statement(({ db }, name: string, hash: string, at: number) =>
  db.updateTable('passwords').set({ hash, changed_at: at }).where('name', '=', name),
);

const approve = statement(({ db }, name: string) =>
  db.updateTable('passwords').set({ approved: 1 }).where('name', '=', name),
);

/** With the user of that name. */
export const removePassword = statement(({ db }, name: string) =>
  db.deleteFrom('passwords').where('name', '=', name),
);

/** With the user of that name. */
export const renamePassword = statement(({ db }, from: string, to: string) =>
  db.updateTable('passwords').set({ name: to }).where('name', '=', from),
);
