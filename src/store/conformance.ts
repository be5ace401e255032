import { describe } from 'vitest';
import { agreementsConformance } from './conformance/agreements.ts';
import { announcementsConformance } from './conformance/announcements.ts';
import { authStatesConformance } from './conformance/auth-states.ts';
import { backupConformance } from './conformance/backup.ts';
import { concurrencyConformance } from './conformance/concurrency.ts';
import { groupsConformance } from './conformance/groups.ts';
import { passwordsConformance } from './conformance/passwords.ts';
import { progressConformance } from './conformance/progress.ts';
import { routesConformance } from './conformance/routes.ts';
import { serversConformance } from './conformance/servers.ts';
import { sessionsConformance } from './conformance/sessions.ts';
import { sharesConformance } from './conformance/shares.ts';
import { storeTest, type TestDatabase } from './conformance/store-test.ts';
import { throttlesConformance } from './conformance/throttles.ts';
import { tokensConformance } from './conformance/tokens.ts';
import { transactionsConformance } from './conformance/transactions.ts';
import { usersConformance } from './conformance/users.ts';

/**
 * What every store does, whatever its database. Declares the tests; each runs on a database of its own.
 *
 * @param makeDatabase gives a new, empty database.
 */
export function storeConformance(makeDatabase: () => Promise<TestDatabase>): void {
  const test = storeTest(makeDatabase);
  describe('users', () => usersConformance(test));
  describe('groups', () => groupsConformance(test));
  describe('servers', () => serversConformance(test));
  describe('shares', () => sharesConformance(test));
  describe('routes', () => routesConformance(test));
  describe('tokens', () => tokensConformance(test));
  describe('sessions and OAuth codes', () => sessionsConformance(test));
  describe('announcements', () => announcementsConformance(test));
  describe('what logins leave behind', () => authStatesConformance(test));
  describe('passwords', () => passwordsConformance(test));
  describe('progress', () => progressConformance(test));
  describe('throttles', () => throttlesConformance(test));
  describe('agreements', () => agreementsConformance(test));
  describe('dump and restore', () => backupConformance(test));
  describe('transactions', () => transactionsConformance(test));
  describe('at the same time', () => concurrencyConformance(test));
}
