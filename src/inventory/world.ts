/**
 * The world: what checks, the twin, explanations and the lab look at. Plain data, built once, never changed; what
 * pods of one template have in common is held once. Everything keeps the way back to the file and line it came from.
 */
import type { Problem } from '../core/error.ts';
import type { Millis, PerSecond } from '../core/units.ts';
import type { ControlPlaneFacts, Member } from '../facts.ts';
import type { AutoscalerSpec } from '../kubernetes/autoscalers.ts';
import type { Admission, PriorityClass, RuntimeClass } from '../kubernetes/defaulting.ts';
import type { PodDemand } from '../kubernetes/feasibility.ts';
import type { NodePoolSpec } from '../kubernetes/karpenter.ts';
import type { NodeSpec } from '../kubernetes/nodes.ts';
import type { FieldPath, Labels } from '../kubernetes/objects.ts';
import type { BudgetCount } from '../kubernetes/percent.ts';
import type { PodSpec } from '../kubernetes/pod-spec.ts';
import type { WorkloadKind, WorkloadSpec } from '../kubernetes/pod-template.ts';
import type { HeldResources, PodStatus } from '../kubernetes/pod-status.ts';
import type { BudgetSpec, ServiceSpec, WebhookSpec } from '../kubernetes/readers.ts';
import type { Selector } from '../kubernetes/selectors.ts';
import type { ClaimSpec, ClaimState, StorageClassSpec, VolumeSpec } from '../kubernetes/storage.ts';
import type { CsiState } from './csi.ts';
import type { Sourced } from './identity.ts';
import type { ObjectIndex, Owner } from './indexes.ts';
import type { Inventory, LiveReading, UnknownKind } from './inventory.ts';
import type { RefusedObject } from './refusals.ts';

export interface World {
  /** Where it comes from: manifests and live objects, or a plan with what it renders. */
  readonly of: 'inventory' | 'plan';
  /** Of the API server, `v1.36.3`; undefined when nothing tells. */
  readonly kubernetesVersion: string | undefined;
  /** Of a live cluster: which, and what of it could not be read. Undefined for manifests and plans alone. */
  readonly live: LiveReading | undefined;
  readonly index: ObjectIndex;
  /** Every namespace that is given or lived in, with the labels that the API server adds. */
  readonly namespaces: ReadonlyMap<string, Namespace>;
  readonly nodes: readonly WorldNode[];
  /** Zones with nodes or members, by region and name. */
  readonly zones: readonly WorldZone[];
  readonly controlPlane: WorldControlPlane;
  /** Sorted by id. */
  readonly workloads: readonly Workload[];
  readonly services: readonly WorldService[];
  readonly budgets: readonly WorldBudget[];
  readonly autoscalers: readonly WorldAutoscaler[];
  readonly claims: readonly WorldClaim[];
  readonly volumes: readonly WorldVolume[];
  readonly storageClasses: readonly WorldStorageClass[];
  readonly csi: CsiState;
  /** Selectors of ReplicaSets, StatefulSets and ReplicationControllers by `controllerKey`, given or made by their Deployment. */
  readonly controllerSelectors: ReadonlyMap<string, Selector>;
  /** Karpenter's. */
  readonly nodePools: readonly WorldNodePool[];
  readonly webhooks: readonly WorldWebhook[];
  readonly priorityClasses: ReadonlyMap<string, PriorityClass>;
  /** True when a class that is not among them is not there. */
  readonly priorityClassesShown: boolean;
  readonly runtimeClasses: ReadonlyMap<string, RuntimeClass>;
  readonly configurations: readonly Sourced[];
  /** Kinds that were read but not understood. */
  readonly unknownKinds: readonly UnknownKind[];
  readonly passedOver: Inventory['passedOver'];
  /** What could not be read, and fields that the API server would refuse. */
  readonly problems: readonly Problem[];
  /** Objects that the API server would refuse, with their problems, which are among the others: no part of the world holds them. */
  readonly refused: readonly RefusedObject[];
  /** Objects that it would refuse unless what they name is there without having been given: the world holds them. */
  readonly doubtful: readonly RefusedObject[];
  /** What is no mistake but must be said: pods of other schedulers, namespaces that are not given, nodes without a zone. */
  readonly notes: readonly Problem[];
}

export interface Namespace {
  readonly name: string;
  readonly labels: Labels;
  /** Undefined when nothing but its inhabitants tell of it. */
  readonly sourced: Sourced | undefined;
}

export interface WorldNode extends NodeSpec {
  readonly role: 'worker' | 'control-plane';
  /** The document's pool; undefined for nodes read from objects. */
  readonly pool: string | undefined;
  readonly sourced: Sourced | undefined;
  /** What had to be assumed to make the node up, one sentence each; empty for nodes read from objects. */
  readonly assumed: readonly string[];
}

export interface WorldZone {
  readonly region: string;
  /** Empty for nodes without a zone label. */
  readonly zone: string;
  readonly nodes: readonly WorldNode[];
  /** Members of the control plane in it, by name. */
  readonly members: readonly string[];
}

export interface Workload {
  /** `Deployment/shop/cart`. */
  readonly id: string;
  /** `Other`: its pods belong to a controller of a kind that is not known. */
  readonly kind: WorkloadKind | 'Other';
  readonly namespace: string;
  readonly name: string;
  /** Undefined when only its pods are known. */
  readonly sourced: Sourced | undefined;
  readonly spec: WorkloadSpec;
  /** Pods wanted: as written or 1, moved into the range of its autoscaler; for a DaemonSet its eligible nodes. */
  readonly replicas: number;
  readonly autoscaler: AutoscalerSpec | undefined;
  /** Usually one; several while a live rollout is under way. */
  readonly templates: readonly PodTemplate[];
  /** By name; of live objects when the inventory holds its pods, else as its controller would make them. */
  readonly pods: readonly WorldPod[];
  /** True when the pods were read from objects. */
  readonly observed: boolean;
  /** A pod that the kubelet runs from its own disk; nothing moves it. */
  readonly static: boolean;
  /** `holdfast.dev/criticality` and `holdfast.dev/accepted-downtime`, as written. */
  readonly criticality: string | undefined;
  readonly acceptedDowntime: string | undefined;
}

/** What pods of one template share. */
export interface PodTemplate {
  /** Unique in the world, from 0. */
  readonly id: number;
  readonly namespace: string;
  /** Labels of every pod; those that differ by pod are the pod's own. */
  readonly labels: Labels;
  readonly annotations: Labels;
  /** As the API server stores it: defaults and admission applied, without a node's name that only the scheduler gave. */
  readonly spec: PodSpec;
  readonly demand: PodDemand;
  readonly priority: number;
}

export interface WorldPod {
  readonly name: string;
  readonly uid: string | undefined;
  /** Its controller, as it names it; for pods that are made the ReplicaSet of a Deployment. */
  readonly owner: Owner | undefined;
  readonly template: PodTemplate;
  /** The node it is on or is bound to; undefined while it waits for the scheduler. */
  readonly node: string | undefined;
  /** Labels that no sibling has; undefined when there are none. */
  readonly ownLabels: Labels | undefined;
  /** StatefulSets. */
  readonly ordinal: number | undefined;
  /** From its conditions; undefined when it was not read from an object with a status. */
  readonly ready: boolean | undefined;
  readonly terminating: boolean;
  /** `controller.kubernetes.io/pod-deletion-cost`; 0 when it is not written. */
  readonly deletionCost: number;
  /** Undefined when it was not read from a live object. */
  readonly status: PodStatus | undefined;
  /** What it holds of its node when that is not its template's demand: it was resized in place. */
  readonly held: HeldResources | undefined;
  readonly sourced: Sourced | undefined;
}

export interface WorldService {
  readonly namespace: string;
  readonly name: string;
  readonly sourced: Sourced;
  readonly spec: ServiceSpec;
  /** Workloads of which it selects at least one pod. */
  readonly workloads: readonly Workload[];
  /** Pods that it selects. */
  readonly pods: number;
}

export interface WorldBudget {
  readonly namespace: string;
  readonly name: string;
  readonly sourced: Sourced;
  readonly spec: BudgetSpec;
  readonly workloads: readonly Workload[];
  readonly pods: number;
  /** Sum of the replicas that the controllers of its pods want. */
  readonly scale: number;
  /** Undefined when it says nothing that can be read, or counts pods whose controllers have no scale. */
  readonly count: BudgetCount | undefined;
  /** Ids of workloads without a scale (DaemonSets, Jobs, bare pods) that keep a percentage or maxUnavailable from being counted. */
  readonly uncountable: readonly string[];
}

export interface WorldAutoscaler {
  readonly namespace: string;
  readonly name: string;
  readonly sourced: Sourced;
  readonly spec: AutoscalerSpec;
  readonly workload: Workload | undefined;
}

export interface WorldClaim {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string | undefined;
  /** Undefined when it was not given. */
  readonly sourced: Sourced | undefined;
  /** The pod whose ephemeral volume it is. */
  readonly owner: Owner | undefined;
  /** Undefined when pods name a claim that nobody gave and no controller makes. */
  readonly spec: (ClaimSpec & ClaimState) | undefined;
  /** By the claim's name for it, or the default class. */
  readonly storageClass: WorldStorageClass | undefined;
  readonly volume: WorldVolume | undefined;
  /** Workloads whose pods use it. */
  readonly workloads: readonly Workload[];
}

export interface WorldVolume extends VolumeSpec {
  readonly name: string;
  readonly sourced: Sourced;
}

export interface WorldNodePool {
  readonly name: string;
  readonly sourced: Sourced;
  readonly spec: NodePoolSpec;
}

export interface WorldStorageClass {
  readonly name: string;
  readonly sourced: Sourced;
  readonly spec: StorageClassSpec;
}

export interface WorldWebhook {
  readonly form: 'validating' | 'mutating';
  readonly configuration: Sourced;
  /** The place in the configuration: `['webhooks', 0]`. */
  readonly path: FieldPath;
  readonly spec: WebhookSpec;
  /** Undefined when it is called by URL, or its Service was not given. */
  readonly service: WorldService | undefined;
}

export interface WorldControlPlane {
  readonly kind: ControlPlaneFacts['kind'] | 'unknown';
  /** Machines that run API servers; empty when they are the provider's or nothing tells. */
  readonly members: readonly Member[];
  readonly endpoint: { readonly host: string; readonly port: number } | undefined;
  readonly balancer: ControlPlaneFacts['balancer'] | undefined;
  readonly etcd: {
    readonly topology: 'stacked' | 'external' | 'managed' | 'unknown';
    readonly members: readonly Member[];
    /** 0 when nothing tells. */
    readonly quorum: number;
  };
  readonly settings: ControlPlaneSettings;
  /** Settings that were stated by a plan, a flag or a file; the others are the defaults of Kubernetes v1.36. */
  readonly stated: ReadonlySet<keyof ControlPlaneSettings>;
}

/** The flags that decide how losses are noticed and answered. */
export interface ControlPlaneSettings {
  readonly nodeMonitorPeriod: Millis;
  readonly nodeMonitorGracePeriod: Millis;
  readonly nodeEvictionRate: PerSecond;
  readonly secondaryNodeEvictionRate: PerSecond;
  readonly unhealthyZoneThreshold: number;
  readonly largeClusterSizeThreshold: number;
  /** Seconds that pods tolerate the two taints of lost nodes when they say nothing; undefined when the plugin is off. */
  readonly notReadyTolerationSeconds: number | undefined;
  readonly unreachableTolerationSeconds: number | undefined;
  readonly leaseDuration: Millis;
  readonly renewDeadline: Millis;
  readonly retryPeriod: Millis;
  readonly controllerManagerQps: PerSecond;
  readonly controllerManagerBurst: number;
  readonly schedulerQps: PerSecond;
  readonly schedulerBurst: number;
}

/** What admission of a namespace's pods needs, with the cluster's classes. */
export type AdmissionOf = (namespace: string) => Admission;

/** All labels of a pod. */
export function labelsOfPod(pod: WorldPod): Labels {
  return pod.ownLabels === undefined ? pod.template.labels : { ...pod.template.labels, ...pod.ownLabels };
}

/**
 * All pods, those that were read in the order of their files, then those that controllers will make. The scheduler's cache
 * holds the pods of a node in the order in which it heard of them; among equals the first stays when room is made.
 */
export function podsAsGiven({ workloads, index }: Pick<World, 'workloads' | 'index'>): readonly WorldPod[] {
  const place = new Map(index.all.map((sourced, at) => [sourced, at]));
  const placed = workloads
    .flatMap(({ pods }) => pods)
    .map((pod) => ({
      pod,
      at: (pod.sourced === undefined ? undefined : place.get(pod.sourced)) ?? Number.MAX_SAFE_INTEGER,
    }));
  return placed.sort((a, b) => a.at - b.at).map(({ pod }) => pod);
}
