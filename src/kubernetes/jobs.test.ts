import { describe, expect, it } from 'vitest';
import { readJob } from './jobs.ts';
import { reader } from './objects.ts';

describe('a job', () => {
  it('has its defaults', () => {
    expect(readJob(reader({}))).toEqual({
      completions: 1,
      parallelism: 1,
      backoffLimit: 6,
      backoffLimitPerIndex: undefined,
      maxFailedIndexes: undefined,
      completionMode: 'NonIndexed',
      podReplacementPolicy: 'TerminatingOrFailed',
      failureRules: [],
      activeDeadlineSeconds: undefined,
      suspended: false,
      status: undefined,
    });
  });

  it('is a work queue when only its parallelism is written', () => {
    expect(readJob(reader({ parallelism: 3 }))).toMatchObject({ completions: undefined, parallelism: 3 });
  });

  it('may forgive pods that were disrupted, and then waits until they are gone', () => {
    const rules = [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget' }] }];
    expect(readJob(reader({ podFailurePolicy: { rules }, backoffLimitPerIndex: 1 }))).toMatchObject({
      podReplacementPolicy: 'Failed',
      backoffLimit: 2 ** 31 - 1,
      failureRules: [{ action: 'Ignore', conditions: [{ type: 'DisruptionTarget', status: 'True' }] }],
    });
  });

  it('has ended when a condition says so', () => {
    const status = { succeeded: 2, conditions: [{ type: 'Complete', status: 'True' }] };
    expect(readJob(reader({}), reader(status)).status).toEqual({ active: 0, succeeded: 2, failed: 0, ended: true });
  });
});
