/** Every kind of fault in words: what the help, the docs, the JSON Schema and the error messages say of it. */
import type { FaultKind } from './scenario.ts';

/** A field beside the kind: `on=cp-a`. Times (`at`, `for`, `after`) belong to every kind and are not listed here. */
export interface FaultField {
  readonly name: 'on' | 'to' | 'notice' | 'atOnce' | 'timeout';
  readonly means: string;
  readonly form: 'name' | 'duration' | 'count';
  readonly required?: boolean;
}

export interface FaultWords {
  readonly kind: FaultKind;
  readonly title: string;
  /** Why it happens to real clusters. */
  readonly why: string;
  readonly takesDown: string;
  /** What the value of the kind names; `optional` says what is meant without one. */
  readonly names: { readonly what: string; readonly optional?: string } | undefined;
  readonly fields: readonly FaultField[];
  /** As `--lose` takes it. */
  readonly example: string;
}

const on = (required: boolean): FaultField => ({
  name: 'on',
  means: required ? 'the machine that it runs on' : 'the machine; without it, every machine that holds one',
  form: 'name',
  required,
});

/** In the order in which people meet them. */
export const FAULTS: readonly FaultWords[] = [
  {
    kind: 'node',
    title: 'A node is lost',
    why: 'Hardware, hypervisors and kernels fail without a warning.',
    takesDown: 'The kubelet, every container on the machine, and what of the control plane runs on it.',
    names: { what: 'a node' },
    fields: [],
    example: 'node=general-us-west-2b-1,at=10s',
  },
  {
    kind: 'zone',
    title: 'A zone is lost',
    why: 'Power, cooling or the network of one building fails.',
    takesDown: 'Every node and every machine of the control plane in the zone.',
    names: { what: 'a zone, or region/zone' },
    fields: [],
    example: 'zone=us-west-2b,at=10s,for=5m',
  },
  {
    kind: 'region',
    title: 'A region is lost',
    why: 'A change of the provider or a fault of its backbone hits all zones at once.',
    takesDown: 'Every zone of the region.',
    names: { what: 'a region' },
    fields: [],
    example: 'region=us-west-2,for=1h',
  },
  {
    kind: 'rack',
    title: 'Machines with one value of a label are lost',
    why: 'Racks, rows and power feeds are shared by machines that zones do not tell apart.',
    takesDown: 'Every node that carries the label with that value.',
    names: { what: 'a label with its value' },
    fields: [],
    example: 'rack=topology.example.com/rack=r7',
  },
  {
    kind: 'member',
    title: 'A machine of the control plane is lost',
    why: 'Control-plane machines fail like all others.',
    takesDown: 'The API server, controllers, scheduler and etcd member on it.',
    names: { what: 'a machine of the control plane or of etcd' },
    fields: [],
    example: 'member=cp-us-west-2a,at=10s,for=10m',
  },
  {
    kind: 'process',
    title: 'A process ends and stays away',
    why: 'A bad flag, a full disk or a crash loop keeps one component from running.',
    takesDown: 'That component on that machine.',
    names: { what: 'etcd, kube-apiserver, kube-controller-manager, kube-scheduler or kubelet' },
    fields: [on(true)],
    example: 'process=kube-controller-manager,on=cp-us-west-2a',
  },
  {
    kind: 'link',
    title: 'Two zones cannot reach each other',
    why: 'A fibre is cut or a route is withdrawn; both sides live on.',
    takesDown: 'Everything that crosses the link: etcd peers, API calls, heartbeats, volume traffic.',
    names: { what: 'a zone' },
    fields: [{ name: 'to', means: 'the other zone; without it, every other zone', form: 'name' }],
    example: 'link=us-west-2a,to=us-west-2b,for=2m',
  },
  {
    kind: 'load-balancer',
    title: "The API's load balancer is lost",
    why: 'An instance dies, or a configuration that all instances share is wrong.',
    takesDown: 'The address of the API, until another instance holds it; without another, every client that uses it.',
    names: { what: 'an instance', optional: 'all instances' },
    fields: [],
    example: 'load-balancer=cp-us-west-2a,for=1m',
  },
  {
    kind: 'certificate',
    title: 'A certificate of the control plane expires',
    why: 'Certificates that kubeadm makes live for a year, and nobody looks at the date.',
    takesDown: 'Whoever presents it: the others refuse the connection.',
    names: { what: 'etcd, kube-apiserver, kubelet or controllers' },
    fields: [on(false)],
    example: 'certificate=kube-apiserver,on=cp-us-west-2a',
  },
  {
    kind: 'registry',
    title: 'Images cannot be pulled',
    why: 'Registries have outages, rate limits and expired credentials.',
    takesDown: 'The start of every pod on a node that does not hold its image yet.',
    names: { what: 'a registry host', optional: 'all registries' },
    fields: [],
    example: 'registry=registry.example.com,for=30m',
  },
  {
    kind: 'dns',
    title: "The cluster's DNS answers nothing",
    why: 'CoreDNS is overloaded, misconfigured, or gone with its node.',
    takesDown: 'Every new connection by name.',
    names: undefined,
    fields: [],
    example: 'dns,for=5m',
  },
  {
    kind: 'webhook',
    title: 'An admission webhook does not answer',
    why: 'The policy engine itself has to be scheduled, pulled and reached.',
    takesDown: 'Every write that it must admit, when it fails closed.',
    names: { what: 'a webhook configuration, or configuration/webhook' },
    fields: [],
    example: 'webhook=policy-check,for=10m',
  },
  {
    kind: 'spot-reclaim',
    title: 'The provider takes spot machines back',
    why: 'Spot capacity is reclaimed for whole machine types at once.',
    takesDown: "The pool's spot nodes, after the notice.",
    names: { what: 'a pool' },
    fields: [{ name: 'notice', means: 'from the notice to the loss', form: 'duration' }],
    example: 'spot-reclaim=batch,notice=2m',
  },
  {
    kind: 'quota',
    title: 'No more machines can be had',
    why: 'Quotas and sold-out machine types show when many need machines at once.',
    takesDown: 'The replacement of lost nodes and every scale-up.',
    names: { what: 'a pool', optional: 'every pool' },
    fields: [],
    example: 'quota',
  },
  {
    kind: 'rollout',
    title: 'A rollout whose pods never become ready',
    why: 'Most outages begin with a change.',
    takesDown: 'As many pods as the rollout strategy allows to be missing.',
    names: { what: 'a workload' },
    fields: [],
    example: 'rollout=Deployment/shop/web,at=1m',
  },
  {
    kind: 'drain',
    title: 'Nodes are drained one after another',
    why: 'Every upgrade of nodes does it.',
    takesDown: 'The pods of the drained nodes, as far as disruption budgets allow.',
    names: { what: 'a node, a pool or a zone', optional: 'every worker' },
    fields: [
      { name: 'atOnce', means: 'nodes that are drained at the same time', form: 'count' },
      { name: 'timeout', means: 'how long one drain waits for budgets', form: 'duration' },
    ],
    example: 'drain,atOnce=1,timeout=10m',
  },
];

const BY_KIND: ReadonlyMap<string, FaultWords> = new Map(FAULTS.map((words) => [words.kind, words]));

/** Undefined for a word that is no kind of fault. */
export function faultWords(kind: string): FaultWords | undefined {
  return BY_KIND.get(kind);
}

/** All kinds, in the order of the list. */
export const FAULT_KINDS: readonly FaultKind[] = FAULTS.map(({ kind }) => kind);
