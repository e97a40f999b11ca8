/** All rules over a world: what they find, and what cannot be told. */
import type { World } from '../inventory/world.ts';
import type { RuleContext } from './context.ts';
import type { FindingDraft, Need, Rule } from './rule.ts';

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
};

export function runRules(rules: readonly Rule[], world: World, context: RuleContext): RulesRun {
  const candidates: Candidate[] = [];
  const unknown: RulesRun['unknown'][number][] = [];
  let decided = 0;
  for (const rule of rules) {
    const { id, needs } = rule;
    if (needs !== 'manifests' && !isMet(needs, world)) {
      unknown.push({ rule: id, why: LACKS[needs] });
      continue;
    }
    decided += 1;
    const untold = new Set<string>();
    for (const draft of rule.check(world, context)) {
      if ('unknown' in draft) untold.add(draft.unknown);
      else candidates.push({ rule, draft });
    }
    for (const why of untold) unknown.push({ rule: id, why });
  }
  return { candidates, unknown, decided };
}

function isMet(need: Exclude<Need, 'manifests'>, { nodes, workloads }: World): boolean {
  if (need === 'document') return nodes.length > 0;
  return workloads.some(({ observed, pods }) => observed && pods.some(({ status }) => status !== undefined));
}
