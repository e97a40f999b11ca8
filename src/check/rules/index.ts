/** Every rule, in the order of the catalogue. A family's file is one line here. */
import { FAMILIES } from '../families.ts';
import type { Rule } from '../rule.ts';
import { admission } from './admission.ts';
import { admissionTrust } from './admission-trust.ts';
import { autoscaling } from './autoscaling.ts';
import { autoscalingRoom } from './autoscaling-room.ts';
import { capacity } from './capacity.ts';
import { capacityLimits } from './capacity-limits.ts';
import { capacityTime } from './capacity-time.ts';
import { controlPlane } from './control-plane.ts';
import { controlPlaneBackends } from './control-plane-backends.ts';
import { controlPlaneCare } from './control-plane-care.ts';
import { controlPlaneCertificates } from './control-plane-certificates.ts';
import { controlPlaneFront } from './control-plane-front.ts';
import { controlPlaneLoad } from './control-plane-load.ts';
import { etcdFlags } from './etcd-flags.ts';
import { network } from './network.ts';
import { networkDns } from './network-dns.ts';
import { networkPaths } from './network-paths.ts';
import { networkCertificates } from './network-certificates.ts';
import { priority } from './priority.ts';
import { quorum } from './quorum.ts';
import { quorumPlaces } from './quorum-places.ts';
import { recovery } from './recovery.ts';
import { recoveryBackup } from './recovery-backup.ts';
import { recoveryCircles } from './recovery-circles.ts';
import { recoveryEvidence } from './recovery-evidence.ts';
import { recoveryRegions } from './recovery-regions.ts';
import { recoveryUpdates } from './recovery-updates.ts';
import { recoveryPromises } from './recovery-promises.ts';
import { removedApis } from './removed-apis.ts';
import { storage } from './storage.ts';
import { storageRoom } from './storage-room.ts';
import { storageZones } from './storage-zones.ts';
import { disruption } from './disruption.ts';
import { disruptionMissing } from './disruption-missing.ts';
import { disruptionSelection } from './disruption-selection.ts';
import { lifecycleExec } from './lifecycle-exec.ts';
import { lifecycleProbes } from './lifecycle-probes.ts';
import { lifecycleStop } from './lifecycle-stop.ts';
import { refused } from './refused.ts';
import { rolloutRoom } from './rollout-room.ts';
import { rolloutUpdate } from './rollout-update.ts';
import { placementDeadlock } from './placement-deadlock.ts';
import { placementNodes } from './placement-nodes.ts';
import { placementSpread } from './placement-spread.ts';
import { redundancy } from './redundancy.ts';
import { redundancyFloor } from './redundancy-floor.ts';
import { redundancyLive } from './redundancy-live.ts';
import { redundancyNothing } from './redundancy-nothing.ts';
import { redundancyReach } from './redundancy-reach.ts';

const place = ({ family }: Rule): number => FAMILIES.findIndex(({ id }) => id === family);

export const rules: readonly Rule[] = [
  ...redundancy,
  ...redundancyFloor,
  ...redundancyLive,
  ...redundancyNothing,
  ...redundancyReach,
  ...placementDeadlock,
  ...placementNodes,
  ...placementSpread,
  ...lifecycleExec,
  ...lifecycleProbes,
  ...lifecycleStop,
  ...refused,
  ...rolloutRoom,
  ...rolloutUpdate,
  ...admission,
  ...admissionTrust,
  ...autoscaling,
  ...autoscalingRoom,
  ...capacity,
  ...capacityLimits,
  ...capacityTime,
  ...controlPlane,
  ...controlPlaneBackends,
  ...controlPlaneCare,
  ...controlPlaneCertificates,
  ...controlPlaneFront,
  ...controlPlaneLoad,
  ...etcdFlags,
  ...network,
  ...networkCertificates,
  ...networkDns,
  ...networkPaths,
  ...priority,
  ...quorum,
  ...quorumPlaces,
  ...recovery,
  ...recoveryBackup,
  ...recoveryCircles,
  ...recoveryEvidence,
  ...recoveryRegions,
  ...recoveryUpdates,
  ...storage,
  ...storageRoom,
  ...storageZones,
  ...recoveryPromises,
  ...removedApis,
  ...disruption,
  ...disruptionMissing,
  ...disruptionSelection,
].sort((a, b) => place(a) - place(b) || (a.id < b.id ? -1 : 1));
