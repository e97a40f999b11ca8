/** What the lab commands share: which lab, its settings, and ending when a person interrupts. */
import { type LabSettings, labSettings } from '../lab/settings.ts';
import type { Invocation } from './invocation.ts';

const DEFAULT_LAB = 'default';

/** The lab that was named, and where this user's labs are. */
export function labOf({ args, context }: Invocation): { readonly name: string; readonly settings: LabSettings } {
  return { name: args[0] ?? DEFAULT_LAB, settings: labSettings(context.env) };
}

/** The work's result, or the signal's reason as soon as it comes: what the work started dies with this process. */
export async function untilInterrupted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const { promise: interrupted, reject } = Promise.withResolvers<never>();
  const stop = (): void => reject(signal.reason as Error);
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([work, interrupted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
