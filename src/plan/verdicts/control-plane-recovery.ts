/** From the loss of one control-plane machine until reads and writes succeed again: hand-overs that run side by side. */
import { RETRY_STRETCH } from '../../availability/recovery-timers.ts';
import { standbyTakeover } from '../../availability/standby.ts';
import { sayDuration } from '../../core/duration.ts';
import type { Millis } from '../../core/units.ts';
import type { ControlPlaneFacts, EtcdFacts } from '../../facts.ts';
import type { Assessment, Evidence, Judge } from './judge.ts';
import { count, sayRange, sentences, type TimeRange } from './say.ts';

/**
 * An API server whose etcd member died without a word waits for the keep-alive of its client: 30 s and 10 s
 * (kube-apiserver v1.36.3 pkg/storage/storagebackend/factory/etcd3.go). A stacked member dies with its API server.
 */
const ETCD_CLIENT_KEEPALIVE: Millis = 40_000;

export const controlPlaneRecovery: Judge = {
  name: 'controlPlaneRecovery',
  title: 'Recovery of the control plane',
  better: 'smaller',
  promise: ({ objectives }) => objectives.controlPlaneRecovery,
  say: sayDuration,
  assess,
};

function assess({ facts }: Evidence): Assessment {
  const { etcd, 'control-plane': plane } = facts;
  if (!plane || !etcd) return { evidence: 'No control plane is planned.' };
  if (plane.members.length === 0 || etcd.topology === 'managed')
    return {
      evidence:
        'The provider runs the control plane and publishes no time for the loss of one of its machines. A drill settles it: probe reads and writes while the provider replaces one.',
    };
  const lasting = lastingLoss(plane, etcd);
  if (lasting !== undefined) return lasting;
  const phases = handOvers(plane, etcd);
  const most = Math.max(...phases.map(({ range }) => range.most));
  const least = Math.min(...phases.map(({ range }) => range.least));
  const unpublished = plane.balancer.kind === 'nlb';
  return {
    ...(unpublished
      ? { floor: most, measured: `at least ${sayDuration(most)}` }
      : { worst: most, measured: sayRange({ least, most }) }),
    evidence: sentences(
      `One machine is lost: ${phases.map(({ says }) => says).join('; ')}.`,
      phases.length > 1 && `These run side by side, so the longest counts: ${sayDuration(most)}.`,
      unpublished &&
        `The provider's own time to act on its health checks comes on top and is not published: ${sayDuration(most)} is a floor of the worst case, a drill settles it.`,
      controllersSentence(plane),
    ),
    remedy: remedyFor(plane, most),
  };
}

/** A loss that nothing but the repair of the machine ends. */
function lastingLoss({ members }: ControlPlaneFacts, { members: voters, quorum }: EtcdFacts): Assessment | undefined {
  const measured = 'until the machine is back';
  if (voters.length - 1 < quorum)
    return {
      worst: null,
      measured,
      evidence: `etcd has ${count(voters.length, 'member')} and needs ${quorum} for its quorum: after the loss of one there are no writes until that machine is back or etcd is restored.`,
      remedy: 'Run three members of etcd (spec.etcd.members: 3), each on a machine and in a zone of its own.',
    };
  if (members.length < 2)
    return {
      worst: null,
      measured,
      evidence: 'There is one API server: after the loss of its machine nothing answers until it is back.',
      remedy: 'Run API servers on three machines.',
    };
  return undefined;
}

interface HandOver {
  readonly range: TimeRange & { readonly most: Millis };
  readonly says: string;
}

function handOvers(plane: ControlPlaneFacts, etcd: EtcdFacts): readonly HandOver[] {
  const { kind, ejection, takeover, instances } = plane.balancer;
  const { leaderLoss } = etcd;
  const routed = kind === 'kube-vip';
  const phases: HandOver[] = [
    { range: leaderLoss, says: `if it led etcd, writes wait for a new leader, ${sayRange(leaderLoss)}` },
  ];
  if (!routed)
    phases.push({
      range: ejection,
      says: `${kind} sends its API server no new connections after ${sayRange(ejection)}`,
    });
  if (instances.length > 0)
    phases.push({
      range: takeover,
      says: `${routed ? 'if it held' : 'if the lost machine is the balancer that held'} the API's address, another holds it after ${sayRange(takeover)}`,
    });
  if (etcd.topology === 'external')
    phases.push({
      range: { least: 0, most: ETCD_CLIENT_KEEPALIVE },
      says: `if it was a member of etcd, API servers connected to it notice within ${sayDuration(ETCD_CLIENT_KEEPALIVE)} (client keep-alive)`,
    });
  return phases;
}

/** The API serves again before anybody repairs: standby controllers wait for the lease of the lost leader. */
function controllersSentence({ leaderElection }: ControlPlaneFacts): string {
  const { leaseDuration, retryPeriod } = leaderElection;
  const { least, most } = standbyTakeover(leaderElection);
  return `If its controller manager or scheduler led, a standby leads after ${sayDuration(least)} to ${sayDuration(most)} (lease ${sayDuration(leaseDuration)}, seen and tried again within ${sayDuration(retryPeriod)} × up to ${RETRY_STRETCH} each); the API serves meanwhile, but nothing is scheduled or repaired.`;
}

function remedyFor({ balancer }: ControlPlaneFacts, most: Millis): string {
  const best = `promise ${sayDuration(most)}`;
  if (balancer.kind === 'kube-vip')
    return `kube-vip waits for a lease: choose controlPlane.balancer haproxy, or ${best}.`;
  if (balancer.kind === 'nginx')
    return `nginx notices only by failed connections: choose controlPlane.balancer haproxy, or ${best}.`;
  return `Shorten controlPlane.healthCheck.interval, or ${best}.`;
}
