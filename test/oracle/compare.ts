/** Holds one answer against another, and says in words where they first differ. */
import type { NodeExplanation, PodExplanation, PodVerdict, PreemptionExplanation } from '../../src/twin/explanation.ts';

/** At most this many differences are told: the first ones are what there is to fix. */
const TOLD = 20;

/** One line for each difference, `pod on node: what — oracle …, twin …`; empty when both say the same. */
export function differences(oracle: PodExplanation, twin: PodExplanation): string[] {
  const found: string[] = [];
  const theirs = new Map(twin.pods.map((verdict) => [verdict.pod, verdict]));
  const pods = oracle.pods.map(({ pod }) => pod);
  compare(
    found,
    'pods',
    pods,
    twin.pods.map(({ pod }) => pod),
  );
  for (const verdict of oracle.pods) {
    const other = theirs.get(verdict.pod);
    if (other !== undefined) found.push(...verdictDifferences(verdict, other));
  }
  return found.slice(0, TOLD);
}

/** The same for one pod. */
export function verdictDifferences(oracle: PodVerdict, twin: PodVerdict): string[] {
  const found: string[] = [];
  const at = (what: string): string => `${oracle.pod} ${what}`;
  compare(found, at('preFilter'), oracle.preFilter, twin.preFilter);
  compare(found, at('nodes'), oracle.nodes.map(nodeName), twin.nodes.map(nodeName));
  const theirs = new Map(twin.nodes.map((node) => [node.node, node]));
  for (const node of oracle.nodes) {
    const other = theirs.get(node.node);
    if (other !== undefined) compareNodes(found, at(`on ${node.node}`), node, other);
  }
  compare(found, at('best'), oracle.best, twin.best);
  comparePreemption(found, at('preemption'), oracle.preemption, twin.preemption);
  return found;
}

function compareNodes(found: string[], at: string, oracle: NodeExplanation, twin: NodeExplanation): void {
  const verdict = ({ fits, plugin, code, reasons }: NodeExplanation): string =>
    fits ? 'fits' : `${plugin ?? ''} ${code ?? ''} ${(reasons ?? []).join('; ')}`;
  compare(found, at, verdict(oracle), verdict(twin));
  if (oracle.fits && twin.fits) {
    const plugins = new Set([...Object.keys(oracle.scores ?? {}), ...Object.keys(twin.scores ?? {})]);
    for (const plugin of plugins) compare(found, `${at} ${plugin}`, oracle.scores?.[plugin], twin.scores?.[plugin]);
    compare(found, `${at} total`, oracle.total, twin.total);
  }
}

function comparePreemption(
  found: string[],
  at: string,
  oracle: PreemptionExplanation | undefined,
  twin: PreemptionExplanation | undefined,
): void {
  if (oracle === undefined || twin === undefined) {
    compare(found, at, oracle, twin);
    return;
  }
  compare(found, `${at} refused`, oracle.refused, twin.refused);
  compare(found, `${at} candidates`, oracle.candidates.map(nodeName), twin.candidates.map(nodeName));
  const theirs = new Map(twin.candidates.map((candidate) => [candidate.node, candidate]));
  for (const candidate of oracle.candidates) {
    const other = theirs.get(candidate.node);
    if (other === undefined) continue;
    compare(found, `${at} victims on ${candidate.node}`, candidate.victims, other.victims);
    compare(found, `${at} budget violations on ${candidate.node}`, candidate.pdbViolations, other.pdbViolations);
  }
  compare(found, `${at} best`, oracle.best, twin.best);
}

function compare(found: string[], at: string, oracle: unknown, twin: unknown): void {
  const ours = JSON.stringify(oracle) ?? 'nothing';
  const theirs = JSON.stringify(twin) ?? 'nothing';
  if (ours !== theirs) found.push(`${at}: oracle ${ours}, twin ${theirs}`);
}

function nodeName({ node }: { node: string }): string {
  return node;
}
