/** LC10: probes that start a process. */
import type { Workload, World } from '../../inventory/world.ts';
import { type Container, runningContainers } from '../../kubernetes/pod-spec.ts';
import type { RuleContext } from '../context.ts';
import { containerPath, podSpecOf } from '../reach.ts';
import { PLACEMENT_READS } from '../reads.ts';
import type { Rule } from '../rule.ts';

/** Each costs the runtime tens of milliseconds of a CPU beside what the command does; more of them are a core. */
const MOST_PER_SECOND = 10;

const lc10: Rule = {
  id: 'LC10',
  family: 'LC',
  title: 'Probes start more processes than a node should start',
  severity: 'info',
  whySeverity: 'Nothing goes down by itself; on a busy node the probes are late, and what is late fails.',
  takesDown: 'CPU of the nodes, and pods whose probes time out when a node is busy.',
  remedy: 'Ask by httpGet, tcpSocket or grpc, or ask less often.',
  source:
    'redhat-best-practices-for-k8s/certsuite (max-resources-exec-probes); Kubernetes docs, configure-liveness-readiness-startup-probes (exec)',
  needs: 'document',
  reads: [...PLACEMENT_READS],
  acrossNamespaces: true,
  *check(world, context) {
    const rates = ratesByNode(world, context);
    const [worst] = [...rates].sort((a, b) => b[1].total - a[1].total || (a[0] < b[0] ? -1 : 1));
    if (worst === undefined || worst[1].total <= MOST_PER_SECOND) return;
    const [node, { total, by }] = worst;
    const [first] = [...by].sort((a, b) => b[1] - a[1]);
    const probed = first === undefined ? undefined : execProbesOf(first[0])[0];
    if (first === undefined || probed === undefined) return;
    const [workload, rate] = first;
    yield {
      on: workload,
      path: [...containerPath(workload, probed.container), probed.field],
      message: `Probes start ${say(total)} processes a second on ${node}; ${say(rate)} of them are ${workload.id}'s, one each ${probed.periodSeconds} s for every pod.`,
      takesDown: [],
    };
  },
};

interface Rate {
  total: number;
  readonly by: Map<Workload, number>;
}

function ratesByNode({ workloads }: World, { twin }: RuleContext): ReadonlyMap<string, Rate> {
  const rates = new Map<string, Rate>();
  for (const workload of workloads) {
    const rate = execProbesOf(workload).reduce((sum, { periodSeconds }) => sum + 1 / periodSeconds, 0);
    if (rate === 0) continue;
    for (const pod of workload.pods) {
      const node = pod.node ?? twin()?.nodeOf(pod);
      if (node === undefined) continue;
      const known = rates.get(node) ?? { total: 0, by: new Map<Workload, number>() };
      rates.set(node, known);
      known.total += rate;
      known.by.set(workload, (known.by.get(workload) ?? 0) + rate);
    }
  }
  return rates;
}

interface ExecProbe {
  readonly container: Container;
  readonly field: 'livenessProbe' | 'readinessProbe';
  readonly periodSeconds: number;
}

/** Those that run for as long as the container does. */
function execProbesOf(workload: Workload): readonly ExecProbe[] {
  return runningContainers(podSpecOf(workload)).flatMap((container) =>
    (['livenessProbe', 'readinessProbe'] as const).flatMap((field) => {
      const probe = container[field];
      return probe?.action.kind === 'exec' ? [{ container, field, periodSeconds: probe.periodSeconds }] : [];
    }),
  );
}

function say(rate: number): string {
  return String(Number(rate.toFixed(1)));
}

export const lifecycleExec: readonly Rule[] = [lc10];
