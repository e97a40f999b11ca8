/** The plan of etcd → its files. On a managed control plane there are none. */
import { assert } from '../../core/error.ts';
import type { Artifact, PlanContext, SystemPlan } from '../../system.ts';
import { defragmentFile } from './render/defragment.ts';
import { environmentFiles } from './render/environment.ts';
import { eventsFiles } from './render/events.ts';
import { externalFiles } from './render/external.ts';
import { scrapeObjects } from './render/scrape.ts';
import { snapshotFiles } from './render/snapshot.ts';

/** All files of this system; the flags of stacked members are in the control plane's own configuration. */
export function render({ facts }: SystemPlan<'etcd'>, { cluster }: PlanContext<never>): readonly Artifact[] {
  const { settings } = facts;
  assert(settings, 'the plan of etcd settles everything');
  if (facts.topology === 'managed') return [];
  const settled = { ...facts, settings };
  return [
    ...scrapeObjects(settled),
    ...environmentFiles(settled),
    ...snapshotFiles(settled),
    defragmentFile(settled),
    ...externalFiles(settled, cluster.name),
    ...eventsFiles(settled, cluster.name),
  ];
}
