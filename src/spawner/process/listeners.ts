import { readFile } from 'node:fs/promises';

/**
 * The numeric users whose programs listen on a TCP port of this machine; empty where nobody does, null where the
 * system does not tell.
 *
 * Source: Linux Documentation/networking/proc_net_tcp.rst
 */
export async function listeningUsers(port: number): Promise<ReadonlySet<number> | null> {
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((file) => readFile(file, 'latin1').catch(() => null)),
  );
  if (tables[0] === null) return null;
  const localPort = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const users = new Set<number>();
  for (const line of tables.join('\n').split('\n')) {
    const fields = line.trim().split(/ +/);
    if (fields[1]?.endsWith(localPort) && fields[3] === listenState) users.add(Number(fields[7]));
  }
  return users;
}

const listenState = '0A';
