import { request } from 'node:http';

const TIMEOUT_MS = 2_000;

/** Whether something at this URL answers HTTP, whatever it answers. Never throws. */
export function answersHttp(url: string, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = request(url, { method: 'GET', agent: false, signal, timeout: TIMEOUT_MS }, (response) => {
      response.destroy();
      resolve(true);
    });
    probe.on('timeout', () => probe.destroy());
    probe.on('error', () => resolve(false));
    probe.on('close', () => resolve(false));
    probe.end();
  });
}
