/** What the plan costs a month: every need with an offer, its storage and its traffic, at the prices of one table. */
import { formatBytes, formatCpu } from '../core/quantity.ts';
import type { Cluster } from '../spec/cluster.ts';
import type { Need } from '../system.ts';
import { HOURS_PER_MONTH, type ListedPrice, type PriceTable, type PriceUnit } from './price-table.ts';
import type { Price, PriceRow } from './types.ts';

const GIB = 2 ** 30;
const MONTHS: Readonly<Record<PriceUnit, number>> = { hour: HOURS_PER_MONTH, month: 1, 'GiB-month': 1, GiB: 1 };

/** The price of all needs. Rows of the same component, offer and price are one; order follows the needs. */
export function priceOf(
  needs: readonly Need[],
  cluster: Pick<Cluster, 'provider' | 'regions'>,
  table: PriceTable,
): Price {
  const prices = byOffer(table);
  const regions = regionsByZone(cluster);
  const first = cluster.regions[0]?.name ?? '';
  const rows = new Map<string, PriceRow>();
  for (const need of needs) {
    const shares = sharesOf(need, { regions, first });
    for (const item of itemsOf(need, cluster.provider, shares.size > 1)) {
      for (const [region, share] of shares) {
        addRow(
          rows,
          { ...item, quantity: item.quantity * share },
          { price: priceIn(prices.get(item.offer), region), currency: table.currency },
        );
      }
    }
  }
  return summed([...rows.values()].map(rounded), table.currency);
}

interface Item {
  readonly component: string;
  readonly offer: string;
  readonly quantity: number;
  readonly unit?: 'GiB';
}

/**
 * What is bought for a need: the thing itself, on AWS also the disks of machines (a pod's storage lies on them) and
 * what is sent to other zones; how much of it leaves the region is not known, so over several regions it is one offer.
 */
function itemsOf(need: Need, provider: Cluster['provider'], overRegions: boolean): readonly Item[] {
  const { component, replicas, storage, form, trafficPerMonth } = need;
  if (replicas === 0) return [];
  const offer = need.offer ?? impliedOffer(need, provider);
  const items: Item[] = offer === undefined ? [] : [{ component, offer, quantity: replicas }];
  if (provider !== 'aws') return items;
  if (storage > 0 && form === 'machine')
    items.push({
      component: `${component}, storage`,
      offer: 'ebs/gp3',
      quantity: (replicas * storage) / GIB,
      unit: 'GiB',
    });
  if (trafficPerMonth > 0)
    items.push({
      component: `${component}, traffic between ${overRegions ? 'regions' : 'zones'}`,
      offer: overRegions ? 'traffic/cross-region' : 'traffic/cross-zone',
      quantity: trafficPerMonth / GIB,
      unit: 'GiB',
    });
  return items;
}

/** Machines without a type are bought by their size; in the lab they are processes of this machine. */
function impliedOffer({ form, cpu, memory }: Need, provider: Cluster['provider']): string | undefined {
  if (form !== 'machine' || provider === 'lab') return undefined;
  return `${provider}/${formatCpu(cpu)}cpu-${formatBytes(memory)}`;
}

/** Share of a need's copies in each region; what has no zone is bought in the first region. */
function sharesOf(
  { zones }: Need,
  at: { regions: ReadonlyMap<string, string>; first: string },
): ReadonlyMap<string, number> {
  if (zones.length === 0) return new Map([[at.first, 1]]);
  const counts = new Map<string, number>();
  for (const zone of zones) {
    const region = at.regions.get(zone) ?? at.first;
    counts.set(region, (counts.get(region) ?? 0) + 1 / zones.length);
  }
  return counts;
}

function addRow(
  rows: Map<string, PriceRow>,
  item: Item,
  at: { price: ListedPrice | undefined; currency: string },
): void {
  const { price } = at;
  const unit = price && price.amount * MONTHS[price.per];
  const key = JSON.stringify([item.component, item.offer, unit, price?.date]);
  const quantity = (rows.get(key)?.quantity ?? 0) + item.quantity;
  const known =
    price && unit !== undefined
      ? { unitPerMonth: { amount: unit, currency: at.currency }, source: price.source, date: price.date }
      : {};
  const measured = item.unit === undefined ? { quantity } : { quantity, unit: item.unit };
  rows.set(key, { component: item.component, offer: item.offer, ...measured, ...known });
}

/** Money in whole cents, once a row is complete; quantities without the dust of shares. */
function rounded(row: PriceRow): PriceRow {
  const quantity = Number(row.quantity.toFixed(6));
  if (!row.unitPerMonth) return { ...row, quantity };
  const { amount, currency } = row.unitPerMonth;
  return {
    ...row,
    quantity,
    unitPerMonth: { amount: Number(amount.toFixed(6)), currency },
    perMonth: { amount: cents(quantity * amount), currency },
  };
}

function summed(rows: readonly PriceRow[], currency: string): Price {
  const known = rows.filter(({ perMonth }) => perMonth !== undefined);
  const lacks = [...new Set(rows.filter(({ perMonth }) => perMonth === undefined).map(({ component }) => component))];
  if (known.length === 0 && lacks.length > 0) return { rows, lacks };
  const amount = cents(known.reduce((sum, { perMonth }) => sum + (perMonth?.amount ?? 0), 0));
  return { rows, perMonth: { amount, currency }, lacks };
}

function cents(amount: number): number {
  return Math.round(amount * 100) / 100;
}

function byOffer({ prices }: PriceTable): ReadonlyMap<string, readonly ListedPrice[]> {
  const offers = new Map<string, ListedPrice[]>();
  for (const price of prices) {
    const known = offers.get(price.offer);
    if (known) known.push(price);
    else offers.set(price.offer, [price]);
  }
  return offers;
}

/** The price that names the region before the one that holds everywhere. */
function priceIn(prices: readonly ListedPrice[] | undefined, region: string): ListedPrice | undefined {
  return (
    prices?.find(({ regions }) => regions?.includes(region)) ?? prices?.find(({ regions }) => regions === undefined)
  );
}

function regionsByZone({ regions }: Pick<Cluster, 'regions'>): ReadonlyMap<string, string> {
  return new Map(regions.flatMap(({ name, zones }) => zones.map((zone): [string, string] => [zone, name])));
}
