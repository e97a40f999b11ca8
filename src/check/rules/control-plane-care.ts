/** ET06, ET09: what keeps the control plane when a member is lost. */
import { sayDuration } from '../../core/duration.ts';
import { statedFlag } from '../../inventory/component-flags.ts';
import { clusterTarget } from '../cluster-target.ts';
import { defect, type Rule } from '../rule.ts';

const et06: Rule = {
  id: 'ET06',
  family: 'ET',
  title: 'Snapshots of etcd that are lost with it, or older than is promised',
  severity: 'warning',
  whySeverity:
    'It needs the loss of the majority, or a mistaken deletion; then there is nothing to restore, or too old a state.',
  takesDown: 'The state of the cluster, or its last hour.',
  remedy: 'Keep snapshots in a bucket outside of the cluster, and as often as the promised loss allows.',
  price: 'A bucket, and reads of the disk of one member.',
  source: 'etcd v3.6 docs, op-guide/recovery (snapshotting the keyspace)',
  needs: 'document',
  reads: [],
  *check(_, context) {
    const { plan } = context;
    const facts = plan?.systems.etcd.facts;
    if (plan === undefined || facts === undefined || facts.topology === 'managed') return;
    const { rpo } = plan.cluster.objectives;
    const late = rpo !== undefined && facts.longestSnapshotGap > rpo;
    if (facts.snapshotPlace !== 'members' && !late) return;
    yield {
      on: clusterTarget(context),
      path: ['spec', 'etcd'],
      message: late
        ? `The newest snapshot may be ${sayDuration(facts.longestSnapshotGap)} old; ${sayDuration(rpo)} is promised.`
        : `Snapshots stay on the ${facts.members.length === 1 ? 'one member' : `${facts.members.length} members`} that they are taken of.`,
      takesDown: [],
      cause: defect('snapshots', clusterTarget(context)),
    };
  },
};

const COMPONENTS = ['kube-controller-manager', 'kube-scheduler'] as const;

const et09: Rule = {
  id: 'ET09',
  family: 'ET',
  title: 'Controllers that do not take over from each other',
  severity: 'error',
  whySeverity:
    'With the election off all of them act at once; with impossible timers they do not start. Either is met on the first day.',
  takesDown: 'What the controllers manage: two undo each other, or none works.',
  remedy: 'Leave leader election on, with a renew deadline below the lease and above the retry period.',
  source: 'Kubernetes v1.36.3 client-go tools/leaderelection/leaderelection.go (NewLeaderElector)',
  needs: 'document',
  reads: ['/ConfigMap'],
  acrossNamespaces: true,
  *check(world, context) {
    const { members, settings } = world.controlPlane;
    const off = COMPONENTS.find((component) => statedFlag(world, { component, name: 'leader-elect' }) === 'false');
    const { leaseDuration, renewDeadline, retryPeriod } = settings;
    // JitterFactor is 1.2.
    const impossible = renewDeadline >= leaseDuration || retryPeriod * 1.2 >= renewDeadline;
    if (!(off !== undefined && members.length > 1) && !impossible) return;
    yield {
      on: clusterTarget(context),
      path: ['spec', 'controlPlane'],
      message: impossible
        ? `A lease of ${sayDuration(leaseDuration)} with a renew deadline of ${sayDuration(renewDeadline)} and a retry period of ${sayDuration(retryPeriod)} is refused.`
        : `${off ?? ''} runs on ${members.length} machines with --leader-elect=false.`,
      takesDown: [],
      cause: defect('leader-election', clusterTarget(context)),
    };
  },
};

export const controlPlaneCare: readonly Rule[] = [et06, et09];
