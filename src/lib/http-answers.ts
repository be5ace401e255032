import { request } from './node-http.ts';

const TIMEOUT_MS = 2_000;

/**
 * Whether something at this URL answers HTTP. Any answer counts but 502 to 504, by which something in front says that
 * what is behind it does not answer yet. Never throws.
 */
export function answersHttp(url: string, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = request(url, { method: 'GET', agent: false, signal, timeout: TIMEOUT_MS }, (response) => {
      response.destroy();
      const { statusCode = 0 } = response;
      resolve(statusCode < 502 || statusCode > 504);
    });
    probe.on('timeout', () => probe.destroy());
    probe.on('error', () => resolve(false));
    probe.on('close', () => resolve(false));
    probe.end();
  });
}
