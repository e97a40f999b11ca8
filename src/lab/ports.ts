/** Free ports on loopback, found by binding them all at once, so that no two of one plane are the same. */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { LOOPBACK } from './components/layout.ts';

/**
 * A free port for each name. Nothing holds them afterwards: who starts a process on one must be ready to find it
 * taken, and pick again.
 */
export async function freePorts<Name extends string>(names: readonly Name[]): Promise<Readonly<Record<Name, number>>> {
  const servers = names.map(() => createServer());
  try {
    const ports: number[] = [];
    for (const server of servers) {
      server.listen({ host: LOOPBACK, port: 0, exclusive: true });
      await once(server, 'listening');
      ports.push((server.address() as AddressInfo).port);
    }
    return Object.fromEntries(names.map((name, index) => [name, ports[index]])) as Record<Name, number>;
  } finally {
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  }
}
