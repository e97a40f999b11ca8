/** Everything that one run of a scenario shares: its clock, the cluster, what was lost, and who listens. */
import type { Millis } from '../../core/units.ts';
import type { ControlPlaneSettings, World } from '../../inventory/world.ts';
import type { Scenario } from '../../faults/scenario.ts';
import type { ControlPlaneTimeline } from '../control-plane/timeline.ts';
import type { ClusterState } from '../model/cluster-state.ts';
import type { Losses, Trouble } from '../outcomes/losses.ts';
import type { NodeTroubles } from '../outcomes/node-trouble.ts';
import type { Recorder } from '../outcomes/recorder.ts';
import type { ApiClient } from './api-client.ts';
import type { Chance } from './chance.ts';
import type { Clock } from './clock.ts';
import type { Cluster } from './cluster.ts';
import type { Gate } from './gate.ts';
import type { TwinOptions } from './options.ts';
import type { Signals } from './signals.ts';
import type { Tables } from './tables.ts';

export interface Run {
  readonly world: World;
  readonly settings: ControlPlaneSettings;
  readonly scenario: Scenario;
  readonly horizon: Millis;
  readonly options: TwinOptions;
  readonly timeline: ControlPlaneTimeline;
  readonly gate: Gate;
  readonly clock: Clock;
  readonly seed: number;
  readonly chance: Chance;
  readonly state: ClusterState;
  readonly tables: Tables;
  readonly signals: Signals;
  readonly losses: Losses;
  readonly troubles: NodeTroubles;
  /** Why pods of workloads go that get a new template. */
  readonly rollouts: Map<number, Trouble>;
  readonly recorder: Recorder;
  readonly cluster: Cluster;
  /** A client of the controller manager; each controller has its own. */
  readonly client: () => ApiClient;
  /** Says once what had to be assumed. */
  readonly assume: (sentence: string) => void;
}
