/** Everything that a command may touch of the world around it; tests give their own. */

export interface Context {
  /** Data. */
  readonly stdout: Sink;
  /** Progress, warnings, errors. */
  readonly stderr: Sink;
  /** All of standard input. */
  readonly readStdin: () => Promise<string>;
  /** True when a person can be asked: standard input and error are a terminal. */
  readonly interactive: boolean;
  readonly ask: (question: string) => Promise<string>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Aborts on the first Ctrl-C. */
  readonly signal: AbortSignal;
  /** Runs long work after which nothing needs to be cleaned up. No signal is heard while it runs, so Ctrl-C ends the process at once. */
  readonly compute: <T>(work: () => T) => T;
}

export interface Sink {
  readonly isTty: boolean;
  /** Characters of a line; undefined when it is no terminal. */
  readonly columns: number | undefined;
  write(text: string): void;
}

/** Thrown, as the signal's reason, when a person interrupts: exit code 130. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}
