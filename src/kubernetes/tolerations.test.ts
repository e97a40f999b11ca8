import { describe, expect, it } from 'vitest';
import { reader } from './objects.ts';
import type { Taint } from './tolerations.ts';
import {
  evictionDelaySeconds,
  firstUntolerated,
  formatTaint,
  readTaints,
  readTolerations,
  tolerates,
} from './tolerations.ts';

const tolerations = (...list: unknown[]) => readTolerations(reader({ tolerations: list }), 'tolerations');
const gpu: Taint = { key: 'dedicated', value: 'ai', effect: 'NoSchedule' };
const lost: Taint = { key: 'node.kubernetes.io/unreachable', value: '', effect: 'NoExecute' };

describe('a toleration', () => {
  it.each([
    [{ key: 'dedicated', operator: 'Equal', value: 'ai', effect: 'NoSchedule' }, true],
    [{ key: 'dedicated', value: 'ai' }, true],
    [{ key: 'dedicated', value: 'gpu' }, false],
    [{ key: 'dedicated', operator: 'Exists' }, true],
    [{ key: 'dedicated', operator: 'Exists', effect: 'NoExecute' }, false],
    [{ operator: 'Exists' }, true],
    [{ operator: 'Equal', value: 'ai' }, true],
    [{ key: 'dedicated', operator: 'Gt', value: '1' }, false],
  ])('%j covers dedicated=ai:NoSchedule: %s', (written, covered) => {
    const [toleration] = tolerations(written);
    expect(toleration && tolerates(toleration, gpu)).toBe(covered);
  });

  it('is left out and told when its operator or effect is not known', () => {
    const refused: string[] = [];
    const read = readTolerations(
      reader({ t: [{ operator: 'Is' }, { effect: 'NoWay' }] }, ({ expected }) => refused.push(expected)),
      't',
    );
    expect(read).toEqual([]);
    expect(refused).toEqual(['one of Exists, Equal, Lt, Gt', 'one of NoSchedule, PreferNoSchedule, NoExecute']);
  });
});

describe('taints', () => {
  it('name the first that is not tolerated, of the effects that are asked for', () => {
    const soft: Taint = { key: 'slow', value: '', effect: 'PreferNoSchedule' };
    expect(firstUntolerated([soft, gpu, lost], [], ['NoSchedule', 'NoExecute'])).toEqual(gpu);
    expect(firstUntolerated([soft], [], ['NoSchedule', 'NoExecute'])).toBeUndefined();
  });

  it('are written as kubectl writes them', () => {
    expect(formatTaint(gpu)).toBe('dedicated=ai:NoSchedule');
    expect(formatTaint(lost)).toBe('node.kubernetes.io/unreachable:NoExecute');
  });

  it('without key or effect are refused', () => {
    const refused: unknown[] = [];
    expect(
      readTaints(
        reader({ taints: [{ key: 'a' }, { effect: 'NoSchedule' }] }, (refusal) => refused.push(refusal.path)),
        'taints',
      ),
    ).toEqual([]);
    expect(refused).toEqual([
      ['taints', 0],
      ['taints', 1],
    ]);
  });
});

describe('eviction from a node with NoExecute taints', () => {
  it('is immediate without a toleration and never with one that has no time', () => {
    expect(evictionDelaySeconds([lost], [])).toBe(0);
    expect(evictionDelaySeconds([lost], tolerations({ operator: 'Exists' }))).toBeUndefined();
    expect(evictionDelaySeconds([gpu], [])).toBeUndefined();
  });

  it('waits for the shortest of the tolerations in use; only the first that covers a taint is in use', () => {
    const long = { key: lost.key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 };
    const short = { ...long, tolerationSeconds: 30 };
    expect(evictionDelaySeconds([lost], tolerations(long, short))).toBe(300);
    expect(evictionDelaySeconds([lost], tolerations(short, long))).toBe(30);
    const other: Taint = { ...lost, key: 'other' };
    expect(
      evictionDelaySeconds(
        [lost, other],
        tolerations(long, { key: 'other', operator: 'Exists', tolerationSeconds: 5 }),
      ),
    ).toBe(5);
    expect(evictionDelaySeconds([lost], tolerations({ ...long, tolerationSeconds: -5 }))).toBe(0);
  });
});
