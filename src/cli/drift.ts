/** Effects: what a document renders against the cluster that --context names. */
import type { DriftInputs } from '../check/drift/types.ts';
import { readInventory } from '../inventory/inventory.ts';
import { compareWithLive, type RenderedObject } from '../inventory/live/compare.ts';
import { isLive } from '../inventory/origin.ts';
import { isOfManagement, renderedTexts } from '../inventory/rendered.ts';
import type { Plan } from '../plan/types.ts';
import { renderTree } from '../render/tree.ts';
import { counted } from '../report/words.ts';
import { systems } from '../systems/index.ts';
import { flag, type Invocation, progress, textOption } from './invocation.ts';
import { connectTo } from './read-live.ts';

/**
 * The comparison. The API server is asked by a dry run, which is a PATCH to it, only where the document names this
 * context and the person said --yes.
 */
export async function compareDrift(invocation: Invocation, context: string, plan: Plan): Promise<DriftInputs> {
  const { here, elsewhere } = renderedObjects(plan);
  const noDryRun = whyNoDryRun({ context, named: plan.cluster.context, yes: flag(invocation, 'yes') });
  const namespace = textOption(invocation, 'namespace');
  const connection = await connectTo(invocation, context);
  try {
    progress(invocation, `comparing ${counted(here.length, 'rendered object')} with the context ${context}`);
    const { signal } = invocation.context;
    const options = { cluster: plan.cluster.name, dryRun: noDryRun === undefined, namespace, signal, elsewhere };
    return { comparison: await compareWithLive(connection, here, options), noDryRun, namespace };
  } finally {
    connection.close();
  }
}

/** Every object that the tree holds, for this cluster and for the one that makes it. */
export function renderedObjects(plan: Plan): {
  readonly here: readonly RenderedObject[];
  readonly elsewhere: readonly RenderedObject[];
} {
  const { files } = renderTree(plan, systems, { layout: 'plain' });
  const all = readInventory(renderedTexts(files).objects).objects.map(({ object, origin }): RenderedObject => {
    return { object, file: isLive(origin) ? '' : origin.source.file };
  });
  return {
    here: all.filter(({ file }) => !isOfManagement(file)),
    elsewhere: all.filter(({ file }) => isOfManagement(file)),
  };
}

interface Consent {
  readonly context: string;
  /** By the document. */
  readonly named: string | undefined;
  readonly yes: boolean;
}

function whyNoDryRun({ context, named, yes }: Consent): string | undefined {
  const lacks =
    named === undefined
      ? 'the document names no context'
      : named === context
        ? yes
          ? undefined
          : '--yes was not given'
        : `the document names the context ${named}`;
  if (lacks === undefined) return undefined;
  return `Objects were only read and compared: what defaults and admission would make of an apply, a dry run tells. It needs spec.context: ${context} in the document and --yes; ${lacks}.`;
}
