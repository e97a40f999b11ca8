/** QU: members that vote. */
import { list, containerPath, podSpecOf, writtenContainer } from '../reach.ts';
import { at, type FieldPath } from '../../kubernetes/objects.ts';
import { runningContainers } from '../../kubernetes/pod-spec.ts';
import type { Workload, World } from '../../inventory/world.ts';
import { ZONE } from '../../kubernetes/nodes.ts';
import type { Rule } from '../rule.ts';
import { allowedNodes, domainsOf } from '../spreading.ts';
import { quorumProgramOf, spareMembers } from '../workload-programs.ts';
import { losingItsNode, losingItsZone } from '../witnesses.ts';
import { workloadNamed } from '../lookups.ts';

const qu01: Rule = {
  id: 'QU01',
  family: 'QU',
  title: 'An even number of members that vote',
  severity: 'warning',
  whySeverity:
    'One more to lose, and no more losses are borne; with two, the loss of either stops all writes, which is an error.',
  takesDown: 'Writes to the store, after as many losses as one member fewer would bear.',
  remedy: 'Run an odd number: three, or five.',
  price: 'One member more, or one fewer.',
  source: 'etcd v3.6 docs, faq (why an odd number of cluster members)',
  needs: 'manifests',
  reads: [],
  *check(world) {
    for (const workload of world.workloads) {
      const program = quorumProgramOf(workload);
      const replicas = workload.replicas + arbitersOf(workload, world);
      if (program === undefined || replicas < 2 || replicas % 2 === 1 || workload.sourced === undefined) continue;
      yield {
        on: workload,
        path: ['spec', 'replicas'],
        message: `${program.name} of ${replicas} members bears the loss of ${spareMembers(replicas)}, as ${replicas - 1} would.`,
        ...(replicas === 2 ? { severity: 'error' as const } : {}),
        witness: { lose: losingItsNode(workload) },
      };
    }
  },
};

/** Members that vote and hold no data, in a StatefulSet of their own: `mongodb-arbiter` beside `mongodb`. */
function arbitersOf({ namespace, name }: Workload, world: World): number {
  return workloadNamed(world, namespace, `${name}-arbiter`)?.replicas ?? 0;
}

const qu02: Rule = {
  id: 'QU02',
  family: 'QU',
  title: 'Two zones cannot hold a majority each',
  severity: 'warning',
  whySeverity:
    'It needs the loss of the one zone that holds more members; of two zones one always does, or half, which is no better.',
  takesDown: 'Writes to the store, by the loss of that zone.',
  remedy: 'Use a third zone for one member, or accept the loss and say so.',
  price: 'A third zone, for one small machine.',
  source: 'etcd v3.6 docs, faq (failure tolerance)',
  needs: 'document',
  reads: [],
  *check(world, { zones }) {
    if (zones.length < 2) return;
    for (const workload of world.workloads) {
      const program = quorumProgramOf(workload);
      if (program === undefined || workload.replicas < 2 || workload.sourced === undefined) continue;
      if (domainsOf(allowedNodes(workload, world), ZONE) !== 2) continue;
      const fuller = Math.ceil(workload.replicas / 2);
      yield {
        on: workload,
        path: ['spec', 'replicas'],
        message: `Of ${workload.replicas} members at least ${fuller} are in one of the two zones; without it ${workload.replicas - fuller} are left, and ${Math.floor(workload.replicas / 2) + 1} must agree.`,
        witness: { lose: losingItsZone(workload) },
      };
    }
  },
};

/** Where members are listed, by the argument or the variable that lists them. */
const LISTS =
  /^(?:--initial-cluster=|ETCD_INITIAL_CLUSTER$|ZOO_SERVERS$|KAFKA_CONTROLLER_QUORUM_VOTERS$|KAFKA_CFG_CONTROLLER_QUORUM_VOTERS$)/;

const qu03: Rule = {
  id: 'QU03',
  family: 'QU',
  title: 'As many members run as vote, it seems, but the list says otherwise',
  severity: 'error',
  whySeverity:
    'The majority is counted from the list: members that do not run count as lost, and those that are not listed do not help.',
  takesDown: 'Writes to the store, after fewer losses than its replicas promise.',
  remedy: "Make the list and spec.replicas agree; add members one by one, by the program's own way.",
  source: 'etcd v3.6 docs, op-guide/clustering (static) and op-guide/runtime-configuration',
  needs: 'manifests',
  reads: [],
  *check(world) {
    for (const workload of world.workloads) {
      if (quorumProgramOf(workload) === undefined || workload.replicas === 0) continue;
      const found = listedMembers(workload);
      if (found === undefined || found.count === workload.replicas) continue;
      yield {
        on: workload,
        path: found.path,
        message: `${found.count} members are listed and ${workload.replicas} run: a majority is ${Math.floor(found.count / 2) + 1} of ${found.count}.`,
      };
    }
  },
};

function listedMembers(workload: Workload): { readonly count: number; readonly path: FieldPath } | undefined {
  for (const container of runningContainers(podSpecOf(workload))) {
    const written = writtenContainer(workload, container);
    for (const field of ['args', 'command', 'env'] as const) {
      for (const [index, item] of list(written, [field]).entries()) {
        const name = field === 'env' ? at(item, 'name') : item;
        const text = field === 'env' ? at(item, 'value') : item;
        if (typeof name !== 'string' || typeof text !== 'string' || !LISTS.test(name) || text.includes('$(')) continue;
        const count = text
          .split(/[,\s]+/)
          .filter((member) => /[:=@]/.test(member.replace('--initial-cluster=', ''))).length;
        if (count > 0) return { count, path: [...containerPath(workload, container), field, index] };
      }
    }
  }
  return undefined;
}

export const quorum: readonly Rule[] = [qu01, qu02, qu03];
