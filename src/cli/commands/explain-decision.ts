/** `holdfast explain decision`: one decision in full. */
import { HoldfastError } from '../../core/error.ts';
import { nearest } from '../../core/nearest.ts';
import type { Plan } from '../../plan/types.ts';
import { sayValue } from '../../render/value.ts';
import { wrap } from '../../render/wrap.ts';
import { decisionOutput } from '../../report/plan-output.ts';
import type { ExplanationOutput } from '../../report/schemas.ts';
import { writeTable } from '../../report/table.ts';
import type { Decision } from '../../system.ts';
import { findDocument } from '../documents.ts';
import { EXIT } from '../exit-codes.ts';
import { formatOf, type Invocation, paintFor, widthOf } from '../invocation.ts';
import { isData, writeData } from '../output.ts';
import { planDocument } from '../plan-document.ts';

interface Found {
  readonly id: string;
  readonly system: string;
  readonly decision: Decision;
}

/** Prints the decision; without an id all ids. The document is never taken silently from the folder. */
export async function run(invocation: Invocation): Promise<number> {
  const plan = await planDocument(await findDocument(invocation, false), invocation);
  const all = decisionsOf(plan);
  const [id] = invocation.args;
  const { stdout } = invocation.context;
  if (id === undefined) {
    const rows = all.map(({ id: name, decision }) => [name, sayValue(decision.value)]);
    stdout.write(writeTable([{ title: 'DECISION' }, { title: 'VALUE' }], rows, widthOf(invocation)));
    return EXIT.ok;
  }
  const found = all.find((one) => one.id === id);
  if (!found) throw unknownDecision(id, all);
  const format = formatOf(invocation);
  stdout.write(isData(format) ? writeData(outputOf(found), format) : textOf(found, invocation));
  return EXIT.ok;
}

function decisionsOf(plan: Plan): readonly Found[] {
  return Object.entries(plan.systems).flatMap(([system, own]) =>
    own.decisions.map((decision) => ({ id: `${system}.${decision.field}`, system, decision })),
  );
}

function unknownDecision(id: string, all: readonly Found[]): HoldfastError {
  const ids = all.map((one) => one.id);
  const near = nearest(id, ids);
  const hint = near === undefined ? 'holdfast explain decision -f FILE lists them all.' : `Did you mean ${near}?`;
  return new HoldfastError('unknown-decision', `The plan has no decision ${id}.`, { hint });
}

function outputOf({ id, system, decision }: Found): ExplanationOutput {
  return {
    apiVersion: 'holdfast.dev/v1',
    kind: 'Explanation',
    subject: 'decision',
    id,
    decision: decisionOutput(system, decision),
  };
}

function textOf({ id, decision }: Found, invocation: Invocation): string {
  const { bold } = paintFor(invocation);
  const lines = [
    bold(`${id} = ${sayValue(decision.value)}`),
    '',
    ...wrap(decision.because, widthOf(invocation)),
    '',
    `Source:  ${decision.source.project}, ${decision.source.where}`,
    `Follows: ${decision.from.join(', ')}`,
  ];
  return `${lines.join('\n')}\n`;
}
