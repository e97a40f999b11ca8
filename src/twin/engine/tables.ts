/** What the simulation knows of pods, nodes and workloads beside the scheduler's state: plain columns, each change logged. */
import type { Workload, World } from '../../inventory/world.ts';
import { selects } from '../../kubernetes/selectors.ts';
import { budgetCount } from '../../kubernetes/percent.ts';
import type { ClusterState, PodIndex, ShapeIndex } from '../model/cluster-state.ts';
import type { Column } from './journal.ts';
import { Journal } from './journal.ts';

/** A pod's way: no object, waits for a node, bound and starting, its containers have started at least once. */
export const PHASE = { none: 0, pending: 1, starting: 2, running: 3 } as const;

export interface PodColumns {
  readonly phase: Column;
  readonly workload: Column;
  /** Its containers run and pass their probes. */
  readonly ready: Column;
  /** The Ready condition that the API holds. */
  readonly reported: Column;
  /** Reported and not being deleted: budgets count it. */
  readonly healthy: Column;
  /** Ready, reported and not being deleted: Services send requests to it. */
  readonly serving: Column;
  readonly ordinal: Column;
  /** 1 for pods of a new template that is being rolled out. */
  readonly revision: Column;
  /** What it replaces: number of a loss plus 1. */
  readonly loss: Column;
  /** Tells pods apart that had one number after the other. */
  readonly serial: Column;
  readonly createdAt: Column;
  readonly readySince: Column;
}

export interface NodeColumns {
  /** The machine runs. */
  readonly running: Column;
  /** The Ready condition that the API holds: 1 True, 0 Unknown or False. */
  readonly ready: Column;
  /** Reasons for which no lease of it is renewed. */
  readonly silent: Column;
  /** Faults that keep the machine stopped: it starts when the last of them ends. */
  readonly stops: Column;
  /** How often it was started; a boot that a later start overtook does not count. */
  readonly starts: Column;
  /** 1 from when it stops until its kubelet speaks again. */
  readonly muted: Column;
}

export interface WorkloadColumns {
  /** Pods that there should be; outcomes are measured against it. */
  readonly desired: Column;
  /** Replicas of the current and of a new ReplicaSet. */
  readonly target: Column;
  readonly targetNew: Column;
  /** Pods that are reported ready and not being deleted. */
  readonly healthy: Column;
  readonly serving: Column;
  /** Pods of the current and of the new template that are not being deleted. */
  readonly active: Column;
  readonly activeNew: Column;
}

/** A budget as it is counted: what it expects changes with the scale of its workloads. */
export interface BudgetTable {
  readonly healthy: Column;
  readonly ofTemplate: ReadonlyMap<number, readonly number[]>;
  /** Healthy pods that it asks for; undefined when it cannot be read, so that it grants nothing. */
  readonly desired: readonly (number | undefined)[];
  readonly expected: readonly number[];
}

export interface Tables {
  readonly journal: Journal;
  readonly pods: PodColumns;
  readonly nodes: NodeColumns;
  readonly workloads: WorkloadColumns;
  readonly budgets: BudgetTable;
  /** Serials given so far, at place 0. */
  readonly serials: Column;
  readonly indexOf: ReadonlyMap<Workload, number>;
  /** Pods of the world, by workload. */
  readonly basePods: readonly PodIndex[][];
  /** The shape that a new pod of a workload has; undefined when it never had a pod. */
  readonly shapes: readonly (ShapeIndex | undefined)[];
  /** Places of the DaemonSets among the workloads. */
  readonly daemonSets: readonly number[];
  /** Images of a shape's containers, as numbers. */
  readonly imagesOf: (shape: ShapeIndex) => readonly number[];
  readonly imageNumber: (image: string) => number;
  /** Claims whose volumes are attached to one node at a time: `namespace/name`. */
  readonly movingClaims: ReadonlySet<string>;
}

export function tablesOf(world: World, state: ClusterState): Tables {
  const journal = new Journal();
  const column = (initial = 0): Column => journal.column(initial);
  const indexOf = new Map(world.workloads.map((workload, index) => [workload, index]));
  const basePods = world.workloads.map(({ pods }) =>
    pods.map((pod) => state.podOf(pod)).filter((pod) => pod !== undefined),
  );
  return {
    journal,
    pods: {
      phase: column(),
      workload: column(-1),
      ready: column(),
      reported: column(),
      healthy: column(),
      serving: column(),
      ordinal: column(-1),
      revision: column(),
      loss: column(),
      serial: column(-1),
      createdAt: column(),
      readySince: column(),
    },
    nodes: {
      running: column(1),
      ready: column(1),
      silent: column(),
      stops: column(),
      starts: column(),
      muted: column(),
    },
    workloads: {
      desired: column(),
      target: column(),
      targetNew: column(),
      healthy: column(),
      serving: column(),
      active: column(),
      activeNew: column(),
    },
    budgets: budgetTable(world, column()),
    serials: column(),
    indexOf,
    basePods,
    shapes: basePods.map(([first]) => (first === undefined ? undefined : state.shapeOfPod(first))),
    daemonSets: world.workloads.flatMap(({ kind }, index) => (kind === 'DaemonSet' ? [index] : [])),
    ...imageTable(state),
    movingClaims: new Set(
      world.claims
        .filter(({ spec }) => spec !== undefined && !spec.accessModes.includes('ReadWriteMany'))
        .map(({ namespace, name }) => `${namespace}/${name}`),
    ),
  };
}

function imageTable(state: ClusterState): Pick<Tables, 'imagesOf' | 'imageNumber'> {
  const numbers = new Map<string, number>();
  const ofShape: (readonly number[] | undefined)[] = [];
  const imageNumber = (image: string): number => {
    const known = numbers.get(image) ?? numbers.size;
    numbers.set(image, known);
    return known;
  };
  return {
    imageNumber,
    imagesOf: (shape) => {
      const known = ofShape[shape];
      if (known !== undefined) return known;
      const { spec } = state.shapeSource(shape).template;
      const images = [...spec.initContainers, ...spec.containers].map(({ image }) => imageNumber(image));
      ofShape[shape] = images;
      return images;
    },
  };
}

function budgetTable(world: World, healthy: Column): BudgetTable {
  const ofTemplate = new Map<number, number[]>();
  for (const [index, budget] of world.budgets.entries()) {
    for (const template of budget.workloads.flatMap(({ templates }) => templates)) {
      if (!selects(budget.spec.selector, template.labels)) continue;
      const known = ofTemplate.get(template.id) ?? [];
      if (!known.includes(index)) known.push(index);
      ofTemplate.set(template.id, known);
    }
  }
  const counts = world.budgets.map(
    ({ spec, scale, pods, count }) => count && (budgetCount(spec, scale, pods) ?? count),
  );
  return {
    healthy,
    ofTemplate,
    desired: counts.map((count) => count?.desiredHealthy),
    expected: counts.map((count) => count?.expected ?? 0),
  };
}
