/** The config as it is in effect: `src/http/api/settings.ts`. */
import { request } from './request.ts';

export interface Settings {
  readonly changedFiles: readonly string[];
  readonly values: readonly Value[];
  readonly findings: readonly Finding[];
}

export interface Value {
  readonly key: string;
  /** As JSON; `…` where it is a secret. */
  readonly value: string;
  readonly origin: string;
  /** Whether a file says it, and it is no default. */
  readonly said: boolean;
}

export interface Finding {
  readonly code: string;
  readonly severity: 'error' | 'warning' | 'note';
  readonly where: string;
  readonly message: string;
  readonly help: string | null;
}

export function readSettings(signal: AbortSignal): Promise<Settings> {
  return request('/settings', { signal });
}
