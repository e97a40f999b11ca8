/** Starts a supervisor, or finds the one of a lab that runs, and talks to it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { extname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { HoldfastError } from '../../core/error.ts';
import { run } from '../process/run.ts';
import {
  type Containment,
  type ProcessStatus,
  SOCKET_NAME,
  type SupervisorHello,
  type SupervisorRequest,
  type SupervisorResponse,
} from './protocol.ts';

export interface SupervisorHandle {
  readonly directory: string;
  /** Sends one request. @throws Error with the supervisor's message when it refuses. */
  readonly ask: (request: SupervisorRequest) => Promise<readonly ProcessStatus[]>;
}

/** A supervisor that dies with this process until it is released. */
export interface OwnedSupervisor extends SupervisorHandle, SupervisorHello {
  /** Lets the lab outlive this process, and this process end before the lab. */
  readonly release: () => Promise<void>;
}

/** The kernel's limit for the path of a Unix socket, with its final zero: 108 (unix(7)). */
const SOCKET_PATH_BYTES = 107;

/** In the order of preference; the second needs no rights where user namespaces are allowed. */
const NAMESPACES = [
  ['--pid', '--fork', '--kill-child'],
  ['--user', '--map-root-user', '--pid', '--fork', '--kill-child'],
];

/**
 * Starts a supervisor for `directory`. It stands in a PID namespace of its own when this machine allows one, so that
 * not even SIGKILL leaves a process behind; else a watchdog does the same by hand.
 * @throws HoldfastError (exit code 3) when it does not start.
 */
export async function startSupervisor(directory: string, containment?: Containment): Promise<OwnedSupervisor> {
  requireShortPath(join(directory, SOCKET_NAME));
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const namespace = containment === 'watchdog' ? undefined : await namespaceArguments();
  const main = join(import.meta.dirname, `main${extname(import.meta.filename)}`);
  const node = [process.execPath, main, directory, namespace === undefined ? 'watchdog' : 'namespace'];
  const [command = '', ...args] = namespace === undefined ? node : ['unshare', ...namespace, ...node];
  const logPath = join(directory, 'supervisor.log');
  const log = openSync(logPath, 'a', 0o600);
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', log], detached: true });
  closeSync(log);
  const hello = await firstLine(child);
  if (hello === undefined) {
    const said = await readFile(logPath, 'utf8').catch(() => '');
    throw new HoldfastError('supervisor-failed', `The supervisor did not start: ${said.trim() || 'it said nothing'}`, {
      exitCode: 3,
    });
  }
  const handle = handleOf(directory);
  const release = async (): Promise<void> => {
    await handle.ask({ op: 'release' });
    child.unref();
    for (const stream of [child.stdin, child.stdout]) (stream as unknown as { unref?: () => void } | null)?.unref?.();
  };
  return { ...handle, ...(JSON.parse(hello) as SupervisorHello), release };
}

/** The supervisor of a lab that was started before; undefined when none answers. */
export async function findSupervisor(directory: string): Promise<SupervisorHandle | undefined> {
  const handle = handleOf(directory);
  return handle.ask({ op: 'status' }).then(
    () => handle,
    () => undefined,
  );
}

function handleOf(directory: string): SupervisorHandle {
  return {
    directory,
    ask: async (request) => {
      const response = await exchange(join(directory, SOCKET_NAME), request);
      if (!response.ok) throw new Error(response.message);
      return response.processes;
    },
  };
}

async function exchange(path: string, request: SupervisorRequest): Promise<SupervisorResponse> {
  const socket = connect(path);
  await once(socket, 'connect');
  socket.write(`${JSON.stringify(request)}\n`);
  for await (const line of createInterface({ input: socket })) return JSON.parse(line) as SupervisorResponse;
  throw new Error('The supervisor ended before it answered.');
}

async function namespaceArguments(): Promise<readonly string[] | undefined> {
  for (const args of NAMESPACES) {
    const tried = await run('unshare', [...args, 'true']).catch(() => undefined);
    if (tried?.code === 0) return args;
  }
  return undefined;
}

async function firstLine(child: ChildProcess): Promise<string | undefined> {
  child.stdin?.on('error', () => undefined);
  if (child.stdout === null) return undefined;
  const lines = createInterface({ input: child.stdout });
  const line = once(lines, 'line').then(([text]) => String(text));
  return Promise.race([line, once(child, 'exit').then(() => undefined), once(child, 'error').then(() => undefined)]);
}

function requireShortPath(path: string): void {
  if (Buffer.byteLength(path) <= SOCKET_PATH_BYTES) return;
  throw new HoldfastError(
    'path-too-long',
    `${path} is longer than the ${SOCKET_PATH_BYTES} bytes that a socket's path may have.`,
    {
      exitCode: 3,
      hint: 'Set HOLDFAST_STATE to a shorter directory.',
    },
  );
}
