import type { Announcement } from '../../domain/announcement.ts';
import type { AnnouncementRepository } from '../store.ts';
import type { Access } from './access.ts';
import { toDate, toMilliseconds } from './columns.ts';
import { statement } from './statement.ts';
import type { AnnouncementRow } from './tables.ts';

export class SqlAnnouncements implements AnnouncementRepository {
  readonly #access: Access;

  constructor(access: Access) {
    this.#access = access;
  }

  async list(): Promise<readonly Announcement[]> {
    return (await this.#access.reads.all(current)).map(toAnnouncement);
  }

  async insert(announcement: Announcement): Promise<void> {
    await this.#access.write((tx) =>
      tx.execute(tx.db.insertInto('announcements').values(toRow(announcement))),
    );
  }

  async delete(id: string): Promise<boolean> {
    return await this.#access.write(async (tx) => (await tx.change(remove, id)) > 0);
  }

  async deleteExpired(): Promise<number> {
    return await this.#access.write((tx) => tx.change(removeExpired));
  }
}

function toAnnouncement(row: AnnouncementRow): Announcement {
  return {
    id: row.id,
    text: row.text,
    group: row.group_name,
    by: row.by,
    at: toDate(row.at),
    endsAt: toDate(row.ends_at),
  };
}

function toRow(announcement: Announcement): AnnouncementRow {
  return {
    id: announcement.id,
    text: announcement.text,
    group_name: announcement.group,
    by: announcement.by,
    at: toMilliseconds(announcement.at),
    ends_at: toMilliseconds(announcement.endsAt),
  };
}

const current = statement(({ db, clock }) =>
  db.selectFrom('announcements').selectAll().where('ends_at', '>', clock).orderBy('at', 'desc').orderBy('id'),
);

const remove = statement(({ db }, id: string) => db.deleteFrom('announcements').where('id', '=', id));

const removeExpired = statement(({ db, clock }) =>
  db.deleteFrom('announcements').where('ends_at', '<=', clock),
);
