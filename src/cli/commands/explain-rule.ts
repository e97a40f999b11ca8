/** `holdfast explain rule`: a rule in full, in the words of its own data. */
import { pageOfRule } from '../../check/pages.ts';
import type { Rule } from '../../check/rule.ts';
import { allRules } from '../../check/all-rules.ts';
import { wrap } from '../../render/wrap.ts';
import { severityPaint } from '../../report/findings-text.ts';
import type { ExplanationOutput } from '../../report/schemas.ts';
import { writeTable } from '../../report/table.ts';
import { EXIT } from '../exit-codes.ts';
import { formatOf, type Invocation, paintFor, widthOf } from '../invocation.ts';
import { isData, writeData } from '../output.ts';
import { ownRulesOf } from '../own-rules.ts';
import { ruleNamed } from '../rule-named.ts';

const NEEDS: Readonly<Record<Rule['needs'], string>> = {
  manifests: 'manifests',
  document: 'nodes: a cluster document with pools, or Node objects',
  live: 'pods as a cluster reports them',
  comparison: 'a cluster document and the cluster that it describes',
};

/** Prints the rule; without an id the list of all. */
export async function run(invocation: Invocation): Promise<number> {
  const [id] = invocation.args;
  const all = [...allRules, ...(await ownRulesOf(invocation))];
  const { stdout } = invocation.context;
  if (id === undefined) {
    const rows = all.map((rule) => [rule.id, rule.severity, rule.needs, rule.title]);
    const columns = [{ title: 'RULE' }, { title: 'SEVERITY' }, { title: 'NEEDS' }, { title: 'TITLE' }];
    stdout.write(writeTable(columns, rows, widthOf(invocation)));
    return EXIT.ok;
  }
  const rule = ruleNamed(id, all);
  const format = formatOf(invocation);
  stdout.write(isData(format) ? writeData(outputOf(rule), format) : textOf(rule, invocation));
  return EXIT.ok;
}

function outputOf(rule: Rule): ExplanationOutput {
  const { id, family, title, severity, whySeverity, takesDown, remedy, price, source, needs } = rule;
  return {
    apiVersion: 'holdfast.dev/v1',
    kind: 'Explanation',
    subject: 'rule',
    id,
    rule: {
      family,
      title,
      severity,
      whySeverity,
      takesDown,
      remedy,
      ...(price === undefined ? {} : { price }),
      source,
      needs,
      ...(rule.family === 'OWN' ? {} : { docs: pageOfRule(rule) }),
    },
  };
}

function textOf(rule: Rule, invocation: Invocation): string {
  const paint = paintFor(invocation);
  const rows: readonly (readonly [string, string])[] = [
    ['SEVERITY', `${rule.severity}. ${rule.whySeverity}`],
    ['GOES DOWN', rule.takesDown],
    ['REMEDY', rule.remedy],
    ...(rule.price === undefined ? [] : [['PRICE', rule.price] as const]),
    ['NEEDS', NEEDS[rule.needs]],
    ['SOURCE', rule.source],
  ];
  const lines = rows.flatMap(([name, text]) =>
    wrap(text, widthOf(invocation) - 12).map((line, index) => `${(index === 0 ? name : '').padEnd(12)}${line}`),
  );
  const head = `${paint.bold(`${rule.id} ${rule.title}`)} ${severityPaint(paint, rule.severity)(`(${rule.severity})`)}`;
  return `${head}\n\n${lines.join('\n')}\n`;
}
