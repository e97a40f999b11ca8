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

/** Variables that list the members, and one that says how many are waited for. */
const LISTS =
  /^(ETCD_INITIAL_CLUSTER|ZOO_SERVERS|KAFKA_(CFG_)?CONTROLLER_QUORUM_VOTERS|cluster\.initial_master_nodes)$/;

/** The same in what a container runs, alone or in a command of a shell. */
const FLAGS = /--initial-cluster(?:[= ]|\s+)["']?([^\s"']+)/;
const EXPECTED = /-?-bootstrap-expect(?:=|\s+)(\d+)/;

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

interface Listed {
  readonly count: number;
  readonly path: FieldPath;
}

function listedMembers(workload: Workload): Listed | undefined {
  for (const container of runningContainers(podSpecOf(workload))) {
    const written = writtenContainer(workload, container);
    const root = containerPath(workload, container);
    for (const [index, item] of list(written, ['env']).entries()) {
      const [name, value] = [at(item, 'name'), at(item, 'value')];
      if (typeof name !== 'string' || typeof value !== 'string' || !LISTS.test(name)) continue;
      const count = membersIn(value, name === 'cluster.initial_master_nodes');
      if (count > 0) return { count, path: [...root, 'env', index] };
    }
    const flag = flaggedMembers(written, root);
    if (flag !== undefined) return flag;
  }
  return undefined;
}

function flaggedMembers(written: unknown, root: FieldPath): Listed | undefined {
  for (const field of ['args', 'command'] as const) {
    const words = list(written, [field]).map((word) => (typeof word === 'string' ? word : ''));
    for (const [index, word] of words.entries()) {
      // The value may be the next word.
      const text = /^--?(initial-cluster|bootstrap-expect)$/.test(word) ? `${word} ${words[index + 1] ?? ''}` : word;
      const [, members] = FLAGS.exec(text) ?? [];
      const [, expected] = EXPECTED.exec(text) ?? [];
      const count = members === undefined ? Number(expected ?? 0) : membersIn(members, false);
      if (count > 0) return { count, path: [...root, field, index] };
    }
  }
  return undefined;
}

/** Names may stand alone where nothing but names is listed; what a variable fills in is not counted. */
function membersIn(text: string, bare: boolean): number {
  if (text.includes('$')) return 0;
  return text.split(/[,\s]+/).filter((member) => (bare ? member !== '' : /[:=@]/.test(member))).length;
}

export const quorum: readonly Rule[] = [qu01, qu02, qu03];
