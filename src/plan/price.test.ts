import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HoldfastError } from '../core/error.ts';
import { machineTypes } from '../spec/machine-types.ts';
import type { Need } from '../system.ts';
import { priceOf } from './price.ts';
import { readPriceTable } from './price-file.ts';
import { HOURS_PER_MONTH, listedPrices, type PriceTable } from './price-table.ts';

const GIB = 2 ** 30;
const region = (name: string) => ({ name, zones: [`${name}a`, `${name}b`, `${name}c`], zoneRoundTrip: 2 });
const home = region('us-west-2');
const aws = { provider: 'aws' as const, regions: [home] };
const metal = { provider: 'bare-metal' as const, regions: [region('hall')] };

function need(given: Partial<Need>): Need {
  const free = {
    component: 'thing',
    form: 'machine',
    replicas: 1,
    zones: [],
    cpu: 4_000,
    memory: 16 * GIB,
    storage: 0,
    trafficPerMonth: 0,
  } as const;
  return { ...free, ...given };
}

describe('the built-in prices', () => {
  it('know every machine type that documents may name, in both regions', () => {
    for (const type of Object.keys(machineTypes)) {
      const regions = listedPrices.prices
        .filter(({ offer }) => offer === `ec2/${type}`)
        .flatMap((one) => one.regions ?? []);
      expect(regions, type).toEqual(['us-east-1', 'us-west-2']);
    }
  });
  it('have a source and a date in every row, and no row twice', () => {
    const keys = listedPrices.prices.map(({ offer, regions }) => `${offer} ${regions?.join()}`);
    expect(new Set(keys).size).toBe(keys.length);
    for (const { source, date, amount } of listedPrices.prices) {
      expect(source.length).toBeGreaterThan(10);
      expect(date).toMatch(/^20\d\d-\d\d-\d\d$/);
      expect(amount).toBeGreaterThan(0);
    }
  });
});

describe('the price of needs', () => {
  it('is copies × hours, and disks and traffic besides', () => {
    const members = need({
      component: 'control plane',
      offer: 'ec2/m7i.xlarge',
      replicas: 3,
      zones: home.zones,
      storage: 100 * GIB,
      trafficPerMonth: 50 * GIB,
    });
    const price = priceOf([members], aws, listedPrices);
    expect(price.rows.map(({ offer, quantity, perMonth }) => [offer, quantity, perMonth?.amount])).toEqual([
      ['ec2/m7i.xlarge', 3, 441.5],
      ['ebs/gp3', 300, 24],
      ['traffic/cross-zone', 50, 1],
    ]);
    expect(price.perMonth).toEqual({ amount: 466.5, currency: 'USD' });
    expect(price.lacks).toEqual([]);
    expect(price.rows[0]).toMatchObject({ date: '2025-01-01', unitPerMonth: { amount: 0.2016 * HOURS_PER_MONTH } });
  });
  it('of an unknown offer is unknown, and the sum says what it lacks', () => {
    const price = priceOf(
      [need({ component: 'a', offer: 'ec2/m7i.large' }), need({ component: 'b', offer: 'ec2/x9.huge' })],
      aws,
      listedPrices,
    );
    expect(price.perMonth?.amount).toBe(73.58);
    expect(price.lacks).toEqual(['b']);
    expect(price.rows[1]).toEqual({ component: 'b', offer: 'ec2/x9.huge', quantity: 1 });
    expect(priceOf([need({ component: 'b', offer: 'ec2/x9.huge' })], aws, listedPrices).perMonth).toBeUndefined();
  });
  it('holds only in the regions of its rows', () => {
    const wide = { provider: 'aws' as const, regions: [region('us-west-2'), region('eu-west-1')] };
    const pool = need({
      component: 'pool',
      offer: 'ec2/m7i.large',
      replicas: 6,
      zones: wide.regions.flatMap(({ zones }) => zones),
    });
    const price = priceOf([pool], wide, listedPrices);
    expect(price.rows.map(({ quantity, perMonth }) => [quantity, perMonth?.amount])).toEqual([
      [3, 220.75],
      [3, undefined],
    ]);
    expect(price.lacks).toEqual(['pool']);
  });
  it('does not take traffic between regions for traffic between zones', () => {
    const wide = { provider: 'aws' as const, regions: [region('us-east-1'), region('us-west-2')] };
    const etcd = need({ form: 'pod', zones: ['us-east-1a', 'us-west-2a'], storage: GIB, trafficPerMonth: GIB });
    const price = priceOf([etcd], wide, listedPrices);
    expect(price.rows.map(({ offer, quantity }) => [offer, quantity])).toEqual([['traffic/cross-region', 1]]);
    expect(price.perMonth).toBeUndefined();
  });
  it('of bare metal is unknown until a table of the user prices its size', () => {
    const machines = need({ component: 'members', replicas: 3, zones: ['halla'], storage: 100 * GIB });
    expect(priceOf([machines], metal, listedPrices)).toEqual({
      rows: [{ component: 'members', offer: 'bare-metal/4cpu-16Gi', quantity: 3 }],
      lacks: ['members'],
    });
    const own: PriceTable = {
      name: 'own',
      currency: 'EUR',
      prices: [{ offer: 'bare-metal/4cpu-16Gi', per: 'month', amount: 50, source: 'invoice', date: '2026-11-01' }],
    };
    expect(priceOf([machines], metal, own).perMonth).toEqual({ amount: 150, currency: 'EUR' });
  });
  it('of pods, daemons, the lab and nothing is nothing of its own', () => {
    expect(priceOf([need({ form: 'pod' }), need({ form: 'daemon', storage: GIB })], aws, listedPrices)).toEqual({
      rows: [],
      perMonth: { amount: 0, currency: 'USD' },
      lacks: [],
    });
    expect(priceOf([need({})], { ...metal, provider: 'lab' as const }, listedPrices).rows).toEqual([]);
    expect(priceOf([need({ replicas: 0, offer: 'ec2/m7i.large' })], aws, listedPrices).rows).toEqual([]);
  });
  it('adds up: the price of two lists is the sum of theirs', () => {
    const someNeed = fc.record({
      component: fc.constantFrom('a', 'b', 'c'),
      offer: fc.constantFrom('ec2/m7i.large', 'ec2/unknown', 'eks/cluster'),
      replicas: fc.nat(50),
      storage: fc.nat(200).map((gib) => gib * GIB),
    });
    const needs = fc.array(
      someNeed.map((one) => need({ ...one, zones: ['us-west-2a', 'us-west-2b'] })),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(needs, needs, (left, right) => {
        const amount = (list: readonly Need[]) => priceOf(list, aws, listedPrices).perMonth?.amount ?? 0;
        expect(Math.abs(amount([...left, ...right]) - amount(left) - amount(right))).toBeLessThanOrEqual(
          0.005 * (left.length + right.length) * 2 + 0.005,
        );
      }),
    );
  });
});

describe('a price table of the user', () => {
  const table = (rows: string, currency = 'EUR') =>
    `apiVersion: holdfast.dev/v1\nkind: PriceTable\ncurrency: ${currency}\nprices:\n${rows}`;
  const row = "- {offer: bare-metal/32cpu-128Gi, per: month, amount: 410, source: contract 4711, date: '2026-10-01'}\n";
  const faults = (text: string) => {
    try {
      readPriceTable({ text, file: 'prices.yaml' });
      return [];
    } catch (error) {
      if (!(error instanceof HoldfastError)) throw error;
      expect(error.code).toBe('invalid-prices');
      return error.problems.map(({ path, at }) => `${at?.line}: ${path}`);
    }
  };
  it('is read from YAML and JSON', () => {
    const prices = [
      { offer: 'bare-metal/32cpu-128Gi', per: 'month', amount: 410, source: 'contract 4711', date: '2026-10-01' },
    ];
    expect(readPriceTable({ text: table(row), file: 'prices.yaml' })).toEqual({
      name: 'prices.yaml',
      currency: 'EUR',
      prices,
    });
    const text = JSON.stringify({ apiVersion: 'holdfast.dev/v1', kind: 'PriceTable', currency: 'EUR', prices });
    expect(readPriceTable({ text, file: 'p.json' }).prices).toEqual(prices);
  });
  it('takes a date with or without quotes', () => {
    expect(readPriceTable({ text: table(row.replace(/'/g, '')), file: 'p' }).prices[0]?.date).toBe('2026-10-01');
  });
  it('tells every fault with its place', () => {
    expect(faults(table("- {offer: x, per: year, amount: -1, source: s, date: 'soon'}\n", 'euro'))).toEqual([
      '3: currency',
      '5: prices[0].per',
      '5: prices[0].amount',
      '5: prices[0].date',
    ]);
    expect(faults(table(`${row}${row}`))).toEqual(['6: prices[1].offer']);
    expect(faults(table('- {offer: x}\n').replace('PriceTable', 'Cluster'))[0]).toBe('2: kind');
    expect(() => readPriceTable({ text: '', file: 'p' })).toThrow('no price table');
    expect(faults('a: [')).toHaveLength(1);
  });
});
