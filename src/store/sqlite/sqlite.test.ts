import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';
import { storeConformance } from '../conformance.ts';
import { openSqliteStore } from './sqlite-store.ts';

describe('SQLite is a store', () => {
  storeConformance(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'store-'));
    return {
      open: () => openSqliteStore(join(folder, 'store.sqlite')),
      async [Symbol.asyncDispose]() {
        rmSync(folder, { recursive: true });
      },
    };
  });
});
