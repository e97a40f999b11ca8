/**
 * The supervisor: a process of its own that owns every process of one lab. It serves a Unix socket in the lab's
 * directory. Until it is released, the end of its standard input means that its owner died, and it takes the lab down.
 */
import { readlinkSync, rmSync } from 'node:fs';
import { type Socket, createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { identify } from '../process/identity.ts';
import { createChildren } from './children.ts';
import {
  type Containment,
  SOCKET_NAME,
  type SupervisorHello,
  type SupervisorRequest,
  type SupervisorResponse,
} from './protocol.ts';
import { noWatchdog, startWatchdog } from './watchdog.ts';

const [directory, containment] = process.argv.slice(2) as [string, Containment];
// In a PID namespace our own pid is 1; the mounted /proc knows us by the pid that everybody else sees.
const self = Number(readlinkSync('/proc/self'));
const children = createChildren(containment === 'watchdog' ? startWatchdog() : noWatchdog, self);
const socketPath = join(directory, SOCKET_NAME);
let released = false;
let ending: Promise<void> | undefined;

function end(): Promise<void> {
  ending ??= children.stopAll().then(() => rmSync(socketPath, { force: true }));
  return ending;
}

function endAndExit(): void {
  void end().then(() => process.exit(0));
}

async function obey(request: SupervisorRequest): Promise<void> {
  switch (request.op) {
    case 'start':
      return children.start(request.process);
    case 'signal':
      return children.signal(request.name, request.signal);
    case 'release':
      released = true;
      return undefined;
    case 'stop':
      return end();
    case 'status':
      return undefined;
  }
}

async function answer(line: string): Promise<{ response: SupervisorResponse; last: boolean }> {
  try {
    const request = JSON.parse(line) as SupervisorRequest;
    await obey(request);
    return { response: { ok: true, processes: children.status() }, last: request.op === 'stop' };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { response: { ok: false, message }, last: false };
  }
}

function serve(socket: Socket): void {
  socket.on('error', () => undefined);
  createInterface({ input: socket }).on('line', (line) => {
    void answer(line).then(({ response, last }) =>
      // The callback comes too when nobody reads the answer any more.
      socket.end(`${JSON.stringify(response)}\n`, () => {
        if (last) process.exit(0);
      }),
    );
  });
}

process.on('SIGTERM', endAndExit);
process.on('SIGINT', endAndExit);
process.on('SIGHUP', () => undefined);
process.stdin.on('end', () => {
  if (!released) endAndExit();
});
process.stdin.resume();
// After the release nobody may read what we say; that must not end the lab.
process.stdout.on('error', () => undefined);

rmSync(socketPath, { force: true });
createServer(serve).listen(socketPath, () => {
  void identify(self).then((identity) => {
    const hello: SupervisorHello = { identity: identity ?? { pid: self, startTime: 0 }, containment };
    process.stdout.write(`${JSON.stringify(hello)}\n`);
  });
});
