import { expect, it } from 'vitest';
import { preStopSeconds } from './lifecycle.ts';

it('reads how long a preStop hook waits, as far as it is written', () => {
  const exec = (...command: string[]) => ({ lifecycle: { preStop: { exec: { command } } } });
  expect(preStopSeconds({})).toBeUndefined();
  expect(preStopSeconds({ lifecycle: {} })).toBeUndefined();
  expect(preStopSeconds({ lifecycle: { preStop: { sleep: { seconds: 7 } } } })).toBe(7);
  expect(preStopSeconds(exec('sleep', '15'))).toBe(15);
  expect(preStopSeconds(exec('/bin/sh', '-c', 'sleep 20 && /quit'))).toBe(20);
  expect(preStopSeconds(exec('/bin/sh', '-c', 'usleep 20'))).toBe(0);
  expect(preStopSeconds(exec('/bin/sh', '-c', 'sleep 2m'))).toBe(120);
  expect(preStopSeconds(exec('/bin/sh', '-c', 'sleep 20; drain; sleep 5'))).toBe(25);
  expect(preStopSeconds(exec('/bin/sh', '-c', 'until drained; do sleep 5; done'))).toBe(5);
  expect(preStopSeconds(exec('/bin/sh', '-c', 'drain || sleep 20'))).toBe(20);
  expect(preStopSeconds({ lifecycle: { preStop: { httpGet: { path: '/drain', port: 80 } } } })).toBe(0);
});
