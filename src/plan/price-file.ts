/** A price table of the user's own, from YAML or JSON: every fault at once, each with its place. */
import { z } from 'zod';
import { HoldfastError, type Problem } from '../core/error.ts';
import { problemsOf } from '../spec/problems.ts';
import { readYaml } from '../spec/yaml-source.ts';
import type { ListedPrice, PriceTable } from './price-table.ts';

const row = z.strictObject({
  offer: z.string().min(1).describe('Key of what is sold, as plan names it: ec2/m7i.large, bare-metal/32cpu-128Gi.'),
  per: z.enum(['hour', 'month', 'GiB-month', 'GiB']).describe('What the amount pays for.'),
  amount: z.number().min(0).max(1e9).describe("Amount in the table's currency."),
  regions: z.array(z.string().min(1)).min(1).optional().describe('Regions where it holds; by default everywhere.'),
  source: z.string().min(1).describe('Title of the page, contract or invoice.'),
  date: z.iso.date().describe('Day on which the price was read.'),
});

/** The form of a price file. */
export const priceTableSchema = z.strictObject({
  apiVersion: z.literal('holdfast.dev/v1').describe('Version of this form.'),
  kind: z.literal('PriceTable').describe('Always PriceTable.'),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'is not a currency: three capital letters, like EUR')
    .describe('ISO 4217; one for the whole table.'),
  prices: z.array(row).min(1).max(10_000).describe('What each offer costs.'),
});

/**
 * Reads a price table that takes the place of the built-in one.
 * @throws HoldfastError `invalid-prices` with every problem and its place.
 */
export function readPriceTable({ text, file }: { readonly text: string; readonly file: string }): PriceTable {
  const { source, problems } = readYaml(text, file);
  const [document] = source.documents;
  if (problems.length > 0 || !document) throw invalid(file, problems);
  const parsed = priceTableSchema.safeParse(document.value);
  if (!parsed.success) throw invalid(file, problemsOf(parsed.error.issues, priceTableSchema, document));
  const prices = parsed.data.prices.map(({ regions, ...price }): ListedPrice =>
    regions ? { ...price, regions } : price,
  );
  const twice = duplicates(prices).map(({ index, offer }): Problem => {
    const path = `prices[${index}].offer`;
    return {
      code: 'twice',
      message: `${offer} has a second price for the same place`,
      path,
      at: document.locate(['prices', index, 'offer']),
      found: offer,
      expected: 'one price for each offer and region',
    };
  });
  if (twice.length > 0) throw invalid(file, twice);
  return { name: file, currency: parsed.data.currency, prices };
}

function invalid(file: string, problems: readonly Problem[]): HoldfastError {
  const faults =
    problems.length === 1
      ? 'a problem'
      : problems.length === 0
        ? 'no price table in it'
        : `${problems.length} problems`;
  return new HoldfastError('invalid-prices', `${file} has ${faults}.`, {
    problems,
    hint: 'A price table has apiVersion: holdfast.dev/v1, kind: PriceTable, a currency and prices with offer, per, amount, source and date.',
  });
}

/** Rows whose offer already has a price in one of their regions. */
function duplicates(prices: readonly ListedPrice[]): readonly { readonly index: number; readonly offer: string }[] {
  const seen = new Set<string>();
  return prices.flatMap(({ offer, regions }, index) => {
    const keys = (regions ?? ['']).map((region) => JSON.stringify([offer, region]));
    const again = keys.some((key) => seen.has(key)) || new Set(keys).size < keys.length;
    keys.forEach((key) => seen.add(key));
    return again ? [{ index, offer }] : [];
  });
}
