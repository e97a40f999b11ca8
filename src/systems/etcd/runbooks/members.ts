/** One member is lost, or the quorum is. */
import type { Runbook, RunbookStep } from '../../../system.ts';
import { initialCluster, instancesOf, MAIN, peerUrl } from '../endpoints.ts';
import type { Settled } from '../settings.ts';
import { ENVIRONMENT, everyMember, MANIFESTS, namedMembers, sayMember, USE } from './hosts.ts';

/** The runbook `replace-member`; a single member has nobody that could take in another. */
export function replaceRunbook(facts: Settled): readonly Runbook[] {
  const { members, quorum } = facts;
  if (members.length === 1) return [];
  const rest = members.length - 1;
  return [
    {
      id: 'replace-member',
      title: 'Replace a lost member',
      when: `A machine or its disk is gone for good. ${rest} of ${members.length} members are left then, and ${quorum} are the quorum. A member that comes back with its disk needs nothing of this.`,
      steps: [
        healthy(facts),
        ...(facts.settings.places ? byClusterApi() : [remove(facts), ...joinSteps(facts)]),
        after(facts),
      ],
    },
  ];
}

function healthy(facts: Settled): RunbookStep {
  return {
    say: 'On a member that lives: see that the others are healthy. Without a quorum nothing can be removed; then the runbook quorum-lost is the right one.',
    run: `${USE}\netcdctl endpoint health${everyMember(facts)}\netcdctl member list --write-out=table`,
    expect: `At least ${facts.quorum} lines with: is healthy`,
  };
}

/** Adding first would raise the quorum while a member is dead. */
function remove({ members, quorum, topology }: Settled): RunbookStep {
  const [first, ...others] = members.map(({ name }) => name);
  const size = members.length;
  return {
    say: `Remove the dead member first. Added before that, a new one would make ${size + 1} members with a quorum of ${Math.floor((size + 1) / 2) + 1} while one is dead; removed first, the ${size - 1} that are left need ${Math.floor((size - 1) / 2) + 1}, and a learner changes nothing until it is promoted. This needs a quorum of ${quorum} now.`,
    run: [
      `DEAD=${first}   # or ${others.join(', ')}`,
      `ID=$(etcdctl member list | awk -F', ' -v name="$DEAD" '$3 == name { print $1 }')`,
      'etcdctl member remove "$ID"',
      ...(topology === 'stacked' ? ['kubectl delete node "$DEAD"'] : []),
    ].join('\n'),
    expect: 'Member … removed from cluster …',
  };
}

function joinSteps(facts: Settled): readonly RunbookStep[] {
  return facts.topology === 'stacked' ? joinKubeadm(facts) : joinExternal(facts);
}

function joinKubeadm(facts: Settled): readonly RunbookStep[] {
  const places = facts.members.map(sayMember).join(', ');
  const events = facts.settings.eventsApart;
  return [
    {
      say: `Make a machine with the name, address and zone of the dead one: ${places}. If it is the old machine with a new disk, empty it first.`,
      run: `kubeadm reset --force\nrm -rf ${instancesOf(facts)
        .map(({ dataDirectory }) => dataDirectory)
        .join(' ')}`,
    },
    {
      say: 'On the new machine: run the runbook deploy of this system up to the snapshots, copy the shared files and authorities as the runbook replace-member of the control plane says, then join. kubeadm adds the member as a learner, which has no vote, and promotes it when it has caught up.',
      run: 'cd /etc/kubernetes/holdfast && kubeadm join --config kubeadm.yaml',
      expect: 'This node has joined the cluster and a new control plane instance was created',
    },
    ...(events
      ? [
          {
            say: `Do the same for the etcd of events: remove the dead member there, add the new one as a learner with port 2383, start it from ${MANIFESTS}/etcd-events.yaml with --initial-cluster-state=existing, promote it.`,
          },
        ]
      : []),
  ];
}

function joinExternal(facts: Settled): readonly RunbookStep[] {
  const addresses = facts.members.map((member) => `${member.name} has ${peerUrl(member, MAIN)}`).join(', ');
  return [
    {
      say: `Add the new member as a learner: it gets all data, but no vote, so a mistake in it cannot cost the quorum. Its peer address is that of the one it replaces (${addresses}).`,
      run: `PEER=${peerUrl(facts.members[0] ?? { address: '' }, MAIN)}   # of the dead member\netcdctl member add "$DEAD" --learner --peer-urls="$PEER"`,
      expect: 'Member … added to cluster …, and the values for ETCD_INITIAL_CLUSTER',
    },
    {
      say: `On the new machine: run the runbook deploy up to the start, and set initial-cluster-state: existing in /etc/etcd/etcd.conf.yaml; initial-cluster stays ${initialCluster(facts.members, MAIN)}. Its data directory must be empty.`,
      run: 'sed --in-place "s/^initial-cluster-state: .*/initial-cluster-state: existing/" /etc/etcd/etcd.conf.yaml\nsystemctl enable --now etcd',
    },
    {
      say: 'Promote it when it has caught up; etcd refuses before that, then try again.',
      run: `source ${ENVIRONMENT}\nNEW=$(etcdctl member list | awk -F', ' '$6 == "true" { print $1 }')\netcdctl member promote "$NEW"`,
      expect: 'Member … promoted in cluster …',
    },
  ];
}

function byClusterApi(): readonly RunbookStep[] {
  return [
    {
      say: 'Let Cluster API do it: its control-plane controller removes the member from etcd, makes a machine in a zone that has too few, and joins it as a learner. It acts only while the others keep a quorum.',
      run: 'kubectl get machines --namespace <namespace> --selector cluster.x-k8s.io/control-plane --output wide   # on the management cluster\nkubectl delete machine --namespace <namespace> <machine of the dead member>',
      expect: 'A new machine becomes Running, and the old one disappears.',
    },
  ];
}

function after(facts: Settled): RunbookStep {
  return {
    say: 'See that the cluster is whole again, and that the new member takes snapshots.',
    run: `${USE}\netcdctl member list --write-out=table\netcdctl endpoint health${everyMember(facts)}\nsystemctl list-timers etcd-snapshot.timer   # on the new member`,
    expect: `${facts.members.length} members, all started, IS LEARNER false on each, ${facts.members.length} lines with: is healthy`,
  };
}

/** The runbook `quorum-lost`. */
export function quorumRunbook(facts: Settled): Runbook {
  const { members, quorum, topology } = facts;
  const names = namedMembers(facts).map(sayMember).join(', ');
  const logs =
    topology === 'stacked'
      ? "crictl logs --tail 50 $(crictl ps --all --name '^etcd$' --latest --quiet)"
      : 'journalctl --unit etcd --lines 50 --no-pager';
  return {
    id: 'quorum-lost',
    title: 'No leader or no quorum',
    when: `Fewer than ${quorum} of ${members.length} members answer, or members see no leader. Running pods keep running; nothing is scheduled, repaired or changed until ${quorum} are back.`,
    steps: [
      {
        say: `See which members answer: ${names}.`,
        run: `${USE}\netcdctl endpoint health${everyMember(facts)}\netcdctl endpoint status${everyMember(facts)} --write-out=table`,
        expect: `${quorum} or more with: is healthy. Then the quorum is back and this was short.`,
      },
      {
        say: 'On each that does not answer: is the machine up, does etcd run, what does it say last? A full disk, an expired certificate and a clock that is off all look like this.',
        run: `${logs}\ndf -h ${MAIN.dataDirectory}\nopenssl x509 -noout -enddate -in /etc/kubernetes/pki/etcd/peer.crt\ntimedatectl`,
      },
      {
        say: `Start members with their old disks, whatever else is broken: ${quorum} of them end this without any loss. Never start one with --force-new-cluster while others may still run: that makes two clusters with one name. Never copy member/snap/db away as a backup: it lacks what the log holds.`,
      },
      {
        say: `When fewer than ${quorum} disks can be saved, go on with the runbook restore.`,
      },
    ],
  };
}
