import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { samplePlan, sampleSystems } from '../../../test/unit/sample-plan.ts';
import { isObject } from '../../core/json.ts';
import type { Plan } from '../../plan/types.ts';
import type { PlanReport } from '../types.ts';
import { comparisonHtml } from './comparison-page.ts';
import { escapeHtml, html } from './markup.ts';
import { planHtml } from './plan-page.ts';

const words = sampleSystems.map(({ id, words: own }) => ({ id, ...own }));
const report: PlanReport = { plan: samplePlan, headline: 'One promise of four is not kept.', systems: words };

/** Every text of the value replaced; keys, enum words and numbers stay. */
function poisoned<T>(value: T, poison: string): T {
  if (Array.isArray(value)) return value.map((item: unknown) => poisoned(item, poison)) as T;
  if (!isObject(value)) return value;
  const fixed = new Set([
    'verdict',
    'kind',
    'form',
    'severity',
    'subject',
    'id',
    'zones',
    'zone',
    'provider',
    'capacity',
  ]);
  const entries = Object.entries(value).map(([key, item]) => [
    key,
    typeof item === 'string' && !fixed.has(key)
      ? poison
      : fixed.has(key) && typeof item === 'string'
        ? item
        : poisoned(item, poison),
  ]);
  return Object.fromEntries(entries) as T;
}

/** Line breaks between and within tags mean nothing. */
const flat = (page: string): string =>
  page
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/ (?=>)/g, '')
    .replaceAll(/> (?=<)/g, '>');

const tagsOf = (page: string): readonly string[] =>
  [...page.matchAll(/<\/?[a-zA-Z!][^>]*>/g)].map(([tag]) => tag.replaceAll(/"[^"]*"/g, '""'));
const textOf = (escaped: string): string =>
  escaped
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&#96;', '`')
    .replaceAll('&amp;', '&');

describe('escaping', () => {
  it('keeps any printable text, as text and as attribute', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const { markup } = html`<p title="${text}">${text}</p>`;
        const match = /^<p title="([^"<>'`]*)">([^"<>'`]*)<\/p>$/.exec(markup);
        expect(match).not.toBeNull();
        expect(textOf(match?.[1] ?? '')).toBe(text);
        expect(textOf(match?.[2] ?? '')).toBe(text);
      }),
    );
  });

  it('never lets any text of a plan become markup', () => {
    const harmless = tagsOf(planHtml({ ...poisoned(report, 'harmless'), systems: poisoned(words, 'harmless') }));
    const attacks = [
      '<script>alert(1)</script>',
      '"><img src=x onerror=alert(1)>',
      "' onmouseover='x",
      '</style><b>',
      '<!--',
      '{{x}}',
      '`${x}`',
      '\u0000<a>',
      ']]>',
    ];
    fc.assert(
      fc.property(fc.oneof(fc.constantFrom(...attacks), fc.string({ unit: 'binary' }), fc.string()), (poison) => {
        expect(tagsOf(planHtml({ ...poisoned(report, poison), systems: poisoned(words, poison) }))).toEqual(harmless);
      }),
      { numRuns: 200 },
    );
  });

  it('replaces control characters, which HTML forbids', () => {
    expect(escapeHtml('a\u0000b\u001Bc\nd')).toBe('a\uFFFDb\uFFFDc\nd');
  });
});

describe('the report of a plan', () => {
  const page = flat(planHtml(report));

  it('says the verdict first', () => {
    expect(page).toContain('<h1>One promise of four is not kept.</h1>');
    expect(page.indexOf('<h1>')).toBeLessThan(page.indexOf('<h2'));
  });

  it('loads nothing and runs nothing', () => {
    expect(page).not.toMatch(/<script|\son\w+=|<link|<img|<iframe|@import|url\(|https?:\/\//i);
    expect(page).toContain("default-src 'none'");
  });

  it('shows every zone with its members and pools, every decision with its reason, every verdict in words', () => {
    for (const zone of ['row-a', 'row-b', 'row-c']) expect(page).toContain(`<code>shop-control-${zone}</code>`);
    expect(page).toContain('API server, controllers, scheduler, etcd, API balancer · 10.0.0.11');
    expect(page).toContain('<code>etcd.members</code>');
    expect(page).toContain('Three zones hold one member each. Quorum is 2 of 3, so one zone may be lost.');
    for (const word of ['kept', 'missed', 'unknown', 'not promised']) expect(page).toContain(`</span>${word}</span>`);
    expect(page).toContain('60 USD a month are known; the sum lacks etcd.');
    expect(page).toContain('The power supply of the site is not modelled.');
  });

  it('says of every zone what its loss leaves, and of what nobody can change any more', () => {
    const fine = 'Its loss leaves 2 of 3 members of etcd, and 2 are the quorum: changes and repair go on.';
    expect(page.split(fine)).toHaveLength(4);
    const etcd = { ...samplePlan.systems.etcd, facts: { ...samplePlan.systems.etcd.facts, quorum: 3 } };
    const fragile = flat(planHtml({ ...report, plan: { ...samplePlan, systems: { ...samplePlan.systems, etcd } } }));
    expect(
      fragile.match(/<p class="loss missed">Its loss leaves 2 of 3 members of etcd, and 3 are the quorum/g),
    ).toHaveLength(3);
  });

  it('shows the figures first, each with its promise and the colour of its verdict, and adds the prices up', () => {
    expect(page).toContain(
      '<strong class="figure missed">2 m 22 s</strong><span class="soft">1 m 32 s to 2 m 22 s · promised 2m</span>',
    );
    expect(page.indexOf('class="figures"')).toBeLessThan(page.indexOf('<nav'));
    expect(page).toMatch(/<tr class="sum"><th scope="row">Sum<\/th>.*60 USD<\/td>/);
  });

  it('is well-formed: every element is closed in order, every id is there once, every link leads somewhere', () => {
    const open: string[] = [];
    for (const [, slash, name = ''] of page.matchAll(/<(\/?)([a-z0-9]+)\b[^>]*>/g)) {
      if (['meta', 'br'].includes(name)) continue;
      if (slash === '') open.push(name);
      else expect(open.pop()).toBe(name);
    }
    expect(open).toEqual([]);
    const ids = [...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, link] of page.matchAll(/href="#([^"]*)"/g)) expect(ids).toContain(link);
  });
});

describe('the comparison of two plans', () => {
  const worse: Plan = {
    ...samplePlan,
    verdicts: samplePlan.verdicts.map((verdict) =>
      verdict.name === 'apiAvailability' ? { ...verdict, verdict: 'missed' as const } : verdict,
    ),
  };
  const page = flat(
    comparisonHtml({
      title: 'Naive against hardened',
      headline: 'Hardened keeps one promise more.',
      labels: { before: 'naive', after: 'hardened' },
      before: { ...report, plan: worse },
      after: report,
      changes: [
        {
          kind: 'changed',
          subject: 'decision',
          id: 'etcd.members',
          before: 1,
          after: 3,
          because: 'Three zones.',
          from: ['spec.regions[].zones'],
        },
        { kind: 'added', subject: 'need', id: 'etcd.machine', after: { replicas: 3 } },
      ],
    }),
  );

  it('marks the objectives that differ and shows both figures', () => {
    expect(page.match(/<tr class="differs">/g)).toHaveLength(1);
    expect(page).toContain('data-label="naive"');
    expect(page).toContain('data-label="hardened"');
  });

  it('shows each difference with its reason and has every id once', () => {
    expect(page).toContain('Three zones.<p class="source">Follows spec.regions[].zones.</p>');
    const ids = [...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
