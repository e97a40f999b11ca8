/**
 * Prices as data. Every row has its source and its date; a table of the user's own replaces this one as a whole.
 *
 * Keys that needs name as their `offer`: `ec2/<type>` on demand, `ec2-spot/<type>`, `eks/cluster`, `elb/nlb`.
 * Keys that follow from a need on AWS: `ebs/gp3` (disks of its machines), `traffic/cross-zone` (what it sends to other
 * zones), `traffic/cross-region` (the same when it stands in several regions; not listed, it depends on the pair).
 * Machines of bare metal have no list price: their key is their size, `bare-metal/32cpu-128Gi`.
 */

/** What a price is for: an hour or a month of one copy, a GiB kept for a month, a GiB moved. */
export type PriceUnit = 'hour' | 'month' | 'GiB-month' | 'GiB';

export interface ListedPrice {
  readonly offer: string;
  readonly per: PriceUnit;
  readonly amount: number;
  /** Regions where it holds; undefined: everywhere. */
  readonly regions?: readonly string[];
  /** Title of the page or contract. */
  readonly source: string;
  /** ISO date on which the price was listed. */
  readonly date: string;
}

export interface PriceTable {
  /** For evidence: `the built-in table`, or the path of the user's file. */
  readonly name: string;
  /** ISO 4217; a table has one currency, so that nothing of two currencies is ever added. */
  readonly currency: string;
  readonly prices: readonly ListedPrice[];
}

/** Hours of a month as cloud providers count them: 8,760 / 12. */
export const HOURS_PER_MONTH = 730;

/** Linux on demand, USD an hour. One list for us-east-1 and us-west-2, which AWS prices alike for these types. */
const EC2_HOURLY: Readonly<Record<string, number>> = {
  't3.medium': 0.0416,
  't3.large': 0.0832,
  'm6i.large': 0.096,
  'm6i.xlarge': 0.192,
  'm6i.2xlarge': 0.384,
  'm6i.4xlarge': 0.768,
  'm7i.large': 0.1008,
  'm7i.xlarge': 0.2016,
  'm7i.2xlarge': 0.4032,
  'm7i.4xlarge': 0.8064,
  'm7g.large': 0.0816,
  'm7g.xlarge': 0.1632,
  'm7g.2xlarge': 0.3264,
  'c7i.xlarge': 0.1785,
  'c7i.2xlarge': 0.357,
  'c7i.4xlarge': 0.714,
  'r7i.xlarge': 0.2646,
  'r7i.2xlarge': 0.5292,
  'g5.2xlarge': 1.212,
  'g6.xlarge': 0.8048,
  'g6.2xlarge': 0.9776,
  'p3.2xlarge': 3.06,
};

const EAST = { regions: ['us-east-1'], date: '2026-01-19' } as const;
const WEST = { regions: ['us-west-2'], date: '2025-01-01' } as const;
const BOTH = { regions: ['us-east-1', 'us-west-2'], date: '2025-01-01' } as const;

function ec2(type: string, amount: number): readonly ListedPrice[] {
  const row = { offer: `ec2/${type}`, per: 'hour', amount } as const;
  return [
    { ...row, ...EAST, source: 'Amazon EC2 on-demand price list, as in karpenter-provider-aws pkg/providers/pricing' },
    { ...row, ...WEST, source: 'Amazon EC2 On-Demand Pricing, Linux' },
  ];
}

/** List prices without taxes, discounts, support and free tiers. */
export const listedPrices: PriceTable = {
  name: 'the built-in table of list prices',
  currency: 'USD',
  prices: [
    ...Object.entries(EC2_HOURLY).flatMap(([type, amount]) => ec2(type, amount)),
    { offer: 'eks/cluster', per: 'hour', amount: 0.1, ...BOTH, source: 'Amazon EKS pricing, standard version support' },
    {
      offer: 'elb/nlb',
      per: 'hour',
      amount: 0.0225,
      ...BOTH,
      source: 'Elastic Load Balancing pricing, Network Load Balancer hour without capacity units',
    },
    {
      offer: 'ebs/gp3',
      per: 'GiB-month',
      amount: 0.08,
      ...BOTH,
      source: 'Amazon EBS pricing, gp3 storage at its base performance',
    },
    {
      offer: 'traffic/cross-zone',
      per: 'GiB',
      amount: 0.02,
      ...BOTH,
      source: 'Amazon EC2 On-Demand Pricing, data transfer between zones: 0.01 in each direction',
    },
  ],
};
