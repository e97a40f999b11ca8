/** A thread of a sweep: makes the world again, does its share, tells each failure as it is found. */
import { parentPort, workerData } from 'node:worker_threads';
import type { SweepFailure } from '../twin/results.ts';
import { type SweepShare, sweepRun } from './sweep-run.ts';
import { makeWorld } from './world-inputs.ts';

export interface SweepMessage {
  readonly index: number;
  readonly failure: SweepFailure;
}

const { inputs, options, first, step } = workerData as SweepShare;
const run = sweepRun(makeWorld(inputs), options);
for (let index = first; index < run.failures.length; index += step) {
  const message: SweepMessage = { index, failure: run.judge(index) };
  parentPort?.postMessage(message);
}
