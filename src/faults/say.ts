/** Faults as text: the form that `--lose` takes, and words for sentences. */
import { formatDuration, sayDuration } from '../core/duration.ts';
import type { Fault, FaultKind, TimedFault, ZoneName } from './scenario.ts';

type Texts = { readonly [Kind in FaultKind]: (fault: Extract<Fault, { kind: Kind }>) => string };

const FORMS: Texts = {
  node: ({ node }) => `node=${node}`,
  zone: (fault) => `zone=${formatZone(fault)}`,
  region: ({ region }) => `region=${region}`,
  rack: ({ label, value }) => `rack=${label}=${value}`,
  member: ({ member }) => `member=${member}`,
  process: ({ process, machine }) => `process=${process},on=${machine}`,
  link: ({ between: [from, to] }) => `link=${formatZone(from)},to=${formatZone(to)}`,
  'load-balancer': ({ instance }) => named('load-balancer', instance),
  certificate: ({ of, machine }) => `certificate=${of}${machine === undefined ? '' : `,on=${machine}`}`,
  registry: ({ host }) => named('registry', host),
  dns: () => 'dns',
  webhook: ({ configuration, webhook }) => `webhook=${configuration}${webhook === undefined ? '' : `/${webhook}`}`,
  'spot-reclaim': ({ pool, notice }) => `spot-reclaim=${pool},notice=${formatDuration(notice)}`,
  quota: ({ pool }) => named('quota', pool),
  rollout: ({ workload }) => `rollout=${workload}`,
  drain: ({ nodes, atOnce, timeout }) =>
    `${named('drain', nodes.length === 1 ? nodes[0] : undefined)},atOnce=${atOnce},timeout=${formatDuration(timeout)}`,
};

const CLAUSES: Texts = {
  node: ({ node }) => `node ${node} is lost`,
  zone: ({ zone }) => `zone ${zone} is lost`,
  region: ({ region }) => `region ${region} is lost`,
  rack: ({ label, value, nodes }) => `the ${nodes.length} nodes with ${label}=${value} are lost`,
  member: ({ member }) => `control-plane machine ${member} is lost`,
  process: ({ process, machine }) => `${process} on ${machine} ends`,
  link: ({ between: [from, to] }) => `zones ${from.zone} and ${to.zone} cannot reach each other`,
  'load-balancer': ({ instance }) =>
    `the API's load balancer${instance === undefined ? '' : ` on ${instance}`} is lost`,
  certificate: ({ of, machine }) => `the ${of} certificate${machine === undefined ? '' : ` of ${machine}`} expires`,
  registry: ({ host }) => `no image can be pulled${host === undefined ? '' : ` from ${host}`}`,
  dns: () => "the cluster's DNS does not answer",
  webhook: ({ configuration, webhook }) => `webhook ${webhook ?? configuration} does not answer`,
  'spot-reclaim': ({ pool, nodes, notice }) =>
    `the ${nodes.length} spot nodes of pool ${pool} are taken back with ${sayDuration(notice)} notice`,
  quota: ({ pool }) => (pool === undefined ? 'no more machines can be had' : `pool ${pool} gets no more machines`),
  rollout: ({ workload }) => `${workload} gets a template whose pods never become ready`,
  drain: ({ nodes, atOnce }) =>
    nodes.length === 1 ? `node ${nodes[0]} is drained` : `${nodes.length} nodes are drained, ${atOnce} at a time`,
};

/** `zone=us-west-2/us-west-2b`: what `--lose` and scenario files take back to the same fault. */
export function formatFault(fault: Fault): string {
  return textOf(FORMS, fault);
}

/** Clauses for sentences: `zone us-west-2b is lost`. */
export function sayFault(fault: Fault): string {
  return textOf(CLAUSES, fault);
}

/** `zone us-west-2b is lost at 10 s for 5 m`. */
export function sayTimedFault({ fault, at, until }: TimedFault): string {
  const length = until === undefined ? '' : ` for ${sayDuration(until - at)}`;
  return `${sayFault(fault)}${at === 0 ? '' : ` at ${sayDuration(at)}`}${length}`;
}

/** `us-west-2/us-west-2b`, or the zone alone where there is no region. */
export function formatZone({ region, zone }: ZoneName): string {
  return region === '' ? zone : `${region}/${zone}`;
}

function textOf(texts: Texts, fault: Fault): string {
  return (texts[fault.kind] as (fault: Fault) => string)(fault);
}

function named(kind: string, name: string | undefined): string {
  return name === undefined ? kind : `${kind}=${name}`;
}
