import { STATUS_CODES } from '../lib/node-http.ts';

export interface LocalResponseOptions {
  readonly body?: Buffer;
  /** Header lines beside those of the length and the connection. */
  readonly headers?: { readonly [name: string]: string };
  readonly close?: boolean;
  /** The client speaks HTTP/1.0 and has to be told that the connection stays open. */
  readonly http10?: boolean;
  /** It answers HEAD: the length is told, the body is not sent. */
  readonly toHead?: boolean;
}

/** The bytes of a response that the proxy gives itself; without a body it is its status in words. */
export function localResponse(status: number, options: LocalResponseOptions = {}): Buffer {
  const phrase = STATUS_CODES[status] ?? 'Error';
  const body = options.body ?? Buffer.from(`${phrase}\n`);
  const headers = options.headers ?? { 'Content-Type': 'text/plain; charset=utf-8' };
  let head = `HTTP/1.1 ${status} ${phrase}\r\n`;
  for (const [name, value] of Object.entries(headers)) head += `${name}: ${value}\r\n`;
  head += `Content-Length: ${body.length}\r\n`;
  if (options.close) head += 'Connection: close\r\n';
  else if (options.http10) head += 'Connection: keep-alive\r\n';
  const start = Buffer.from(`${head}\r\n`, 'latin1');
  return options.toHead ? start : Buffer.concat([start, body]);
}
