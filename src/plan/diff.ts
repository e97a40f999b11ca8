/** What changes between two plans: quiet when nothing does, and in a stable order. */
import type { Json } from '../core/json.ts';
import { sorted, stableJson } from '../core/json.ts';
import { formatMoney } from '../core/money.ts';
import type { Decision, Need, SystemPlan } from '../system.ts';
import type { Plan, PlanChange, PriceRow, Verdict } from './types.ts';

/** Verdicts first, then decisions, needs and price; within each in the order of the new plan, what is gone last. */
export function diffPlans(before: Plan, after: Plan): readonly PlanChange[] {
  return [
    ...changes('verdict', verdictEntries(before), verdictEntries(after)),
    ...changes('decision', decisionEntries(before), decisionEntries(after)),
    ...changes('need', needEntries(before), needEntries(after)),
    ...changes('price', priceEntries(before), priceEntries(after)),
  ];
}

interface Entry {
  readonly value: Json;
  readonly because?: string;
  readonly from?: readonly string[];
}

type Entries = ReadonlyMap<string, Entry>;

function changes(subject: PlanChange['subject'], before: Entries, after: Entries): readonly PlanChange[] {
  const found: PlanChange[] = [];
  for (const [id, entry] of after) {
    const old = before.get(id);
    if (old === undefined) found.push({ kind: 'added', subject, id, after: entry.value, ...reasonOf(entry) });
    else if (stableJson(old.value) !== stableJson(entry.value))
      found.push({ kind: 'changed', subject, id, before: old.value, after: entry.value, ...reasonOf(entry) });
  }
  for (const [id, { value }] of before) if (!after.has(id)) found.push({ kind: 'removed', subject, id, before: value });
  return found;
}

function reasonOf({ because, from }: Entry): Pick<PlanChange, 'because' | 'from'> {
  return { ...(because === undefined ? {} : { because }), ...(from === undefined ? {} : { from }) };
}

function verdictEntries({ verdicts }: Plan): Entries {
  return new Map(verdicts.map((one) => [one.name, { value: verdictValue(one), because: one.evidence }]));
}

function verdictValue({ verdict, promised, measured }: Verdict): Json {
  return { verdict, ...(promised === undefined ? {} : { promised }), ...(measured === undefined ? {} : { measured }) };
}

function decisionEntries({ systems }: Plan): Entries {
  const entries = ([id, { decisions }]: [string, SystemPlan]) =>
    decisions.map((one: Decision): [string, Entry] => [
      `${id}.${one.field}`,
      { value: one.value, because: one.because, from: one.from },
    ]);
  return new Map(Object.entries(systems).flatMap(entries));
}

/** Components may have several needs (one per pool); each is one entry, told apart by its place among its namesakes. */
function needEntries({ systems }: Plan): Entries {
  const named = Object.entries(systems).flatMap(([id, { needs }]) =>
    needs.map((need): [string, Json] => [`${id}.${need.component}`, needValue(need)]),
  );
  return numbered(named);
}

function needValue(need: Need): Json {
  return sorted({ ...need, component: undefined }) as Json;
}

function priceEntries({ price }: Plan): Entries {
  const total: [string, Entry] = [
    'total',
    { value: { perMonth: price.perMonth ? formatMoney(price.perMonth) : 'unknown', lacks: price.lacks } },
  ];
  const rows = numbered(price.rows.map((row) => [`${row.component} (${row.offer})`, rowValue(row)]));
  return new Map([total, ...rows]);
}

function rowValue({ quantity, perMonth }: PriceRow): Json {
  return { quantity, perMonth: perMonth ? formatMoney(perMonth) : 'unknown' };
}

function numbered(named: readonly (readonly [string, Json])[]): Entries {
  const counts = new Map<string, number>();
  return new Map(
    named.map(([id, value]) => {
      const place = (counts.get(id) ?? 0) + 1;
      counts.set(id, place);
      return [place === 1 ? id : `${id} ${place}`, { value }];
    }),
  );
}
