import { storeConformance } from '../conformance.ts';
import { describeOnPostgres, makePostgresDatabase } from './test-server.ts';

describeOnPostgres('PostgreSQL is a store', () => {
  storeConformance(() => makePostgresDatabase());
});
