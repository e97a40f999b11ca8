/** Document paths that several decisions follow. */
import type { DocumentPath } from '../../../system.ts';

export const KIND = 'spec.controlPlane.kind';
export const TOPOLOGY = 'spec.etcd.topology';
export const MEMBERS = 'spec.etcd.members';
export const ZONES = 'spec.regions[].zones';
export const SURVIVE = 'spec.survive';

/** What the number of nodes and pods follows. */
const POOLS: readonly DocumentPath[] = [
  ZONES,
  'spec.pools[].zones',
  'spec.pools[].nodesPerZone',
  'spec.pools[].maxNodesPerZone',
  'spec.pools[].machine.pods',
];

/** What the load follows. */
export const LOAD: readonly DocumentPath[] = [
  ...POOLS,
  'spec.etcd.load.writesPerSecond',
  'spec.etcd.load.bytesPerWrite',
  'spec.etcd.load.liveData',
  'spec.etcd.load.eventShare',
];

/** What the timers follow. */
export const TIMERS: readonly DocumentPath[] = [
  KIND,
  SURVIVE,
  'spec.regions[].zoneRoundTrip',
  'spec.regionRoundTrip',
  'spec.etcd.heartbeat',
  'spec.etcd.electionTimeout',
  'spec.etcd.load.fsyncP99',
];
