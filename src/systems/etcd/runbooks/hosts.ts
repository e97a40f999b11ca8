/** Names of members, paths on hosts and commands that several runbooks and scripts share. */
import { formatDuration } from '../../../core/duration.ts';
import type { Member } from '../../../facts.ts';
import type { RunbookStep } from '../../../system.ts';
import { clientUrl, localUrl, MAIN } from '../endpoints.ts';
import type { Settled } from '../settings.ts';

export const ENVIRONMENT = '/etc/holdfast/etcdctl.env';
export const EVENTS_ENVIRONMENT = '/etc/holdfast/etcdctl-events.env';
export const CREDENTIALS = '/etc/holdfast/etcd-snapshot.env';
export const SNAPSHOTS = '/var/backups/etcd';
export const SNAPSHOT_SCRIPT = '/usr/local/sbin/etcd-snapshot';
export const DEFRAGMENT_SCRIPT = '/usr/local/sbin/etcd-defragment';
export const MANIFESTS = '/etc/kubernetes/manifests';
export const STOPPED = '/etc/kubernetes/stopped';

/** Makes etcdctl talk to this cluster: endpoints and certificates come from the environment, never from flags beside it. */
export const USE = `source ${ENVIRONMENT}`;

/** Members as runbooks name them; where machines name themselves, variables that the first step sets. */
export function namedMembers({ members, settings }: Settled): readonly Member[] {
  if (!settings.places) return members;
  return members.map((member, index) => ({ ...member, name: `$NAME_${index + 1}`, address: `$ADDRESS_${index + 1}` }));
}

/** Endpoints for etcdctl: all members, or the local one where addresses are not known beforehand. */
export function endpointsOf(facts: Settled, instance = MAIN): string {
  if (facts.settings.places) return localUrl(instance, facts);
  return facts.members.map((member) => clientUrl(member, instance)).join(',');
}

/** `--cluster` asks the members for each other where the environment names one only. */
export function everyMember({ settings }: Settled): string {
  return settings.places ? ' --cluster' : '';
}

/** For Cluster API: learn what the machines are called before commands name them. */
export function namingSteps(facts: Settled): readonly RunbookStep[] {
  if (!facts.settings.places) return [];
  const sets = facts.members.map(
    (_, index) => `NAME_${index + 1}=<node name>; ADDRESS_${index + 1}=<internal address>`,
  );
  return [
    {
      say: 'Cluster API names machines itself. Set what the following commands use, in every shell, from the management cluster.',
      run: [
        'kubectl get machines --namespace <namespace> --selector cluster.x-k8s.io/control-plane --output wide',
        ...sets,
      ].join('\n'),
      expect: `${facts.members.length} machines with a node name; their addresses stand in status.addresses.`,
    },
  ];
}

/** `cp-a-1 (10.0.0.11, zone a)`. */
export function sayMember({ name, address, zone }: Member): string {
  return `${name} (${address}, zone ${zone})`;
}

/** Go's form of a duration for unit files and flags that take it. */
export function seconds(millis: number): string {
  return formatDuration(Math.round(millis / 1_000) * 1_000);
}
