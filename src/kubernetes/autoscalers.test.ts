import { describe, expect, it } from 'vitest';
import { readHorizontalAutoscaler } from './autoscalers.ts';

const hpa = (spec: object, status?: object) => readHorizontalAutoscaler({ spec: { maxReplicas: 5, ...spec }, status });

describe('a HorizontalPodAutoscaler', () => {
  it('aims at 80 % of the CPU requests when it says nothing, and at what version 1 says', () => {
    const cpu = { type: 'Resource', name: 'cpu', container: undefined };
    expect(hpa({}).metrics).toEqual([{ ...cpu, target: { type: 'Utilization', percent: 80 } }]);
    expect(hpa({ targetCPUUtilizationPercentage: 50 }).metrics).toEqual([
      { ...cpu, target: { type: 'Utilization', percent: 50 } },
    ]);
  });

  it('has metrics of every type, in thousandths', () => {
    const { metrics } = hpa({
      metrics: [
        { type: 'Resource', resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '1Mi' } } },
        {
          type: 'ContainerResource',
          containerResource: { name: 'cpu', container: 'app', target: { averageUtilization: 60 } },
        },
        { type: 'Pods', pods: { metric: { name: 'rps' }, target: { averageValue: '1500m' } } },
        { type: 'Object', object: { metric: { name: 'queue' }, target: { value: '10' } } },
        { type: 'External', external: { metric: { name: 'lag' }, target: { averageValue: '2' } } },
      ],
    });
    expect(metrics?.map(({ type, name, container, target }) => [type, name, container, target])).toEqual([
      ['Resource', 'memory', undefined, { type: 'AverageValue', milli: 1_000 * 2 ** 20 }],
      ['ContainerResource', 'cpu', 'app', { type: 'Utilization', percent: 60 }],
      ['Pods', 'rps', undefined, { type: 'AverageValue', milli: 1_500 }],
      ['Object', 'queue', undefined, { type: 'Value', milli: 10_000 }],
      ['External', 'lag', undefined, { type: 'AverageValue', milli: 2_000 }],
    ]);
  });

  it('fills both directions once it writes any rule', () => {
    expect(hpa({}).behavior).toBeUndefined();
    expect(hpa({ behavior: { scaleDown: { stabilizationWindowSeconds: 60, selectPolicy: 'Min' } } }).behavior).toEqual({
      scaleUp: {
        stabilizationSeconds: 0,
        select: 'Max',
        policies: [
          { type: 'Pods', value: 4, periodSeconds: 15 },
          { type: 'Percent', value: 100, periodSeconds: 15 },
        ],
        tolerance: undefined,
      },
      scaleDown: {
        stabilizationSeconds: 60,
        select: 'Min',
        policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
        tolerance: undefined,
      },
    });
    expect(hpa({ behavior: { scaleUp: { policies: [], tolerance: '50m' } } }).behavior?.scaleUp).toMatchObject({
      policies: [],
      tolerance: 0.05,
    });
  });

  it('has what its controller saw last', () => {
    expect(hpa({}).status).toBeUndefined();
    expect(
      hpa(
        {},
        {
          currentReplicas: 2,
          desiredReplicas: 3,
          lastScaleTime: '1970-01-01T00:01:00Z',
          currentMetrics: [
            { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 90, averageValue: '450m' } } },
          ],
        },
      ).status,
    ).toEqual({
      currentReplicas: 2,
      desiredReplicas: 3,
      lastScale: 60,
      current: [
        { type: 'Resource', name: 'cpu', container: undefined, percent: 90, averageMilli: 450, milli: undefined },
      ],
    });
  });
});
