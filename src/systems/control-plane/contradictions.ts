/** Statements of the section that cannot hold together with the rest of the document. */
import { parseCidr, sizeOf } from '../../core/cidr.ts';
import { sayDuration } from '../../core/duration.ts';
import { assert } from '../../core/error.ts';
import ipaddr from 'ipaddr.js';
import type { Cluster } from '../../spec/cluster.ts';
import { machineTypes } from '../../spec/machine-types.ts';
import type { Contradiction } from '../../system.ts';
import { balancerKind, type BalancerKind } from './balancer.ts';
import { defaultInterval } from './health-check.ts';
import { LONGEST_DRAIN, shutdownDelayFor } from './shutdown.ts';
import type { Section } from './section.ts';

const DAY = 86_400_000;
/** The least range in which members, balancers and the address find room without meeting. */
const LEAST_ADDRESSES = 64;

/** Everything in the section that the rest of the document does not allow. */
export function contradictionsOf(section: Section, cluster: Cluster): readonly Contradiction[] {
  const provider = providerContradictions(section, cluster);
  if (provider.length > 0) return provider;
  return [
    ...balancerContradictions(section, cluster),
    ...addressContradictions(section, cluster),
    ...checkContradictions(section, cluster),
    ...certificateContradictions(section),
    ...encryptionContradictions(section, cluster),
    ...machineContradictions(section, cluster),
    ...repairContradictions(section),
    ...networkContradictions(section, cluster),
  ];
}

function refuse(path: string, code: string, message: string, expected: string): Contradiction {
  return { path: `spec.controlPlane.${path}`, code, message, expected };
}

function providerContradictions({ kind }: Section, { provider }: Cluster): readonly Contradiction[] {
  if (provider === 'aws' || kind === 'kubeadm') return [];
  const expected = 'kubeadm, or spec.provider: aws';
  const why =
    kind === 'eks'
      ? `EKS runs on AWS, the machines come from ${provider}`
      : `Cluster API is rendered with its AWS provider only, the machines come from ${provider}`;
  return [refuse('kind', 'wrong-provider', why, expected)];
}

function balancerContradictions(section: Section, cluster: Cluster): readonly Contradiction[] {
  const { balancer, kind } = section;
  if (balancer === undefined) return [];
  const at = (message: string, expected: string) => [refuse('balancer', 'wrong-balancer', message, expected)];
  if (kind === 'eks') return at('EKS brings its own balancer', 'no balancer');
  if (kind === 'cluster-api' && balancer !== 'nlb')
    return at(`Cluster API on AWS manages a cloud balancer, not ${balancer}`, 'nlb');
  if (cluster.provider === 'aws' && balancer !== 'nlb') {
    return at(
      `a VPC does not carry VRRP or gratuitous ARP, so ${balancer} cannot move its address between machines`,
      'nlb',
    );
  }
  if (cluster.provider !== 'aws' && balancer === 'nlb')
    return at(`${cluster.provider} sells no network load balancer`, 'haproxy, nginx or kube-vip');
  return [];
}

function addressContradictions(section: Section, cluster: Cluster): readonly Contradiction[] {
  const kind = balancerKind(section, cluster);
  if (kind === 'managed' || kind === 'nlb') return [];
  const found: Contradiction[] = [];
  const range = parseCidr(cluster.cidrs.nodes);
  assert(range, 'the schema let through only ranges');
  if (sizeOf(range) < LEAST_ADDRESSES) {
    found.push(
      refuse(
        'endpoint',
        'cidr-too-small',
        `cidrs.nodes (${range.text}) has no room for members, balancers and their address`,
        `a range of at least ${LEAST_ADDRESSES} addresses`,
      ),
    );
  }
  const oneZone = (cluster.regions[0]?.zones.length ?? 0) === 1;
  const routed = kind === 'kube-vip' && section.bgp !== undefined;
  if (!section.sharedSegment && !oneZone && !routed) {
    found.push(
      refuse(
        'sharedSegment',
        'address-cannot-move',
        `an address cannot move between zones that share no segment: ${kind === 'kube-vip' ? 'ARP' : 'VRRP'} ends at the segment's border`,
        'sharedSegment: true, or bgp with balancer kube-vip',
      ),
    );
  }
  if (section.bgp !== undefined && kind !== 'kube-vip') {
    found.push(refuse('bgp', 'not-read', `${kind} announces no routes`, 'balancer: kube-vip'));
  }
  const { address } = section.endpoint;
  if (address !== undefined && !routed && !within(address, cluster.cidrs.nodes)) {
    found.push(
      refuse(
        'endpoint.address',
        'outside-range',
        `${address} is outside cidrs.nodes (${range.text}), so no machine of it can hold the address`,
        `an address in ${range.text}`,
      ),
    );
  }
  return found;
}

function within(address: string, range: string): boolean {
  const parsed = ipaddr.parse(address);
  const cidr = ipaddr.parseCIDR(range);
  return parsed.kind() === cidr[0].kind() && parsed.match(cidr);
}

function checkContradictions(section: Section, cluster: Cluster): readonly Contradiction[] {
  const kind = balancerKind(section, cluster);
  const found: Contradiction[] = [];
  if (kind === 'managed') return found;
  const interval = section.healthCheck.interval ?? defaultInterval(kind, cluster.objectives.controlPlaneRecovery);
  const [least, most] = intervalRange(kind);
  if (interval < least || interval > most) {
    found.push(
      refuse(
        'healthCheck.interval',
        'out-of-range',
        `${sayDuration(interval)} between checks is outside what ${kind} takes`,
        `${sayDuration(least)} to ${sayDuration(most)}`,
      ),
    );
  } else if (shutdownDelayFor(kind, { interval, fall: section.healthCheck.fall }) > LONGEST_DRAIN) {
    found.push(
      refuse(
        'healthCheck',
        'drain-too-long',
        `${section.healthCheck.fall} checks of ${sayDuration(interval)} outlast the drain of an API server: the kubelet kills a static pod 30 s after it asked it to stop`,
        `interval × fall of at most ${sayDuration(15_000)}`,
      ),
    );
  }
  if (section.kind === 'cluster-api' && section.endpoint.port !== 6_443) {
    found.push(
      refuse(
        'endpoint.port',
        'fixed',
        'the AWS provider of Cluster API checks port 6443 whatever the listener is',
        '6443',
      ),
    );
  }
  if ((section.goawayChance ?? 0) > 0 && kind === 'kube-vip') {
    found.push(
      refuse(
        'goawayChance',
        'no-balancer',
        'kube-vip sends every connection to the one server that holds the address; asking clients to reconnect moves none',
        '0',
      ),
    );
  }
  return found;
}

/** NLB: 5 to 300 s (Elastic Load Balancing API, CreateTargetGroup); the drain bounds the others. */
function intervalRange(kind: BalancerKind): readonly [number, number] {
  return kind === 'nlb' ? [5_000, 300_000] : [100, 10_000];
}

function certificateContradictions({ certificates }: Section): readonly Contradiction[] {
  const { validity, authorityValidity } = certificates;
  const found: Contradiction[] = [];
  if (validity < DAY || validity > 365 * DAY) {
    found.push(
      refuse(
        'certificates.validity',
        'out-of-range',
        `${sayDuration(validity)} is not a life that kubeadm recommends for a certificate`,
        '1d to 365d',
      ),
    );
  }
  if (authorityValidity > 3_650 * DAY || authorityValidity < validity) {
    found.push(
      refuse(
        'certificates.authorityValidity',
        'out-of-range',
        `${sayDuration(authorityValidity)} is not a life for an authority of certificates that live ${sayDuration(validity)}`,
        `at least ${sayDuration(validity)}, at most 3650d`,
      ),
    );
  }
  return found;
}

function encryptionContradictions({ encryption, kind }: Section, { provider }: Cluster): readonly Contradiction[] {
  if (encryption.keyArn !== undefined && provider !== 'aws') {
    return [refuse('encryption.keyArn', 'wrong-provider', `${provider} has no AWS KMS`, 'provider: secretbox')];
  }
  if (kind === 'eks' && encryption.provider !== undefined && encryption.provider !== 'kms') {
    return [
      refuse(
        'encryption.provider',
        'managed',
        'EKS encrypts with KMS keys only',
        'kms, with keyArn for a key of your own',
      ),
    ];
  }
  if (encryption.provider === 'kms' && encryption.keyArn === undefined && kind !== 'eks') {
    return [refuse('encryption.provider', 'no-key', 'kms needs a key', 'encryption.keyArn, or provider: secretbox')];
  }
  if (encryption.keyArn !== undefined && encryption.provider !== undefined && encryption.provider !== 'kms') {
    return [
      refuse(
        'encryption.keyArn',
        'not-read',
        `${encryption.provider} does not use a KMS key`,
        'provider: kms, or no keyArn',
      ),
    ];
  }
  return [];
}

function machineContradictions({ machine }: Section, { provider }: Cluster): readonly Contradiction[] {
  const { type, cpu, memory } = machine;
  if (type === undefined && provider === 'aws' && (cpu !== undefined || memory !== undefined)) {
    return [refuse('machine', 'no-type', 'on AWS a size comes with a machine type', 'machine.type')];
  }
  if (type === undefined) return [];
  const known = machineTypes[type];
  if (known && known.provider !== provider) {
    return [
      refuse(
        'machine.type',
        'wrong-provider',
        `machine type ${type} is sold by ${known.provider}, the cluster runs on ${provider}`,
        `a type of ${provider}, or cpu and memory`,
      ),
    ];
  }
  if (!known && (cpu === undefined || memory === undefined)) {
    return [
      refuse(
        'machine.type',
        'unknown-machine-type',
        `the size of machine type ${type} is not known`,
        'machine.cpu and machine.memory beside it',
      ),
    ];
  }
  return [];
}

/** eksctl v0.230.0 and AWS VPCs take IPv4 ranges of /16 to /24; an EKS cluster needs subnets in two zones. */
function networkContradictions({ kind }: Section, { cidrs, regions }: Cluster): readonly Contradiction[] {
  if (kind === 'kubeadm') return [];
  const range = parseCidr(cidrs.nodes);
  assert(range, 'the schema let through only ranges');
  const found: Contradiction[] = [];
  if (range.family === 6 || range.prefixLength < 16 || range.prefixLength > 24) {
    found.push({
      path: 'spec.cidrs.nodes',
      code: 'not-a-vpc-range',
      message: `${range.text} cannot be the range of a VPC that ${kind === 'eks' ? 'eksctl' : 'Cluster API'} makes`,
      expected: 'an IPv4 range of /16 to /24',
    });
  }
  const [first] = regions;
  if (kind === 'eks' && (first?.zones.length ?? 0) < 2) {
    found.push({
      path: 'spec.regions[0].zones',
      code: 'too-few-zones',
      message: 'EKS needs subnets in at least two zones',
      expected: 'two zones or more in the first region',
    });
  }
  return found;
}

function repairContradictions({ repair, audit }: Section): readonly Contradiction[] {
  const found: Contradiction[] = [];
  if (repair.after !== undefined && (repair.after < 30_000 || repair.after > 86_400_000)) {
    found.push(
      refuse(
        'repair.after',
        'out-of-range',
        `repair after ${sayDuration(repair.after)} would answer hiccups or come too late`,
        '30s to 24h',
      ),
    );
  }
  if (repair.maxUnhealthy !== undefined && (repair.maxUnhealthy < 0.01 || repair.maxUnhealthy > 0.9)) {
    found.push(
      refuse(
        'repair.maxUnhealthy',
        'out-of-range',
        `${Math.round(repair.maxUnhealthy * 100)}% leaves no short-circuit or no repair`,
        '1% to 90%',
      ),
    );
  }
  if (audit.keep < DAY || audit.keep > 3_653 * DAY) {
    found.push(
      refuse(
        'audit.keep',
        'out-of-range',
        `${sayDuration(audit.keep)} cannot be kept: audit logs are kept by whole days`,
        '1d to 3653d',
      ),
    );
  }
  return found;
}
