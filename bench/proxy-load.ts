/**
 * Clients for the proxies under measurement: `node bench/proxy-load.ts JSON` keeps connections busy for a while, each
 * with one request (or one WebSocket message) at a time, and sends its parent what it counted.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface Load {
  readonly port: number;
  readonly connections: number;
  readonly seconds: number;
  readonly routes: number;
  /** `echo`: WebSocket messages of 64 bytes; else requests for this below each route's prefix. */
  readonly what: 'small' | 'large' | 'echo';
}

export interface LoadCounts {
  readonly count: number;
  readonly errors: number;
}

/** Head lines as a browser sends them. */
export const browserLines = [
  'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  'Accept: application/json, text/plain, */*',
  'Accept-Language: en-GB,en;q=0.9',
  'Accept-Encoding: gzip, deflate, br',
  'Referer: https://hub.example.org/user/anna/lab/tree/notebooks',
  'Sec-Fetch-Site: same-origin',
  'Sec-Fetch-Mode: cors',
  'Connection: keep-alive',
  'Cookie: _xsrf=2|deadbeef|0123456789abcdef0123456789abcdef|1700000000; session=0123456789abcdef0123456789abcdef',
  'X-XSRFToken: 2|deadbeef|0123456789abcdef0123456789abcdef|1700000000',
];

// A text frame of 64 bytes, masked with zeros.
const frame = Buffer.concat([Buffer.from([0x81, 0x80 | 64, 0, 0, 0, 0]), Buffer.alloc(64, 'x')]);

async function run(load: Load): Promise<LoadCounts> {
  const counts = { count: 0, errors: 0 };
  const sockets = Array.from({ length: load.connections }, () => connect(load.port, '127.0.0.1'));
  for (const socket of sockets) {
    socket.setNoDelay();
    socket.on('error', () => {
      counts.errors += 1;
    });
    if (load.what === 'echo') keepEchoing(socket, load, counts);
    else keepAsking(socket, load, counts);
  }
  const timer = Promise.withResolvers<void>();
  setTimeout(timer.resolve, load.seconds * 1000);
  await timer.promise;
  for (const socket of sockets) {
    socket.removeAllListeners('error').on('error', () => undefined);
    socket.destroy();
  }
  return counts;
}

function requestLine({ routes, what }: Load): string {
  return `GET /user/u${Math.floor(Math.random() * routes)}/${what} HTTP/1.1\r\nHost: hub.example.org\r\n`;
}

function keepAsking(socket: Socket, load: Load, counts: { count: number; errors: number }): void {
  const ask = () => socket.write(`${requestLine(load)}${browserLines.join('\r\n')}\r\n\r\n`);
  let head = '';
  let missing = 0;
  socket.on('data', (bytes) => {
    if (missing > 0) missing -= bytes.length;
    else {
      head += bytes.toString('latin1');
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) return;
      if (!head.startsWith('HTTP/1.1 200')) counts.errors += 1;
      missing = Number(/content-length: (\d+)/i.exec(head)?.[1]) - (head.length - end - 4);
      head = '';
    }
    if (missing > 0) return;
    counts.count += 1;
    ask();
  });
  ask();
}

function keepEchoing(socket: Socket, load: Load, counts: { count: number; errors: number }): void {
  let switched = false;
  let missing = 0;
  socket.on('data', (bytes) => {
    if (switched) missing -= bytes.length;
    else if (!bytes.toString('latin1').startsWith('HTTP/1.1 101')) counts.errors += 1;
    if (missing > 0) return;
    if (switched) counts.count += 1;
    switched = true;
    missing = frame.length;
    socket.write(frame);
  });
  socket.write(
    `${requestLine(load)}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n` +
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  );
}

if (import.meta.main) {
  process.send?.(await run(JSON.parse(process.argv[2]!)));
  if (process.send !== undefined) await once(process, 'disconnect');
}
