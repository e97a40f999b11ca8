/** Values of Gatekeeper's chart: asked about no more than its rules need, spread, and without mutation. */
import type { JsonObject } from '../../../core/json.ts';
import { formatBytes, formatCpu } from '../../../core/quantity.ts';
import { constraintObject, type SpreadForm } from '../../../kubernetes/spread-form.ts';
import { type Cluster, versionOf } from '../../../spec/cluster.ts';
import type { ValuesArtifact } from '../../../system.ts';
import { gatekeeperChart } from '../charts.ts';
import { ACROSS } from '../rules/across.ts';
import { ACROSS_OBJECTS } from '../rules/catalogue.ts';
import type { GatekeeperSettings, PolicySettings, RegionSpread } from '../settings.ts';

export function gatekeeperValues(
  settings: PolicySettings,
  cluster: Pick<Cluster, 'versions'>,
): readonly ValuesArtifact[] {
  const { gatekeeper } = settings;
  if (gatekeeper === null) return [];
  const size: JsonObject = {
    requests: { cpu: formatCpu(gatekeeper.size.cpu), memory: formatBytes(gatekeeper.size.memory) },
    limits: { memory: formatBytes(gatekeeper.size.memory) },
  };
  return [
    {
      form: 'values',
      path: 'values/gatekeeper.yaml',
      purpose:
        gatekeeper.webhook === null
          ? 'Gatekeeper for its audit alone: there is no webhook that could block anything.'
          : 'Gatekeeper with a webhook that is asked about nothing but what its rules look at.',
      decisions: ['policy.gatekeeper', 'policy.webhook', 'policy.webhookFailure', 'policy.audit'],
      chart: gatekeeperChart(cluster),
      values: {
        auditInterval: gatekeeper.auditInterval / 1_000,
        // Only kinds that a constraint names are listed.
        auditMatchKindOnly: true,
        disableMutation: true,
        enableExternalData: false,
        ...images(versionOf(cluster, 'gatekeeper')),
        podAnnotations: { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '8888' },
        audit: { resources: size },
        ...(gatekeeper.webhook === null ? WITHOUT_WEBHOOK : webhookValues(settings, gatekeeper.webhook, size)),
      },
    },
  ];
}

/** With its registry, where the chart leaves that to the node. */
function images(release: string): JsonObject {
  const crds = 'docker.io/openpolicyagent/gatekeeper-crds';
  return {
    image: { repository: 'docker.io/openpolicyagent/gatekeeper', crdRepository: crds, release },
    preInstall: { crdRepository: { image: { repository: crds, tag: release } } },
    postInstall: {
      labelNamespace: { image: { repository: crds, tag: release } },
      probeWebhook: { image: { repository: 'docker.io/curlimages/curl' } },
    },
    preUninstall: { deleteWebhookConfigurations: { enabled: true, image: { repository: crds, tag: release } } },
  };
}

/** A manager without any operation runs all of them (pkg/operations/operations.go), so none may start. */
const WITHOUT_WEBHOOK: JsonObject = {
  replicas: 0,
  disableValidatingWebhook: true,
  controllerManager: { disableWebhookOperation: true },
};

function webhookValues(
  { stages }: PolicySettings,
  webhook: NonNullable<GatekeeperSettings['webhook']>,
  resources: JsonObject,
): JsonObject {
  const { replicas, spread, minAvailable, failurePolicy, timeout } = webhook;
  const asked = ACROSS_OBJECTS.filter((name) => stages[name] === 'warn' || stages[name] === 'deny').map(
    (name) => ACROSS[name].judges,
  );
  return {
    replicas,
    validatingWebhookFailurePolicy: failurePolicy,
    validatingWebhookCheckIgnoreFailurePolicy: failurePolicy,
    validatingWebhookTimeoutSeconds: timeout / 1_000,
    // The chart adds Gatekeeper's own namespace to the list.
    validatingWebhookExemptNamespacesLabels: { 'kubernetes.io/metadata.name': ['kube-system'] },
    validatingWebhookCustomRules: asked.map(({ group, version, resource }) => ({
      apiGroups: [group],
      apiVersions: [version],
      operations: ['CREATE', 'UPDATE'],
      resources: [resource],
      scope: 'Namespaced',
    })),
    controllerManager: {
      exemptNamespaces: ['kube-system'],
      resources,
      topologySpreadConstraints: spread.map(constraint),
    },
    pdb: { controllerManager: { minAvailable } },
  };
}

const WEBHOOK_PODS: JsonObject = { matchLabels: { 'gatekeeper.sh/operation': 'webhook' } };

function constraint(form: SpreadForm | RegionSpread): JsonObject {
  if (form.topologyKey !== 'topology.kubernetes.io/region')
    return constraintObject(form, { labelSelector: WEBHOOK_PODS, hashed: true });
  return {
    ...form,
    nodeTaintsPolicy: 'Honor',
    labelSelector: WEBHOOK_PODS,
    matchLabelKeys: ['pod-template-hash'],
  };
}
