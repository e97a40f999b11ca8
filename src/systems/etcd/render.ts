/** The plan of etcd → its files. On a managed control plane there are none. */
import type { Artifact, PlanContext, SystemPlan } from '../../system.ts';
import { defragmentFile } from './render/defragment.ts';
import { environmentFiles } from './render/environment.ts';
import { eventsFiles } from './render/events.ts';
import { externalFiles } from './render/external.ts';
import { scrapeObjects } from './render/scrape.ts';
import { snapshotFiles } from './render/snapshot.ts';
import type { EtcdSettings, Settled } from './settings.ts';

/** All files of this system; the flags of stacked members are in the control plane's own configuration. */
export function render(
  { facts, settings }: SystemPlan<'etcd', EtcdSettings>,
  { cluster }: PlanContext<never>,
): readonly Artifact[] {
  if (facts.topology === 'managed') return [];
  const settled: Settled = { ...facts, settings };
  return [
    ...scrapeObjects(settled),
    ...environmentFiles(settled),
    ...snapshotFiles(settled),
    defragmentFile(settled),
    ...externalFiles(settled, cluster.name),
    ...eventsFiles(settled, cluster.name),
  ];
}
