/** All rules over a world: what they find, and what cannot be told. */
import { groupOf } from '../inventory/kinds.ts';
import type { World } from '../inventory/world.ts';
import type { RuleContext } from './context.ts';
import { WORKLOAD_KINDS } from '../inventory/live/kinds.ts';
import { unseenOf, unseenWorkloads } from './reads.ts';
import type { FindingDraft, Need, Rule, Target } from './rule.ts';

/** A rule and one thing that it found. */
export interface Candidate {
  readonly rule: Rule;
  readonly draft: FindingDraft;
}

export interface RulesRun {
  readonly candidates: readonly Candidate[];
  readonly unknown: readonly { readonly rule: string; readonly why: string }[];
  /** Rules whose need was met. */
  readonly decided: number;
}

const LACKS: Readonly<Record<Exclude<Need, 'manifests'>, string>> = {
  document: 'It needs nodes: a cluster document with pools, or Node objects.',
  live: 'It needs pods as a cluster reports them: kubectl get pods -A -o yaml.',
  comparison: 'It needs a cluster document and the cluster that it describes: -f holdfast.yaml --context NAME.',
};

export function runRules(rules: readonly Rule[], world: World, context: RuleContext): RulesRun {
  const candidates: Candidate[] = [];
  const unknown: RulesRun['unknown'][number][] = [];
  let decided = 0;
  // A Service may select, a budget may cover a workload that is only not seen: then no more is said than of workloads.
  const hidden = unseenWorkloads(world.live);
  for (const rule of rules) {
    const { id, needs } = rule;
    if (needs !== 'manifests' && !isMet(needs, world, context)) {
      unknown.push({ rule: id, why: LACKS[needs] });
      continue;
    }
    const unseen = unseenOf(rule, world.live);
    if (unseen !== undefined) {
      unknown.push({ rule: id, why: unseen });
      continue;
    }
    decided += 1;
    // A comparison has asked the cluster by itself.
    const part = needs === 'comparison' ? undefined : hidden;
    const untold = new Set(part === undefined ? [] : [part]);
    for (const draft of rule.check(world, context)) {
      if ('unknown' in draft) untold.add(draft.unknown);
      else if (part === undefined || isWorkload(draft.on)) candidates.push({ rule, draft });
    }
    for (const why of untold) unknown.push({ rule: id, why });
  }
  return { candidates, unknown, decided };
}

function isWorkload(on: Target): boolean {
  const object = 'object' in on ? on.object : on.sourced?.object;
  return (
    'templates' in on || (object !== undefined && WORKLOAD_KINDS.has(`${groupOf(object.apiVersion)}/${object.kind}`))
  );
}

function isMet(need: Exclude<Need, 'manifests'>, { nodes, workloads }: World, { drift }: RuleContext): boolean {
  if (need === 'comparison') return drift !== undefined;
  if (need === 'document') return nodes.length > 0;
  return workloads.some(({ observed, pods }) => observed && pods.some(({ status }) => status !== undefined));
}
