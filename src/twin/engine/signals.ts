/** What controllers tell each other: each names what it listens to, and hears it in the order in which it was added. */
import type { NodeIndex, PodIndex } from '../model/cluster-state.ts';

export interface Listener {
  /** Its machine stopped; its containers are gone. */
  readonly machineStopped?: (node: NodeIndex) => void;
  readonly machineStarted?: (node: NodeIndex) => void;
  /** Its lease is no longer renewed, or is again. */
  readonly nodeSilent?: (node: NodeIndex) => void;
  readonly nodeHeard?: (node: NodeIndex) => void;
  /** The Ready condition in the API changed. */
  readonly nodeReadyChanged?: (node: NodeIndex) => void;
  readonly taintsChanged?: (node: NodeIndex) => void;
  readonly nodeAdded?: (node: NodeIndex) => void;
  /** The Node object is gone; its pods are not. */
  readonly nodeRemoved?: (node: NodeIndex) => void;
  readonly podCreated?: (pod: PodIndex) => void;
  readonly podBound?: (pod: PodIndex) => void;
  /** No node fits it, or none without removing others. */
  readonly podUnschedulable?: (pod: PodIndex) => void;
  /** Whether it is ready, reported or serving changed. */
  readonly podServing?: (pod: PodIndex) => void;
  readonly podTerminating?: (pod: PodIndex) => void;
  /** Its object is gone; the number is still that of the pod. */
  readonly podGone?: (pod: PodIndex, node: NodeIndex) => void;
  /** A new leader of the controller manager started with an empty memory. */
  readonly managerRestarted?: () => void;
}

type Signal = keyof Listener;
export type Signals = { readonly [Name in Signal]-?: NonNullable<Listener[Name]> } & {
  readonly listen: (listener: Listener) => void;
};

export function signalsOf(): Signals {
  const all: Record<Signal, ((one: number, other: number) => void)[]> = {
    machineStopped: [],
    machineStarted: [],
    nodeSilent: [],
    nodeHeard: [],
    nodeReadyChanged: [],
    taintsChanged: [],
    nodeAdded: [],
    nodeRemoved: [],
    podCreated: [],
    podBound: [],
    podUnschedulable: [],
    podServing: [],
    podTerminating: [],
    podGone: [],
    managerRestarted: [],
  };
  const tell =
    (name: Signal) =>
    (one = 0, other = 0): void => {
      for (const hear of all[name]) hear(one, other);
    };
  return {
    listen: (listener) => {
      for (const name of Object.keys(listener) as Signal[]) {
        const hear: ((one: number, other: number) => void) | undefined = listener[name];
        if (hear !== undefined) all[name].push(hear);
      }
    },
    machineStopped: tell('machineStopped'),
    machineStarted: tell('machineStarted'),
    nodeSilent: tell('nodeSilent'),
    nodeHeard: tell('nodeHeard'),
    nodeReadyChanged: tell('nodeReadyChanged'),
    taintsChanged: tell('taintsChanged'),
    nodeAdded: tell('nodeAdded'),
    nodeRemoved: tell('nodeRemoved'),
    podCreated: tell('podCreated'),
    podBound: tell('podBound'),
    podUnschedulable: tell('podUnschedulable'),
    podServing: tell('podServing'),
    podTerminating: tell('podTerminating'),
    podGone: tell('podGone'),
    managerRestarted: tell('managerRestarted'),
  };
}
