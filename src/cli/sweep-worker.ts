/** A thread of a sweep: makes the world again, does its share, tells each failure as it is found. */
import { parentPort, workerData } from 'node:worker_threads';
import { type SweepShare, sweepRun } from './sweep-run.ts';
import { makeWorld } from './world-inputs.ts';

const { inputs, question, seed, first, step } = workerData as SweepShare;
for (const failure of sweepRun(makeWorld(inputs), question, seed).share(first, step)) parentPort?.postMessage(failure);
