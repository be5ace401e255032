import type { AuthStateRepository } from '../store.ts';
import type { Access } from './access.ts';
import { statement } from './statement.ts';

export class SqlAuthStates implements AuthStateRepository {
  readonly #access: Access;

  constructor(access: Access) {
    this.#access = access;
  }

  async get(userId: number): Promise<string | undefined> {
    return (await this.#access.reads.first(ofUser, userId))?.sealed;
  }

  async put(userId: number, sealed: string): Promise<void> {
    await this.#access.write((tx) => tx.change(put, userId, sealed));
  }

  async delete(userId: number): Promise<boolean> {
    return await this.#access.write(async (tx) => (await tx.change(remove, userId)) > 0);
  }
}

const ofUser = statement(({ db }, userId: number) =>
  db.selectFrom('auth_states').select('sealed').where('user_id', '=', userId),
);

const put = statement(({ db }, userId: number, sealed: string) =>
  db
    .insertInto('auth_states')
    .values({ user_id: userId, sealed })
    .onConflict((conflict) => conflict.column('user_id').doUpdateSet({ sealed })),
);

const remove = statement(({ db }, userId: number) =>
  db.deleteFrom('auth_states').where('user_id', '=', userId),
);
