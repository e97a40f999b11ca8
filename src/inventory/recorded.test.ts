/** Our readers against what Kubernetes' own libraries answered for the same input (test/fixtures/kubernetes/recorded.json). */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodedPod } from '../kubernetes/defaulting.ts';
import { demandOf, hostPortsOf, matchesNodeSelection, rejection } from '../kubernetes/feasibility.ts';
import { readNode } from '../kubernetes/nodes.ts';
import { reader } from '../kubernetes/objects.ts';
import { scaled } from '../kubernetes/percent.ts';
import { readPodSpec } from '../kubernetes/pod-spec.ts';
import { nonZeroRequests, podLimits, podRequests, qualityOfService } from '../kubernetes/requests.ts';
import { readSelector, selects } from '../kubernetes/selectors.ts';
import { firstUntolerated, formatTaint, readTaints } from '../kubernetes/tolerations.ts';
import { parseYaml } from './parse-yaml.ts';

interface Recorded {
  readonly nodes: readonly { metadata: { name: string; labels: Record<string, string> }; spec: unknown }[];
  readonly pods: readonly {
    spec: unknown;
    requests: Record<string, number>;
    limits: Record<string, number>;
    nonZero: readonly [number, number];
    affinity: readonly boolean[];
    untolerated: readonly string[];
  }[];
  readonly labels: readonly Record<string, string>[];
  readonly selectors: readonly { selector: unknown; matches: readonly boolean[] }[];
  readonly scaled: readonly { value: number | string; total: number; roundUp: boolean; result: number | null }[];
  readonly yaml: readonly ({ text: string } & ({ json: unknown } | { error: true }))[];
  readonly createdNodes: readonly unknown[];
  readonly createdPods: readonly {
    spec: unknown;
    requests: Record<string, number>;
    qos: string;
    hostPorts: readonly number[] | null;
    fits: readonly { reasons: readonly string[]; unresolvable: boolean }[];
  }[];
}

const recorded = JSON.parse(
  readFileSync(new URL('../../test/fixtures/kubernetes/recorded.json', import.meta.url), 'utf8'),
) as Recorded;
const nodes = recorded.nodes.map(({ metadata, spec }) => ({ ...metadata, taints: readTaints(reader(spec), 'taints') }));

/** Only the room on the node decides. */
const NOT_CHOOSY = {
  nodeName: undefined,
  nodeSelector: {},
  requiredNodeTerms: undefined,
  hostPorts: [],
  tolerations: [{ key: '', operator: 'Exists', value: '', effect: undefined, seconds: undefined }],
} as const;

describe('as Kubernetes answers', () => {
  it.each(recorded.pods.map((pod, index) => [index, pod] as const))(
    'requests, limits, affinity and taints of pod %d',
    (_, pod) => {
      const spec = readPodSpec(reader(pod.spec));
      expect(podRequests(spec)).toEqual(pod.requests);
      expect(podLimits(spec)).toEqual(pod.limits);
      // The helper that was recorded takes what a pod asks as a whole; the scorer of v1.36.3 calls it without, as the oracle shows.
      if (spec.resources === undefined) expect(Object.values(nonZeroRequests(spec))).toEqual(pod.nonZero);
      expect(nodes.map((node) => matchesNodeSelection(spec, node))).toEqual(pod.affinity);
      const taints = nodes.map((node) => firstUntolerated(node.taints, spec.tolerations, ['NoSchedule', 'NoExecute']));
      expect(taints.map((taint) => (taint === undefined ? '' : formatTaint(taint)))).toEqual(pod.untolerated);
    },
  );

  it.each(recorded.createdPods.map((pod, index) => [index, pod] as const))(
    'what the API server makes of pod %d, and the room for it',
    (_, pod) => {
      const spec = decodedPod(readPodSpec(reader(pod.spec)));
      expect(podRequests(spec)).toEqual(pod.requests);
      expect(qualityOfService(spec)).toBe(pod.qos);
      expect(hostPortsOf(spec).map(({ port }) => port)).toEqual(pod.hostPorts ?? []);
      const onlyRoom = { ...demandOf(spec), ...NOT_CHOOSY };
      const fits = recorded.createdNodes.map((node) => rejection(onlyRoom, readNode(node)));
      expect(fits.map((rejected) => rejected?.reasons.toSorted() ?? [])).toEqual(
        pod.fits.map(({ reasons }) => reasons.toSorted()),
      );
      expect(fits.map((rejected) => rejected?.code === 'UnschedulableAndUnresolvable')).toEqual(
        pod.fits.map(({ unresolvable }) => unresolvable),
      );
    },
  );

  it('label selectors', () => {
    for (const { selector, matches } of recorded.selectors) {
      const read = readSelector(reader({ selector }), 'selector');
      expect({ selector, matches: recorded.labels.map((labels) => selects(read, labels)) }).toEqual({
        selector,
        matches,
      });
    }
  });

  it('whole numbers and percentages', () => {
    for (const { value, total, roundUp, result } of recorded.scaled) {
      expect({ value, total, result: scaled(value, total, roundUp ? 'up' : 'down') ?? null }).toEqual({
        value,
        total,
        result,
      });
    }
  });

  it.each(recorded.yaml.map((entry) => [entry.text, entry] as const))('YAML %j', (text, entry) => {
    const { documents, problems } = parseYaml(text, 'a.yaml');
    if ('error' in entry) expect(problems).not.toEqual([]);
    else expect({ value: documents[0]?.value ?? null, problems }).toEqual({ value: entry.json, problems: [] });
  });
});
