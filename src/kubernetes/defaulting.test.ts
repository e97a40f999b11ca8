import { describe, expect, it } from 'vitest';
import type { Admission } from './defaulting.ts';
import { PLAIN_ADMISSION, createdPod, decodedPod, limitRangeDefaults, toleratesLostNodeForever } from './defaulting.ts';
import { reader } from './objects.ts';
import { readPodSpec } from './pod-spec.ts';
import { podRequests } from './requests.ts';
import { formatSelector } from './selectors.ts';

const spec = (value: unknown) => readPodSpec(reader(value));
const created = (value: unknown, labels = {}, admission: Partial<Admission> = {}) =>
  createdPod(spec(value), labels, { ...PLAIN_ADMISSION, ...admission });

describe('a template as it is read', () => {
  it('has the defaults of every pod template', () => {
    const read = spec({
      containers: [{ readinessProbe: { httpGet: { port: 80 }, periodSeconds: 0 }, ports: [{ containerPort: 80 }] }],
    });
    expect(read).toMatchObject({
      restartPolicy: 'Always',
      schedulerName: 'default-scheduler',
      terminationGracePeriodSeconds: 30,
    });
    expect(read.containers[0]?.readinessProbe).toEqual({
      action: { kind: 'http', path: '/', port: 80, scheme: 'HTTP' },
      initialDelaySeconds: 0,
      periodSeconds: 10,
      timeoutSeconds: 1,
      successThreshold: 1,
      failureThreshold: 3,
    });
    expect(read.containers[0]?.ports).toEqual([
      { name: undefined, containerPort: 80, hostPort: 0, hostIp: '0.0.0.0', protocol: 'TCP' },
    ]);
  });
});

describe('requests', () => {
  it('default to limits, resource by resource', () => {
    const resources = { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '100m' } };
    expect(podRequests(decodedPod(spec({ containers: [{ resources }] })))).toEqual({ cpu: 100, memory: 2 ** 30 });
  });

  it('of the pod as a whole default to the sum of its containers, else to its limits', () => {
    const pod = {
      resources: { limits: { cpu: '4', memory: '4Gi' } },
      containers: [{ resources: { requests: { cpu: '1' } } }, { resources: { requests: { cpu: '500m' } } }],
    };
    expect(decodedPod(spec(pod)).resources?.requests).toEqual({ cpu: 1_500, memory: 4 * 2 ** 30 });
  });

  it('of the pod stay as written, and stay away when it has no limits', () => {
    expect(
      decodedPod(spec({ resources: { requests: { cpu: '3' }, limits: { cpu: '4' } }, containers: [{}] })).resources
        ?.requests,
    ).toEqual({ cpu: 3_000 });
    expect(
      decodedPod(spec({ resources: {}, containers: [{ resources: { requests: { cpu: '1' } } }] })).resources?.requests,
    ).toEqual({});
  });

  it("come from the namespace's LimitRange, whose request comes from its limit, whose limit comes from its max", () => {
    const range = limitRangeDefaults({
      default: {},
      defaultRequest: { cpu: 100 },
      max: { cpu: 2_000, memory: 2 ** 30 },
      min: { memory: 1 },
    });
    expect(range).toEqual({ limits: { cpu: 2_000, memory: 2 ** 30 }, requests: { cpu: 100, memory: 2 ** 30 } });
    const pod = created(
      { containers: [{ resources: { requests: { cpu: '1' } } }] },
      {},
      { containerDefaults: [range] },
    );
    expect(podRequests(pod)).toEqual({ cpu: 1_000, memory: 2 ** 30 });
  });

  it('that a LimitRange takes as given were already defaulted to limits', () => {
    const range = limitRangeDefaults({ default: { cpu: 5_000 }, defaultRequest: { cpu: 50 }, max: {}, min: {} });
    expect(
      podRequests(
        created({ containers: [{ resources: { limits: { cpu: '1' } } }] }, {}, { containerDefaults: [range] }),
      ),
    ).toEqual({ cpu: 1_000 });
  });
});

describe('host ports', () => {
  it('are the container ports on the host network', () => {
    expect(
      decodedPod(
        spec({
          hostNetwork: true,
          containers: [{ ports: [{ containerPort: 80 }, { containerPort: 90, hostPort: 91 }] }],
        }),
      ).containers[0]?.ports.map(({ hostPort }) => hostPort),
    ).toEqual([80, 91]);
    expect(
      decodedPod(spec({ containers: [{ ports: [{ containerPort: 80 }] }] })).containers[0]?.ports[0]?.hostPort,
    ).toBe(0);
  });
});

describe('tolerations of lost nodes', () => {
  it('are added for 300 s each', () => {
    expect(created({ containers: [] }).tolerations.map(({ key, seconds }) => [key, seconds])).toEqual([
      ['node.kubernetes.io/not-ready', 300],
      ['node.kubernetes.io/unreachable', 300],
    ]);
  });

  it('are not added where the pod says something about them', () => {
    expect(created({ containers: [], tolerations: [{ operator: 'Exists' }] }).tolerations).toHaveLength(1);
    expect(
      created({ containers: [], tolerations: [{ operator: 'Exists', effect: 'NoSchedule' }] }).tolerations,
    ).toHaveLength(3);
    const own = {
      key: 'node.kubernetes.io/unreachable',
      operator: 'Exists',
      effect: 'NoExecute',
      tolerationSeconds: 30,
    };
    expect(created({ containers: [], tolerations: [own] }).tolerations.map(({ seconds }) => seconds)).toEqual([
      30, 300,
    ]);
  });

  it('are not added when the plugin is off', () => {
    expect(
      created({ containers: [] }, {}, { notReadySeconds: undefined, unreachableSeconds: undefined }).tolerations,
    ).toEqual([]);
  });

  it('keep a pod on a lost node for ever only when they have no time and cover NoExecute', () => {
    const forever = (toleration: object) => toleratesLostNodeForever(spec({ tolerations: [toleration] }).tolerations);
    expect(forever({ operator: 'Exists' })).toBe(true);
    expect(forever({ operator: 'Exists', effect: 'NoSchedule' })).toBe(false);
    expect(forever({ key: 'node.kubernetes.io/unreachable', operator: 'Exists', tolerationSeconds: 9 })).toBe(false);
  });
});

describe('priority', () => {
  const high = { name: 'high', value: 1_000, globalDefault: false, preemptionPolicy: 'Never' };
  const normal = { name: 'normal', value: 10, globalDefault: true, preemptionPolicy: 'PreemptLowerPriority' };
  const classes = {
    priorityClasses: new Map([
      ['high', high],
      ['normal', normal],
    ]),
  };
  it('comes from the class, the global default, or is 0', () => {
    expect(created({ priorityClassName: 'high' }, {}, classes)).toMatchObject({
      priority: 1_000,
      preemptionPolicy: 'Never',
    });
    expect(created({}, {}, classes)).toMatchObject({ priority: 10, priorityClassName: 'normal' });
    expect(created({}).priority).toBe(0);
  });

  it('knows the two classes that every cluster has', () => {
    expect(created({ priorityClassName: 'system-node-critical' }).priority).toBe(2_000_001_000);
  });

  it('stays open for a class that nobody gave', () => {
    expect(created({ priorityClassName: 'gone' }).priority).toBeUndefined();
  });
});

describe('a runtime class', () => {
  it('brings overhead, node selector and tolerations', () => {
    const gvisor = {
      name: 'gvisor',
      overhead: { cpu: 250 },
      nodeSelector: { sandbox: 'yes' },
      tolerations: spec({ tolerations: [{ key: 's', operator: 'Exists' }] }).tolerations,
    };
    const pod = created(
      { runtimeClassName: 'gvisor', nodeSelector: { a: 'b' }, containers: [] },
      {},
      { runtimeClasses: new Map([['gvisor', gvisor]]) },
    );
    expect(pod.nodeSelector).toEqual({ a: 'b', sandbox: 'yes' });
    expect(podRequests(pod)).toEqual({ cpu: 250 });
    expect(pod.tolerations[0]?.key).toBe('s');
  });
});

describe('matchLabelKeys', () => {
  const constraint = (more: object) => ({
    maxSkew: 1,
    topologyKey: 'zone',
    whenUnsatisfiable: 'DoNotSchedule',
    ...more,
  });
  it('are merged into the selector, and merging twice does no harm', () => {
    const labels = { app: 'web', 'pod-template-hash': 'abc' };
    const once = created(
      {
        topologySpreadConstraints: [
          constraint({ labelSelector: { matchLabels: { app: 'web' } }, matchLabelKeys: ['pod-template-hash', 'gone'] }),
        ],
      },
      labels,
    );
    expect(once.spread.map(({ selector }) => formatSelector(selector))).toEqual(['app=web,pod-template-hash=abc']);
    expect(createdPod(once, labels).spread).toEqual(once.spread);
  });

  it('change nothing where there is no selector', () => {
    const pod = created({ topologySpreadConstraints: [constraint({ matchLabelKeys: ['app'] })] }, { app: 'web' });
    expect(pod.spread[0]?.selector).toEqual({ matches: 'nothing' });
  });

  it('of affinity terms become In and NotIn', () => {
    const term = { topologyKey: 'zone', labelSelector: {}, matchLabelKeys: ['a'], mismatchLabelKeys: ['b'] };
    const affinity = {
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [term],
        preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 5, podAffinityTerm: term }],
      },
    };
    const pod = created({ affinity }, { a: '1', b: '2' });
    expect(pod.podAntiAffinity.required.map(({ selector }) => formatSelector(selector))).toEqual(['a=1,b!=2']);
    expect(
      pod.podAntiAffinity.preferred.map(({ weight, term: { selector } }) => [weight, formatSelector(selector)]),
    ).toEqual([[5, 'a=1,b!=2']]);
  });
});

describe('what does not change', () => {
  it('is shared, not copied', () => {
    const read = spec({ containers: [{ name: 'a', resources: { requests: { cpu: '1' } } }], affinity: {} });
    const pod = createdPod(read, {});
    expect(pod.containers[0]).toBe(read.containers[0]);
    expect(pod.podAffinity).toBe(read.podAffinity);
    expect(pod.spread).toBe(read.spread);
  });
});
