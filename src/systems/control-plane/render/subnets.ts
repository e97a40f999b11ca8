/** A private and a public subnet for each zone, cut from the machines' range. */
import { addressAt, parseCidr, sizeOf } from '../../../core/cidr.ts';
import { assert } from '../../../core/error.ts';

export interface ZoneSubnets {
  readonly zone: string;
  readonly private: string;
  readonly public: string;
}

/** The range in 2^k equal blocks, one per zone; the last block is cut again for the public subnets. */
export function subnetsOf(range: string, zones: readonly string[]): readonly ZoneSubnets[] {
  const bits = Math.ceil(Math.log2(zones.length + 1));
  const count = 2 ** bits;
  const publicRange = blockOf(range, count - 1, bits);
  return zones.map((zone, index) => ({
    zone,
    private: blockOf(range, index, bits),
    public: blockOf(publicRange, index, bits),
  }));
}

/** Block `index` of 2^bits equal ones. */
function blockOf(range: string, index: number, bits: number): string {
  const parsed = parseCidr(range);
  assert(parsed, 'ranges come from the schema or from here');
  return `${addressAt(parsed, (sizeOf(parsed) / 2 ** bits) * index)}/${parsed.prefixLength + bits}`;
}
