import { test } from 'vitest';
import { HUBS } from './hub.ts';

/**
 * A test of what is true for proxies that follow the hub that answers. Where several hubs take turns there is none of it:
 * the same test with one hub has said all.
 */
export function itWithOneHub(name: string, run: () => Promise<void>): void {
  if (HUBS === 1) test(name, run);
}
