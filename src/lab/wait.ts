/** Waits until something is true, and says what it last saw when it never is. */
import { setTimeout as pause } from 'node:timers/promises';
import { HoldfastError } from '../core/error.ts';

export interface WaitOptions {
  /** What is waited for, as it reads in "… did not happen": `kube-apiserver-a is ready`. */
  readonly what: string;
  readonly timeoutMillis?: number;
  readonly everyMillis?: number;
}

/** Contended machines take half a minute for what takes two seconds on an idle one. */
const DEFAULT_TIMEOUT_MILLIS = 180_000;
const DEFAULT_EVERY_MILLIS = 100;

/**
 * Asks `look` again and again until it gives something. A throw of `look` counts as "not yet"; throw a HoldfastError
 * from it to give up at once.
 * @throws HoldfastError `wait-timeout` (exit code 3) with the last error that `look` threw.
 */
export async function waitFor<T>(options: WaitOptions, look: () => Promise<T | undefined>): Promise<T> {
  const deadline = performance.now() + (options.timeoutMillis ?? DEFAULT_TIMEOUT_MILLIS);
  let last: unknown;
  do {
    try {
      const seen = await look();
      if (seen !== undefined) return seen;
      last = undefined;
    } catch (error) {
      if (error instanceof HoldfastError) throw error;
      last = error;
    }
    await pause(options.everyMillis ?? DEFAULT_EVERY_MILLIS);
  } while (performance.now() < deadline);
  const seconds = Math.round((options.timeoutMillis ?? DEFAULT_TIMEOUT_MILLIS) / 1_000);
  const reason = last instanceof Error ? `: ${last.message}` : '';
  throw new HoldfastError('wait-timeout', `Waited ${seconds} s, but not: ${options.what}${reason}.`, { exitCode: 3 });
}
