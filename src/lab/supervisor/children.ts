/** The processes that a supervisor owns: each in a process group of its own, stopped in the reverse order of their start. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { type ProcessIdentity, childrenOf, innermostPid } from '../process/identity.ts';
import type { ProcessSpec, ProcessStatus } from './protocol.ts';
import type { Watchdog } from './watchdog.ts';

interface Child {
  readonly spec: ProcessSpec;
  readonly process: ChildProcess;
  readonly ended: Promise<unknown>;
  readonly identity: ProcessIdentity | undefined;
}

export interface Children {
  readonly start: (spec: ProcessSpec) => Promise<void>;
  /** Sends a signal to the process and everything that it started. */
  readonly signal: (name: string, signal: NodeJS.Signals) => void;
  readonly status: () => readonly ProcessStatus[];
  readonly stopAll: () => Promise<void>;
}

/** Waits for a line before it becomes the program, so that the watchdog knows the group before the program exists. */
const GATE = 'read -r go && exec "$@" </dev/null';

/** `self` is the supervisor's own pid as /proc numbers it. */
export function createChildren(watchdog: Watchdog, self: number): Children {
  const children = new Map<string, Child>();
  let stopping = false;

  async function start(spec: ProcessSpec): Promise<void> {
    if (stopping) throw new Error(`${spec.name} is not started: the lab is stopping.`);
    const known = children.get(spec.name);
    if (known !== undefined && isRunning(known.process)) throw new Error(`${spec.name} runs already.`);
    const child = await spawnGated(spec);
    const pid = child.pid ?? 0;
    await watchdog.add(pid);
    const ended = once(child, 'exit').then(() => watchdog.remove(pid));
    children.delete(spec.name);
    children.set(spec.name, { spec, process: child, ended, identity: await outerIdentity(self, pid) });
    child.stdin?.end('go\n');
  }

  function signal(name: string, wanted: NodeJS.Signals): void {
    const child = children.get(name);
    if (child === undefined) throw new Error(`There is no process ${name}.`);
    if (isRunning(child.process)) signalGroup(child.process, wanted);
  }

  async function stopAll(): Promise<void> {
    stopping = true;
    for (const child of [...children.values()].toReversed()) await stop(child);
  }

  return { start, signal, status: () => [...children.values()].map(statusOf), stopAll };
}

async function spawnGated(spec: ProcessSpec): Promise<ChildProcess> {
  const log = openSync(spec.log, 'a', 0o600);
  try {
    const child = spawn('/bin/sh', ['-c', GATE, 'sh', spec.path, ...spec.args], {
      env: { ...spec.environment },
      stdio: ['pipe', log, log],
      detached: true,
    });
    child.stdin?.on('error', () => undefined);
    await once(child, 'spawn');
    return child;
  } finally {
    closeSync(log);
  }
}

async function stop(child: Child): Promise<void> {
  if (!isRunning(child.process)) return;
  signalGroup(child.process, 'SIGTERM');
  // A stopped process would keep the signal until it is continued.
  signalGroup(child.process, 'SIGCONT');
  const timer = setTimeout(() => signalGroup(child.process, 'SIGKILL'), child.spec.stopGraceMillis);
  await child.ended;
  clearTimeout(timer);
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, signal);
  } catch (error) {
    // The group ended between the question and the signal.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

function statusOf({ spec, process: child, identity }: Child): ProcessStatus {
  return {
    name: spec.name,
    running: isRunning(child),
    code: child.exitCode,
    signal: child.signalCode,
    log: spec.log,
    ...(identity === undefined ? {} : { identity }),
  };
}

/** In a PID namespace of our own, `pid` is not what the rest of the machine calls the process. */
async function outerIdentity(self: number, pid: number): Promise<ProcessIdentity | undefined> {
  for (const identity of await childrenOf(self)) if ((await innermostPid(identity.pid)) === pid) return identity;
  return undefined;
}
