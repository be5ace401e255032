/**
 * Makes durable what SQLite has committed, without stopping this process meanwhile: SQLite itself waits for the disk
 * within the call, which may take long where others use the disk too. With `synchronous = normal` it waits only where
 * that keeps the database whole; that what was acknowledged survives a power cut is seen to here, by a sync of the
 * write-ahead log for each commit, and the log is brought into the database by another thread.
 *
 * No program holds locks on the log, so that opening and closing it ends nobody's.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import { HubError } from '../../domain/errors.ts';

/** After so much was committed the log is brought into the database. */
const CHECKPOINT_COMMITS = 1_000;

const CHECKPOINTER = `
const { parentPort, workerData } = require('node:worker_threads');
const { DatabaseSync } = require('node:sqlite');
parentPort.on('message', () => {
  const database = new DatabaseSync(workerData);
  try {
    database.exec('pragma busy_timeout = 200; pragma wal_checkpoint(passive)');
  } finally {
    database.close();
  }
  parentPort.postMessage('done');
});
`;

export class SqliteJournal {
  readonly #file: string;
  #log: FileHandle | undefined;
  /** Which opening of the database `#log` belongs to: what is opened anew may have a new log. */
  #opening = -1;
  #commits = 0;
  #checkpoint: Promise<void> | undefined;

  /** @param file of the database */
  constructor(file: string) {
    this.#file = file;
  }

  /**
   * Resolves when what was committed is on the disk. Called for one commit after the other.
   * @param opening which opening of the database committed it
   * @throws HubError `unavailable`
   */
  async sync(opening: number): Promise<void> {
    this.#commits += 1;
    if (this.#commits >= CHECKPOINT_COMMITS && this.#checkpoint === undefined) {
      this.#commits = 0;
      this.#checkpoint = this.#bringIn().finally(() => {
        this.#checkpoint = undefined;
      });
    }
    try {
      if (this.#log === undefined || this.#opening !== opening) {
        await this.#log?.close();
        this.#log = undefined;
        this.#log = await open(`${this.#file}-wal`, 'r');
        this.#opening = opening;
      }
      await this.#log.datasync();
    } catch (cause) {
      throw new HubError(
        'unavailable',
        'The disk that holds the database does not answer as it should. Check the disk, then try again.',
        { cause, detail: this.#file },
      );
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#checkpoint;
    await this.#log?.close();
    this.#log = undefined;
  }

  /** Where it fails the log grows, and the next time it is tried again. */
  async #bringIn(): Promise<void> {
    const worker = new Worker(CHECKPOINTER, { eval: true, workerData: this.#file });
    await new Promise((resolve) => {
      worker.once('message', resolve);
      worker.once('error', resolve);
      worker.postMessage('begin');
    });
    await worker.terminate();
  }
}
