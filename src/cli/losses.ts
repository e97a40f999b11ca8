/** The sweep that reports show: what each zone, node and control-plane machine takes down when it is lost. */
import { dirname, join, relative } from 'node:path';
import { readInventory } from '../inventory/inventory.ts';
import { readTexts } from '../inventory/read.ts';
import { worldOfPlan } from '../inventory/world-of.ts';
import type { Plan } from '../plan/types.ts';
import { renderTree } from '../render/tree.ts';
import type { Objectives } from '../spec/cluster.ts';
import { systems } from '../systems/index.ts';
import type { Sweep } from '../twin/results.ts';
import { sweep } from '../twin/sweep.ts';
import { twinSettings } from './twin-settings.ts';

const HORIZON = 3_600_000;
/** More machines make a report wait; `holdfast sweep` is for them. */
const MOST_NODES = 500;

export interface LossOptions {
  /** Where the path of the document starts. */
  readonly directory?: string;
  /** Promises to judge by; default: the plan's own. */
  readonly objectives?: Objectives;
}

/** Undefined when the document names no workloads, or their manifests cannot be read as they are. */
export async function lossesOf(
  plan: Plan,
  document: string,
  { directory = '.', objectives = plan.cluster.objectives }: LossOptions = {},
): Promise<Sweep | undefined> {
  const { workloads } = plan.cluster;
  if (workloads.length === 0) return undefined;
  const folder = document.startsWith('<') ? '.' : dirname(document);
  const { texts, problems } = await readTexts(
    workloads.map((path) => join(folder, path)),
    { directory },
  );
  if (problems.length > 0) return undefined;
  // From the document's folder, so that the report is the same wherever it is made.
  const manifests = texts.map((text) => ({ ...text, file: relative(folder, text.file) }));
  const { files } = renderTree(plan, systems, { layout: 'plain' });
  const world = worldOfPlan({ plan, files, workloads: readInventory(manifests) });
  if (world.problems.length > 0 || world.nodes.length === 0 || world.nodes.length > MOST_NODES) return undefined;
  return sweep(
    world,
    { domains: ['zone', 'node', 'member'], depth: 1, horizon: HORIZON },
    {
      ...twinSettings(plan, 1),
      objectives,
    },
  );
}
