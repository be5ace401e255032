import { text } from 'node:stream/consumers';
import { request } from './node-http.ts';

/** What a URL answers, parsed. @throws where it answers anything but 200 with JSON, or not in time. */
export function getJson(
  url: string,
  options: { readonly headers: Readonly<Record<string, string>>; readonly timeoutMs: number },
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(options.timeoutMs);
    const question = request(url, { agent: false, headers: options.headers, signal }, (answer) => {
      text(answer)
        .then((body) => {
          if (answer.statusCode !== 200) throw new Error(`${url} answered ${answer.statusCode}`);
          resolve(JSON.parse(body));
        })
        .catch(reject);
    });
    question.once('error', reject);
    question.end();
  });
}
