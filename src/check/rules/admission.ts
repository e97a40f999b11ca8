/** AD: webhooks and servers behind the API, without which it refuses or hangs. */
import { sayDuration } from '../../core/duration.ts';
import { at, type FieldPath } from '../../kubernetes/objects.ts';
import { find, ofKind } from '../../inventory/indexes.ts';
import type { Workload, World, WorldService, WorldWebhook } from '../../inventory/world.ts';
import { namespaceLabels, type WebhookRule } from '../../kubernetes/readers.ts';
import { selects } from '../../kubernetes/selectors.ts';
import { hiddenPods } from '../partial.ts';
import { floorOf } from '../reach.ts';
import { defect, type Rule } from '../rule.ts';
import { longChains } from '../webhook-chain.ts';
import { losingItsNodes } from '../witnesses.ts';
import { keepsReplicas } from '../workloads.ts';
import { serviceNamed } from '../lookups.ts';

/**
 * Resources without which a cluster does not repair itself, by group; namespaced ones count in kube-system. After
 * gardener/gardener@b312835d17 pkg/gardenlet/operation/botanist/matchers/matcher.go.
 */
const VITAL: readonly {
  readonly group: string;
  readonly resources: readonly string[];
  readonly namespaced: boolean;
}[] = [
  { group: 'coordination.k8s.io', resources: ['leases'], namespaced: true },
  {
    group: '',
    resources: ['pods', 'configmaps', 'endpoints', 'secrets', 'serviceaccounts', 'services'],
    namespaced: true,
  },
  { group: 'apps', resources: ['daemonsets', 'deployments', 'replicasets', 'controllerrevisions'], namespaced: true },
  { group: 'networking.k8s.io', resources: ['networkpolicies'], namespaced: true },
  { group: '', resources: ['nodes'], namespaced: false },
  { group: 'rbac.authorization.k8s.io', resources: ['clusterroles', 'clusterrolebindings'], namespaced: false },
  { group: 'certificates.k8s.io', resources: ['certificatesigningrequests'], namespaced: false },
  { group: 'apiregistration.k8s.io', resources: ['apiservices'], namespaced: false },
  { group: 'scheduling.k8s.io', resources: ['priorityclasses'], namespaced: false },
];

function matchesResource(
  { apiGroups, resources, operations, scope }: WebhookRule,
  { group, resource, namespaced }: { readonly group: string; readonly resource: string; readonly namespaced: boolean },
): boolean {
  if (scope === (namespaced ? 'Cluster' : 'Namespaced')) return false;
  const inGroup = apiGroups.includes('*') || apiGroups.includes(group);
  const inResources = resources.some((one) => one === '*' || one === '*/*' || one === resource);
  return inGroup && inResources && operations.some((one) => one === '*' || one === 'CREATE' || one === 'UPDATE');
}

/** What of the vital resources in kube-system the webhook is asked about; conditions may leave out more. */
function vitalOf({ spec }: WorldWebhook, world: World): readonly string[] {
  const system = world.namespaces.get('kube-system')?.labels ?? namespaceLabels('kube-system', {});
  const here = selects(spec.namespaceSelector, system);
  // One that asks for a label is opted into, object by object.
  if (!selects(spec.objectSelector, {})) return [];
  return VITAL.flatMap(({ group, resources, namespaced }) =>
    namespaced && !here
      ? []
      : resources.filter((resource) =>
          spec.rules.some((rule) => matchesResource(rule, { group, resource, namespaced })),
        ),
  );
}

const ad01: Rule = {
  id: 'AD01',
  family: 'AD',
  title: 'A webhook that must answer before the cluster can repair itself',
  severity: 'error',
  whySeverity:
    'While it does not answer, pods of the network, of DNS and of the webhook itself are not made again: nothing heals.',
  takesDown: 'The repair of the whole cluster, and with it what fails next.',
  remedy:
    'Leave kube-system out by namespaceSelector (kubernetes.io/metadata.name NotIn [kube-system]), and name only the resources that it is for.',
  price: 'Objects of kube-system are not checked by it; who may write there is a matter of RBAC.',
  source: 'gardener/gardener@b312835d17 matchers/matcher.go; gatekeeper#3829; Jetstack, GKE outage of 2019',
  needs: 'manifests',
  reads: [
    'admissionregistration.k8s.io/MutatingWebhookConfiguration',
    'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
    '/Namespace',
  ],
  *check(world) {
    for (const webhook of world.webhooks) {
      const { spec, configuration, path } = webhook;
      if (spec.failurePolicy !== 'Fail') continue;
      const vital = vitalOf(webhook, world);
      if (vital.length === 0) continue;
      if (spec.matchConditions > 0) {
        yield { unknown: `webhook ${spec.name} has matchConditions, which are not evaluated` };
        continue;
      }
      yield {
        on: configuration,
        path: [...path, 'namespaceSelector'],
        message: `${spec.name} fails closed and is asked about ${vital.slice(0, 4).join(', ')}${vital.length > 4 ? ` and ${vital.length - 4} more` : ''} of the cluster's own.`,
        cause: defect(`vital ${spec.name}`, configuration),
      };
    }
  },
};

/** Workloads behind a Service, and how many pods they keep at least. */
function backendOf(service: WorldService): { readonly workload: Workload; readonly floor: number } | undefined {
  const [workload] = service.workloads;
  if (workload === undefined || service.workloads.some((one) => one.kind === 'DaemonSet')) return undefined;
  return { workload, floor: service.workloads.reduce((sum, one) => sum + floorOf(one), 0) };
}

const BUILT_IN_GROUPS = new Set([
  '',
  '*',
  'apps',
  'batch',
  'networking.k8s.io',
  'policy',
  'autoscaling',
  'coordination.k8s.io',
]);

const ad02: Rule = {
  id: 'AD02',
  family: 'AD',
  title: 'A webhook that fails closed has one pod behind it',
  severity: 'error',
  whySeverity:
    'Losing the pod or its node is an everyday event, and until it is back the API refuses what the webhook is asked about.',
  takesDown: 'Writes to the API that the webhook is asked about: deployments, scaling, and pods that should come back.',
  remedy: 'Run two replicas of the webhook, spread over nodes, with a disruption budget.',
  price: 'Its requests again. Ignore in place of Fail would let unchecked objects in while it is away.',
  source: 'Kubernetes docs, concepts/cluster-administration/admission-webhooks-good-practices (high availability)',
  needs: 'manifests',
  reads: [
    '/Service',
    'admissionregistration.k8s.io/MutatingWebhookConfiguration',
    'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
    'autoscaling/HorizontalPodAutoscaler',
  ],
  acrossNamespaces: true,
  *check(world) {
    for (const { spec, configuration, path, service } of world.webhooks) {
      const backend = service === undefined ? undefined : backendOf(service);
      if (spec.failurePolicy !== 'Fail' || backend === undefined || backend.floor >= 2) continue;
      const own = spec.rules.every(({ apiGroups }) => apiGroups.every((group) => !BUILT_IN_GROUPS.has(group)));
      yield {
        on: configuration,
        path: [...path, 'failurePolicy'],
        message: `${spec.name} fails closed, and ${backend.floor === 0 ? 'no pod is' : 'one pod is'} kept of ${backend.workload.id}, which answers it.`,
        ...(own ? { severity: 'warning' as const } : {}),
        takesDown: [backend.workload],
        cause: defect(`webhook of ${backend.workload.id}`, configuration),
      };
    }
  },
};

const ad03: Rule = {
  id: 'AD03',
  family: 'AD',
  title: 'A webhook that must admit its own pods',
  severity: 'error',
  whySeverity:
    'When all of its pods are lost at once, as after a stop of the cluster, none can be made: only deleting the webhook helps.',
  takesDown: 'Everything that the webhook is asked about, until somebody deletes its configuration by hand.',
  remedy: 'Leave its own namespace out by namespaceSelector, or its own pods by objectSelector.',
  price: 'Its own pods are not checked by it.',
  source: 'kyverno#16177; Kubernetes docs, admission-webhooks-good-practices (avoid deadlocks)',
  needs: 'manifests',
  reads: [
    '/Service',
    'admissionregistration.k8s.io/MutatingWebhookConfiguration',
    'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
    '/Namespace',
  ],
  acrossNamespaces: true,
  *check(world) {
    for (const { spec, configuration, path, service } of world.webhooks) {
      if (spec.failurePolicy !== 'Fail' || service === undefined || service.workloads.length === 0) continue;
      if (
        !spec.rules.some(
          (rule) =>
            matchesResource(rule, { group: '', resource: 'pods', namespaced: true }) &&
            rule.operations.some((one) => one === '*' || one === 'CREATE'),
        )
      )
        continue;
      const labels = world.namespaces.get(service.namespace)?.labels ?? namespaceLabels(service.namespace, {});
      const caught = service.workloads.find(
        ({ templates }) => templates[0] !== undefined && selects(spec.objectSelector, templates[0].labels),
      );
      if (caught === undefined || !selects(spec.namespaceSelector, labels)) continue;
      if (spec.matchConditions > 0) {
        yield { unknown: `webhook ${spec.name} has matchConditions, which are not evaluated` };
        continue;
      }
      yield {
        on: configuration,
        path: [...path, 'namespaceSelector'],
        message: `${spec.name} fails closed and is asked about new pods of ${caught.id}, which answer it.`,
        takesDown: [caught],
        witness: { of: caught, lose: losingItsNodes(caught) },
        cause: defect(`self ${spec.name}`, configuration),
      };
    }
  },
};

const LONG_TIMEOUT = 10;

const ad04: Rule = {
  id: 'AD04',
  family: 'AD',
  title: 'A webhook that may hold requests for longer than their callers wait',
  severity: 'warning',
  whySeverity: 'It needs a webhook that hangs; then requests pile up in the API server, and leases run out.',
  takesDown: 'Leaders that cannot renew their lease, and requests of whoever shares the API server.',
  remedy: 'Set timeoutSeconds to 3 for leases and to at most 10 for others.',
  source:
    'gardener/gardener@b312835d17 matchers (15 s); gatekeeper#3829; client-go leaderelection (renew deadline 10 s); apiserver v0.36.3 pkg/endpoints/handlers/rest.go (34 s)',
  needs: 'manifests',
  reads: [
    'admissionregistration.k8s.io/MutatingWebhookConfiguration',
    'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
    '/Namespace',
  ],
  acrossNamespaces: true,
  *check(world) {
    const { renewDeadline } = world.controlPlane.settings;
    for (const webhook of world.webhooks) {
      const { spec, configuration, path } = webhook;
      const leases = vitalOf(webhook, world).includes('leases') && spec.timeoutSeconds * 1_000 >= renewDeadline;
      if (!leases && spec.timeoutSeconds <= LONG_TIMEOUT) continue;
      yield {
        on: configuration,
        path: [...path, 'timeoutSeconds'],
        message: leases
          ? `${spec.name} may hold a lease's renewal for ${spec.timeoutSeconds} s, and leaders give up after ${sayDuration(renewDeadline)}.`
          : `${spec.name} may hold each request for ${spec.timeoutSeconds} s; the API server itself gives up after 34 s.`,
      };
    }
    yield* longChains(world);
  },
};

const ad05: Rule = {
  id: 'AD05',
  family: 'AD',
  title: 'A webhook whose Service is not there',
  severity: 'error',
  whySeverity: 'It fails at once: the API refuses everything that the webhook is asked about.',
  takesDown: 'Writes to the API that the webhook is asked about.',
  remedy: 'Name the Service as it is called, or delete the configuration.',
  source: 'k8sgpt pkg/analyzer/validating_webhook.go; Kubernetes v1.36.3 staging/src/k8s.io/apiserver/pkg/util/webhook',
  needs: 'manifests',
  reads: [
    '/Service',
    'admissionregistration.k8s.io/MutatingWebhookConfiguration',
    'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
  ],
  acrossNamespaces: true,
  *check(world) {
    const hidden = hiddenPods(world);
    for (const { spec, configuration, path, service } of world.webhooks) {
      if (spec.service === undefined || service !== undefined || spec.failurePolicy !== 'Fail') continue;
      const { namespace, name } = spec.service;
      const why = hidden(namespace);
      if (why !== undefined)
        yield { unknown: `Service ${namespace}/${name} of webhook ${spec.name} is not shown: ${why}` };
      else
        yield {
          on: configuration,
          path: [...path, 'clientConfig', 'service', 'name'],
          message: `${spec.name} fails closed and calls Service ${namespace}/${name}, which there is not.`,
        };
    }
  },
};

const ad06: Rule = {
  id: 'AD06',
  family: 'AD',
  title: 'Stored objects that one pod must convert',
  severity: 'warning',
  whySeverity:
    'While the pod is away, objects of the kind cannot be read in other versions; garbage collection and backups stop at them.',
  takesDown:
    'Every controller of the kind, garbage collection and backups of the whole cluster, while the pod is away.',
  remedy: 'Run two replicas of the converter, or store and serve one version.',
  price: 'Its requests again.',
  source:
    'gardener/gardener (CRDsWithProblematicConversionWebhooks); Kubernetes docs, custom-resource-definition-versioning',
  needs: 'manifests',
  reads: ['/Service', 'apiextensions.k8s.io/CustomResourceDefinition'],
  acrossNamespaces: true,
  *check(world) {
    for (const sourced of ofKind(world.index, 'apiextensions.k8s.io/CustomResourceDefinition')) {
      if (at(sourced.object, 'spec', 'conversion', 'strategy') !== 'Webhook') continue;
      const found = singleBackend(
        world,
        at(sourced.object, 'spec', 'conversion', 'webhook', 'clientConfig', 'service'),
      );
      if (found === undefined) continue;
      yield {
        on: sourced,
        path: ['spec', 'conversion', 'webhook', 'clientConfig', 'service'],
        message: `One pod is kept of ${found.id}, which converts its objects between versions.`,
        takesDown: [found],
      };
    }
  },
};

const ad07: Rule = {
  id: 'AD07',
  family: 'AD',
  title: 'A part of the API that one pod answers',
  severity: 'warning',
  whySeverity:
    'While the pod is away, discovery is incomplete: namespaces are not deleted, garbage is not collected, autoscalers stand still.',
  takesDown: 'What reads that API, deletions of namespaces and garbage collection, while the pod is away.',
  remedy: 'Run two replicas of the server, spread over nodes, with a disruption budget.',
  price: 'Its requests again.',
  source:
    'Kubernetes docs, concepts/extend-kubernetes/api-extension/apiserver-aggregation; pkg/controller/namespace/deletion (discovery errors)',
  needs: 'manifests',
  reads: ['/Service', 'apiregistration.k8s.io/APIService'],
  acrossNamespaces: true,
  *check(world) {
    for (const sourced of ofKind(world.index, 'apiregistration.k8s.io/APIService')) {
      const path: FieldPath = ['spec', 'service'];
      const found = singleBackend(world, at(sourced.object, ...path));
      if (found === undefined) continue;
      yield {
        on: sourced,
        path,
        message: `One pod is kept of ${found.id}, which answers this part of the API.`,
        takesDown: [found],
      };
    }
  },
};

function singleBackend(world: World, reference: unknown): Workload | undefined {
  const [namespace, name] = [at(reference, 'namespace'), at(reference, 'name')];
  if (typeof namespace !== 'string' || typeof name !== 'string') return undefined;
  if (find(world.index, '/Service', namespace, name) === undefined) return undefined;
  const service = serviceNamed(world, namespace, name);
  const backend = service === undefined ? undefined : backendOf(service);
  return backend !== undefined && backend.floor < 2 && keepsReplicas(backend.workload) ? backend.workload : undefined;
}

export const admission: readonly Rule[] = [ad01, ad02, ad03, ad04, ad05, ad06, ad07];
