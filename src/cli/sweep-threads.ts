/** Runs a sweep here or in worker threads; either way Ctrl-C ends it with what was found until then. */
import { extname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { SweepFailure } from '../twin/results.ts';
import type { SweepRun, SweepShare } from './sweep-run.ts';

export interface Watching {
  readonly signal: AbortSignal;
  readonly onFailure: (failure: SweepFailure) => void;
}

export async function sweepHere(run: SweepRun, { signal, onFailure }: Watching): Promise<void> {
  if (signal.aborted) return;
  for (const failure of run.share(0, 1)) {
    onFailure(failure);
    await setImmediate();
    if (signal.aborted) return;
  }
}

export async function sweepInThreads(
  share: Pick<SweepShare, 'inputs' | 'question' | 'seed'>,
  jobs: number,
  watching: Watching,
): Promise<void> {
  const shares = Array.from({ length: jobs }, (_, first): SweepShare => ({ ...share, first, step: jobs }));
  await Promise.all(shares.map((one) => thread(one, watching)));
}

/** The program runs from its source as well as built. */
const WORKER = join(import.meta.dirname, `sweep-worker${extname(import.meta.filename)}`);

async function thread(share: SweepShare, { signal, onFailure }: Watching): Promise<void> {
  const worker = new Worker(WORKER, { workerData: share });
  const stop = (): void => void worker.terminate();
  signal.addEventListener('abort', stop, { once: true });
  try {
    await new Promise<void>((resolve, reject) => {
      worker.on('message', (failure: SweepFailure) => onFailure(failure));
      worker.on('error', reject);
      worker.on('exit', () => resolve());
    });
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
