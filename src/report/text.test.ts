import { stripVTControlCharacters } from 'node:util';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { samplePlan, sampleSystems } from '../../test/unit/sample-plan.ts';
import { writeYaml } from '../render/yaml.ts';
import { diffMarkdown, diffText } from './diff-text.ts';
import { writeJson } from './json.ts';
import { inline, planMarkdown } from './markdown.ts';
import { ansiPaint, noPaint } from './paint.ts';
import { planDiffOutput, planOutput } from './plan-output.ts';
import { planDiffSchema, planSchema } from './schemas.ts';
import { writeTable } from './table.ts';
import { planText } from './text.ts';

const report = {
  plan: samplePlan,
  headline: 'One promise of four is not kept.',
  systems: sampleSystems.slice(1).map(({ id, words }) => ({ id, ...words })),
};
const options = { paint: noPaint, width: 100, wide: false };

describe('the text of a plan', () => {
  it('says verdicts first, then decisions by system, price, availability, and what is not covered', () => {
    expect(planText(report, options)).toBe(`One promise of four is not kept.

OBJECTIVE                          VERDICT        PROMISED   MEASURED
Recovery from the loss of a node   missed         2m         2 m 22 s (1 m 32 s to 2 m 22 s)
Budget                             unknown        900 USD    -
API availability                   kept           99.99%     99.996% (21 m a year)
Recovery time objective            not promised   -          -

Recovery from the loss of a node: missed
  Detection 50 s + toleration 30 s + start 62 s.
  To keep it: Promise nodeFailureRecovery: 2m30s, or make the images smaller.

Budget: unknown
  No price of the machines is known. Give one with --prices.

ETCD
etcd of the sample.

DECISION                 VALUE   BECAUSE
etcd.members             3       Three zones hold one member each. Quorum is 2 of 3, so one zone may
                                 be lost.
etcd.heartbeatInterval   100ms   The round trip between zones is 2 ms; 100 ms is the default and
                                 above it.

AUTOSCALING
Autoscaling of the sample.

DECISION             VALUE   BECAUSE
autoscaling.engine   none    Machines of bare metal cannot be bought by a controller.

SCHEDULING
Scheduling of the sample.

DECISION                VALUE   BECAUSE
scheduling.toleration   30s     2 m is promised; 50 s until detection leave 30 s of toleration.

PRICE
60 USD a month are known; the sum lacks etcd.

COMPONENT   OFFER              QUANTITY      EACH   PER MONTH
etcd        bare-metal/large          3   unknown     unknown
balancer    bare-metal/small          2    30 USD      60 USD

AVAILABILITY
By what can be counted the API answers 99.996% of the time: 21 m 2 s without it in a year. What hits
everything at once, like a bad change, is not in it.

CAUSE               DOWN PER YEAR   SHARE
two zones at once       16 m 40 s   79.2%
leader elections         4 m 22 s   20.8%

NOT COVERED
- Pods that set their own toleration keep it.
- The power supply of the site is not modelled.
`);
  });

  it('adds sources, paths and assumptions when wide', () => {
    const wide = planText(report, { ...options, width: 160, wide: true });
    expect(wide).toContain('etcd v3.6.14, docs faq, failure');
    expect(wide).toContain('spec.regions[].zones spec.survive');
    expect(wide).toContain('A machine fails once in three years');
    expect(wide).toContain('2026-11-01');
  });

  it('is the same text with colours taken away', () => {
    const painted = planText(report, { ...options, paint: ansiPaint });
    expect(painted).not.toBe(planText(report, options));
    expect(stripVTControlCharacters(painted)).toBe(planText(report, options));
  });
});

describe('a table', () => {
  it('breaks the last column to the width, and words that are longer than a column', () => {
    expect(
      writeTable(
        [{ title: 'A', most: 4 }, { title: 'B' }],
        [['abcdefghij', 'one two three four five six seven eight']],
        20,
      ),
    ).toBe('A      B\nabcd   one two three four five six\nefgh   seven eight\nij\n');
  });
});

describe('data', () => {
  it('of a plan and of a difference fits its schema', () => {
    expect(planSchema.parse(planOutput(report))).toEqual(planOutput(report));
    const diff = planDiffOutput('shop', [
      { kind: 'changed', subject: 'decision', id: 'etcd.members', before: 1, after: 3, from: ['spec.survive'] },
    ]);
    expect(planDiffSchema.parse(diff)).toEqual(diff);
  });

  it('is the same value as JSON and as YAML, for readers of YAML 1.1 and 1.2', () => {
    const value: unknown = JSON.parse(writeJson(planOutput(report)));
    const yaml = writeYaml(planOutput(report));
    expect(load(yaml)).toEqual(value);
    expect(parse(yaml, { version: '1.1' })).toEqual(value);
  });
});

describe('Markdown', () => {
  it('shows verdicts and decisions as tables', () => {
    const text = planMarkdown(report);
    expect(text).toContain('**One promise of four is not kept.**');
    expect(text).toContain('| Recovery from the loss of a node | ✗ missed | 2m |');
    expect(text).toContain('| etcd.members | 3 | Three zones hold one member each.');
  });

  it('keeps text that looks like markup', () => {
    expect(inline('a|b <i>*x*</i> `c`\n# d')).toBe('a\\|b \\<i\\>\\*x\\*\\</i\\> \\`c\\` # d');
    expect(inline('# not a title')).toBe('\\# not a title');
  });
});

describe('a difference', () => {
  const changes = [
    {
      kind: 'changed',
      subject: 'decision',
      id: 'etcd.members',
      before: 1,
      after: 3,
      because: 'Three zones.',
      from: ['spec.regions[].zones'],
    },
    { kind: 'added', subject: 'need', id: 'etcd', after: 'three machines' },
    { kind: 'removed', subject: 'price', id: 'old', before: '3 USD' },
  ] as const;

  it('is short when there is none', () => {
    expect(diffText([], options)).toBe('No changes.\n');
    expect(diffMarkdown([])).toBe('No changes.\n');
  });

  it('has signs for added, removed and changed, and reasons', () => {
    expect(diffText(changes, options)).toBe(
      '~ decision etcd.members: 1 → 3\n    Three zones.\n+ need etcd: three machines\n- price old: 3 USD\n',
    );
    expect(diffText(changes, { ...options, wide: true })).toContain('    follows spec.regions[].zones\n');
    expect(diffMarkdown(changes)).toContain('| \\~ | decision | etcd.members | 1 | 3 | Three zones. |');
  });
});
