/** Documents for the tests of etcd, planned and rendered by this system alone. */
import { z } from 'zod';
import { assert } from '../../core/error.ts';
import type { Cluster } from '../../spec/cluster.ts';
import { parseDocument } from '../../spec/parse.ts';
import type { Artifact, Contradiction, PlanContext, SystemPlan } from '../../system.ts';
import { etcd } from './index.ts';
import type { Section } from './section.ts';
import type { EtcdSettings, Settled } from './settings.ts';

/** The other system's section, as far as etcd follows it. */
const controlPlane = z
  .strictObject({ kind: z.enum(['eks', 'kubeadm', 'cluster-api']).prefault('kubeadm').describe('Kind.') })
  .prefault({})
  .describe('Control plane.');

export interface Planned {
  readonly plan: SystemPlan<'etcd', EtcdSettings>;
  readonly facts: Settled;
  readonly artifacts: readonly Artifact[];
  readonly cluster: Cluster;
}

/** Three zones on bare metal, nothing promised. */
export const THREE_ZONES = 'regions: [{name: west, zones: [a, b, c]}]';

interface Read {
  readonly refusals: readonly Pick<Contradiction, 'path' | 'code' | 'message' | 'expected'>[];
  readonly section?: Section;
  readonly cluster?: Cluster;
}

function read(spec: string): Read {
  const text = `{apiVersion: holdfast.dev/v1, kind: Cluster, metadata: {name: shop}, spec: {${spec}}}`;
  const { document, problems } = parseDocument({ text, file: 'holdfast.yaml' }, { etcd: etcd.section, controlPlane });
  if (!document) {
    return {
      refusals: problems.map(({ path = '', code, message, expected = '' }) => ({ path, code, message, expected })),
    };
  }
  const section = document.sections['etcd'] as Section;
  const { cluster } = document;
  return { refusals: etcd.contradictions?.(section, cluster) ?? [], section, cluster };
}

/** Why a document is refused; empty when it is not. */
export function refusalsOf(spec: string): Read['refusals'] {
  return read(spec).refusals;
}

/** The plan and the files of a document that must not be refused. */
export function planned(spec: string = THREE_ZONES): Planned {
  const { refusals, section, cluster } = read(spec);
  assert(section && cluster && refusals.length === 0, `refused: ${JSON.stringify(refusals)}`);
  const context: PlanContext<never> = { cluster, plans: {} };
  const plan = etcd.plan(section, context);
  return { plan, facts: { ...plan.facts, settings: plan.settings }, artifacts: etcd.render(plan, context), cluster };
}

/** A decision by its field. */
export function decision({ plan }: Planned, field: string) {
  const found = plan.decisions.find((one) => one.field === field);
  assert(found, `there is a decision ${field}`);
  return found;
}

/** The text of a file by its path. */
export function textOf({ artifacts }: Planned, path: string): string {
  const found = artifacts.find((one) => one.path === path);
  assert(found?.form === 'text', `${path} is a text among ${artifacts.map((one) => one.path).join(', ')}`);
  return found.text;
}

/** All steps of a runbook as one text. */
export function runbookText({ plan }: Planned, id: string): string {
  const found = plan.runbooks.find((one) => one.id === id);
  assert(found, `there is a runbook ${id}`);
  return found.steps.map(({ say, run = '', expect = '' }) => `${say}\n${run}\n${expect}`).join('\n\n');
}
