/** How Prometheus finds the members: by the label of their static pods, or by their addresses. */
import type { KubernetesObject, ObjectArtifact } from '../../../system.ts';
import { instancesOf } from '../endpoints.ts';
import { urlHost } from '../members.ts';
import type { Settled } from '../settings.ts';

/** Where kube-prometheus and its chart look by custom. */
const NAMESPACE = 'monitoring';

/** One object per etcd; alerts count on its job label. */
export function scrapeObjects(facts: Settled): readonly ObjectArtifact[] {
  return instancesOf(facts).map((instance) => {
    const external = facts.topology === 'external';
    return {
      form: 'object',
      path: `objects/${external ? 'scrapeconfig' : 'podmonitor'}-${instance.name}.yaml`,
      purpose: `Prometheus reads the metrics of ${instance.name} as job ${instance.name}.`,
      decisions: ['etcd.metrics', 'etcd.members'],
      object: external ? scrapeConfig(facts, instance) : podMonitor(instance),
    };
  });
}

type Scraped = ReturnType<typeof instancesOf>[number];

/** kubeadm labels its static pods `component: etcd` and names the metrics port `probe-port` (cmd/kubeadm v1.36.3). */
function podMonitor({ name }: Scraped): KubernetesObject {
  return {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PodMonitor',
    metadata: { name, namespace: NAMESPACE },
    spec: {
      jobLabel: 'component',
      namespaceSelector: { matchNames: ['kube-system'] },
      selector: { matchLabels: { component: name } },
      podMetricsEndpoints: [{ port: 'probe-port', scheme: 'http', interval: '30s' }],
    },
  };
}

function scrapeConfig(facts: Settled, { name, metricsPort }: Scraped): KubernetesObject {
  return {
    apiVersion: 'monitoring.coreos.com/v1alpha1',
    kind: 'ScrapeConfig',
    metadata: { name, namespace: NAMESPACE },
    spec: {
      jobName: name,
      scrapeInterval: '30s',
      scheme: 'HTTP',
      staticConfigs: [
        { targets: facts.members.map(({ address }) => `${urlHost(address)}:${metricsPort}`), labels: { job: name } },
      ],
    },
  };
}
