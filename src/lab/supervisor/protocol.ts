/** What a supervisor is told and what it answers: one JSON object per line over a Unix socket. */
import type { ProcessIdentity } from '../process/identity.ts';

/** A process with nothing left to decide. */
export interface ProcessSpec {
  readonly name: string;
  readonly path: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Standard output and error are appended here. */
  readonly log: string;
  readonly stopGraceMillis: number;
}

export interface ProcessStatus {
  readonly name: string;
  /** As this machine numbers it, also when the lab has a PID namespace of its own. */
  readonly identity?: ProcessIdentity;
  readonly running: boolean;
  readonly code: number | null;
  readonly signal: string | null;
  readonly log: string;
}

export type SupervisorRequest =
  | { readonly op: 'start'; readonly process: ProcessSpec }
  | { readonly op: 'signal'; readonly name: string; readonly signal: NodeJS.Signals }
  | { readonly op: 'status' }
  /** From now on the lab outlives the process that started it. */
  | { readonly op: 'release' }
  /** Stops everything, clients before servers, then the supervisor itself. */
  | { readonly op: 'stop' };

export type SupervisorResponse =
  | { readonly ok: true; readonly processes: readonly ProcessStatus[] }
  | { readonly ok: false; readonly message: string };

/** How a lab makes sure that nothing outlives its supervisor. */
export type Containment =
  /** The supervisor is process 1 of a PID namespace: the kernel kills everything in it when it ends. */
  | 'namespace'
  /** A small process reads a pipe from the supervisor and kills every process group when the pipe closes. */
  | 'watchdog';

/** What the supervisor says on its standard output when it listens. */
export interface SupervisorHello {
  readonly identity: ProcessIdentity;
  readonly containment: Containment;
}

export const SOCKET_NAME = 'supervisor.sock';
