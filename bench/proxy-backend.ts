/**
 * What stands behind the proxies under measurement: servers that answer from memory, on as many ports as asked for.
 * `node bench/proxy-backend.ts COUNT` sends its ports to its parent. A path that ends in `/large` gets 100 kB, one in
 * `/echo` a WebSocket that sends back what it gets, all others 64 bytes.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

const head = (length: number) =>
  `HTTP/1.1 200 OK\r\nServer: TornadoServer/6.5\r\nContent-Type: application/json\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\nContent-Length: ${length}\r\n\r\n`;
const small = Buffer.from(head(64) + 'x'.repeat(64));
const large = Buffer.from(head(100_000) + 'x'.repeat(100_000));
const switched = Buffer.from(
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
);

function serve(socket: Socket): void {
  let echoes = false;
  socket.on('error', () => undefined);
  socket.on('data', (bytes) => {
    if (echoes) {
      socket.write(bytes);
      return;
    }
    const text = bytes.toString('latin1');
    if (text.includes('/echo HTTP/')) {
      echoes = true;
      socket.write(switched);
      return;
    }
    // Heads come whole, several at once if the proxy sends them so.
    for (let at = text.indexOf('\r\n\r\n'); at >= 0; at = text.indexOf('\r\n\r\n', at + 4))
      socket.write(text.includes('/large HTTP/') ? large : small);
  });
}

const servers = Array.from({ length: Number(process.argv[2]) }, () =>
  createServer({ noDelay: true }, serve).listen(0, '127.0.0.1'),
);
await Promise.all(servers.map((server) => once(server, 'listening')));
process.send?.(servers.map((server) => (server.address() as AddressInfo).port));
process.once('disconnect', () => process.exit());
