/** The upstream chart that this system installs. */
import { type Cluster, versionOf } from '../../spec/cluster.ts';
import type { ValuesArtifact } from '../../system.ts';

export const GATEKEEPER_NAMESPACE = 'gatekeeper-system';

/** The project numbers chart and program alike. */
export function gatekeeperChart(cluster: Pick<Cluster, 'versions'>): ValuesArtifact['chart'] {
  return {
    name: 'gatekeeper',
    repository: 'https://open-policy-agent.github.io/gatekeeper/charts',
    version: versionOf(cluster, 'gatekeeper').replace(/^v/, ''),
    release: 'gatekeeper',
    namespace: GATEKEEPER_NAMESPACE,
  };
}
