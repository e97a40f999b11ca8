/** Typed views of the objects beside workloads that decide whether pods run, move and are reached. */
import { isObject } from '../core/json.ts';
import { at, flag, into, integer, intOrString, items, reader, text, textList, textMap } from './objects.ts';
import type { Labels, Reader, Refuse } from './objects.ts';
import type { ContainerDefaults, PriorityClass, RuntimeClass } from './defaulting.ts';
import { limitRangeDefaults } from './defaulting.ts';
import type { BudgetForm, IntOrPercent } from './percent.ts';
import { readResources } from './resources.ts';
import type { Selector } from './selectors.ts';
import { readMapSelector, readSelector } from './selectors.ts';
import { readTolerations } from './tolerations.ts';

export interface ServicePort {
  readonly name: string | undefined;
  readonly port: number;
  readonly protocol: string;
  readonly targetPort: IntOrPercent;
}

export interface ServiceSpec {
  readonly type: string;
  /** `nothing` for a Service without selector: its endpoints are made by somebody else. */
  readonly selector: Selector;
  readonly headless: boolean;
  readonly ports: readonly ServicePort[];
  readonly publishNotReadyAddresses: boolean;
  readonly externalTrafficPolicy: string;
  readonly internalTrafficPolicy: string;
  readonly trafficDistribution: string | undefined;
  readonly sessionAffinity: string;
}

/** Defaults: pkg/apis/core/v1/defaults.go (SetDefaults_Service). */
export function readService(object: unknown, refuse?: Refuse): ServiceSpec {
  const spec = into(reader(object, refuse), 'spec');
  return {
    type: text(spec, 'type') || 'ClusterIP',
    selector: readMapSelector(spec, 'selector'),
    headless: at(spec.value, 'clusterIP') === 'None',
    ports: items(spec, 'ports').map((port) => {
      const number = integer(port, 'port') ?? 0;
      return {
        name: text(port, 'name'),
        port: number,
        protocol: text(port, 'protocol') || 'TCP',
        targetPort: intOrString(port, 'targetPort') || number,
      };
    }),
    publishNotReadyAddresses: flag(spec, 'publishNotReadyAddresses') ?? false,
    externalTrafficPolicy: text(spec, 'externalTrafficPolicy') || 'Cluster',
    internalTrafficPolicy: text(spec, 'internalTrafficPolicy') || 'Cluster',
    trafficDistribution: text(spec, 'trafficDistribution'),
    sessionAffinity: text(spec, 'sessionAffinity') || 'None',
  };
}

export interface BudgetSpec extends BudgetForm {
  /** policy/v1: absent selects no pod, empty selects every pod of the namespace. */
  readonly selector: Selector;
  readonly unhealthyPodEvictionPolicy: 'IfHealthyBudget' | 'AlwaysAllow';
  /** What its controller last wrote; undefined when the object has no status. Preemption goes by it. */
  readonly status: BudgetStatus | undefined;
}

export interface BudgetStatus {
  readonly disruptionsAllowed: number;
  readonly currentHealthy: number;
  readonly desiredHealthy: number;
  readonly expectedPods: number;
  /** Pods whose eviction was granted and not yet seen. */
  readonly disruptedPods: ReadonlySet<string>;
}

export function readBudget(object: unknown, refuse?: Refuse): BudgetSpec {
  const root = reader(object, refuse);
  const spec = into(root, 'spec');
  return {
    selector: readSelector(spec, 'selector'),
    minAvailable: intOrString(spec, 'minAvailable'),
    maxUnavailable: intOrString(spec, 'maxUnavailable'),
    unhealthyPodEvictionPolicy:
      text(spec, 'unhealthyPodEvictionPolicy') === 'AlwaysAllow' ? 'AlwaysAllow' : 'IfHealthyBudget',
    status: readBudgetStatus(into(root, 'status')),
  };
}

function readBudgetStatus(status: Reader): BudgetStatus | undefined {
  if (!isObject(status.value) || Object.keys(status.value).length === 0) return undefined;
  const disrupted = at(status.value, 'disruptedPods');
  return {
    disruptionsAllowed: integer(status, 'disruptionsAllowed') ?? 0,
    currentHealthy: integer(status, 'currentHealthy') ?? 0,
    desiredHealthy: integer(status, 'desiredHealthy') ?? 0,
    expectedPods: integer(status, 'expectedPods') ?? 0,
    disruptedPods: new Set(isObject(disrupted) ? Object.keys(disrupted) : []),
  };
}

export interface WebhookSpec {
  readonly name: string;
  readonly failurePolicy: 'Fail' | 'Ignore';
  readonly timeoutSeconds: number;
  readonly namespaceSelector: Selector;
  readonly objectSelector: Selector;
  /** Undefined when it is called by URL. */
  readonly service: { readonly namespace: string; readonly name: string; readonly port: number } | undefined;
  readonly url: string | undefined;
  readonly rules: readonly WebhookRule[];
  readonly matchConditions: number;
}

export interface WebhookRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly operations: readonly string[];
  readonly scope: string;
}

/** The webhooks of a configuration. Defaults: pkg/apis/admissionregistration/v1/defaults.go; selectors that are absent select everything. */
export function readWebhooks(object: unknown, refuse?: Refuse): readonly WebhookSpec[] {
  return items(reader(object, refuse), 'webhooks').map((webhook) => {
    const client = into(webhook, 'clientConfig');
    const service = into(client, 'service');
    return {
      name: text(webhook, 'name') ?? '',
      failurePolicy: text(webhook, 'failurePolicy') === 'Ignore' ? 'Ignore' : 'Fail',
      timeoutSeconds: integer(webhook, 'timeoutSeconds') ?? 10,
      namespaceSelector: selectorOrEverything(webhook, 'namespaceSelector'),
      objectSelector: selectorOrEverything(webhook, 'objectSelector'),
      service:
        service.value === undefined
          ? undefined
          : {
              namespace: text(service, 'namespace') ?? '',
              name: text(service, 'name') ?? '',
              port: integer(service, 'port') ?? 443,
            },
      url: text(client, 'url'),
      rules: items(webhook, 'rules').map(readRule),
      matchConditions: items(webhook, 'matchConditions').length,
    };
  });
}

export function readPriorityClass(object: unknown, refuse?: Refuse): PriorityClass {
  const root = reader(object, refuse);
  return {
    name: text(into(root, 'metadata'), 'name') ?? '',
    value: integer(root, 'value') ?? 0,
    globalDefault: flag(root, 'globalDefault') ?? false,
    preemptionPolicy: text(root, 'preemptionPolicy') || 'PreemptLowerPriority',
  };
}

export function readRuntimeClass(object: unknown, refuse?: Refuse): RuntimeClass {
  const root = reader(object, refuse);
  const scheduling = into(root, 'scheduling');
  return {
    name: text(into(root, 'metadata'), 'name') ?? '',
    overhead: readResources(at(root.value, 'overhead', 'podFixed')),
    nodeSelector: textMap(scheduling, 'nodeSelector'),
    tolerations: readTolerations(scheduling, 'tolerations'),
  };
}

/** What a LimitRange gives to containers that say nothing; undefined when it has no item for containers. */
export function readLimitRange(object: unknown, refuse?: Refuse): ContainerDefaults | undefined {
  const spec = into(reader(object, refuse), 'spec');
  const parts = items(spec, 'limits')
    .filter((item) => text(item, 'type') === 'Container')
    .map((item) =>
      limitRangeDefaults({
        default: readResources(at(item.value, 'default')),
        defaultRequest: readResources(at(item.value, 'defaultRequest')),
        max: readResources(at(item.value, 'max')),
        min: readResources(at(item.value, 'min')),
      }),
    );
  if (parts.length === 0) return undefined;
  return {
    requests: Object.assign({}, ...parts.map(({ requests }) => requests)),
    limits: Object.assign({}, ...parts.map(({ limits }) => limits)),
  };
}

/** Labels of a namespace with the one that the API server always adds (SetDefaults_Namespace). */
export function namespaceLabels(name: string, written: Labels): Labels {
  return { ...written, 'kubernetes.io/metadata.name': name };
}

function selectorOrEverything(webhook: Reader, key: string): Selector {
  return at(webhook.value, key) === undefined ? { matches: 'all-of', requirements: [] } : readSelector(webhook, key);
}

function readRule(rule: Reader): WebhookRule {
  return {
    apiGroups: textList(rule, 'apiGroups'),
    resources: textList(rule, 'resources'),
    operations: textList(rule, 'operations'),
    scope: text(rule, 'scope') || '*',
  };
}
