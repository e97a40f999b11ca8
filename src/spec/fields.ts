/**
 * Field types of the document: written as people write them, parsed to typed values with units. Each carries the
 * written form for the JSON Schema (`meta`) and an example for its error.
 */
import { z } from 'zod';
import { parseCidr } from '../core/cidr.ts';
import { parseDuration } from '../core/duration.ts';
import { parseMoney } from '../core/money.ts';
import { parsePercent } from '../core/percent.ts';
import { parseBytes, parseCpu } from '../core/quantity.ts';
import { parseRate } from '../core/rate.ts';

interface WrittenForm<T> {
  readonly unit: string;
  readonly example: string;
  readonly pattern: string;
  readonly parse: (text: string) => T | undefined;
}

function written<T>({ unit, example, pattern, parse }: WrittenForm<T>) {
  return z
    .union([z.string(), z.number()])
    .meta({ type: 'string', pattern, examples: [example], unit })
    .transform((value, context): T => {
      const parsed = parse(String(value));
      if (parsed !== undefined) return parsed;
      context.addIssue({
        code: 'custom',
        message: `is not a ${unit}`,
        params: { expected: `a ${unit}, like ${example}` },
      });
      return z.NEVER;
    });
}

/** Milliseconds from `500ms`, `2m`, `14d`. */
export const duration = () =>
  written({ unit: 'duration', example: '2m', pattern: '^(0|(\\d+(\\.\\d+)?(ms|s|m|h|d|w))+)$', parse: parseDuration });

/** A fraction from `99.99%`. */
export const percent = () =>
  written({ unit: 'percentage', example: '99.99%', pattern: '^\\d+(\\.\\d+)?\\s?%$', parse: parsePercent });

/** Bytes from `10Gi`. */
export const bytes = () =>
  written({
    unit: 'quantity of bytes',
    example: '10Gi',
    pattern: '^\\d+(\\.\\d+)?(Ki|Mi|Gi|Ti|Pi|Ei|k|M|G|T|P|E)?$',
    parse: (text) => positive(parseBytes(text)),
  });

/** Thousandths of a core from `500m` or `4`. */
export const cpu = () =>
  written({
    unit: 'quantity of CPU',
    example: '500m',
    pattern: '^\\d+(\\.\\d+)?m?$',
    parse: (text) => positive(parseCpu(text)),
  });

/** Events per second from `50/min`. */
export const rate = () =>
  written({
    unit: 'rate',
    example: '50/min',
    pattern: '^\\d+(\\.\\d+)?\\s?/\\s?(s|sec|min|m|h|hour)$',
    parse: parseRate,
  });

/** Money from `5000 USD`, per month. */
export const money = () =>
  written({
    unit: 'monthly amount of money',
    example: '5000 USD',
    pattern: '^\\d+(\\.\\d{1,2})?\\s?[A-Z]{3}$',
    parse: parseMoney,
  });

/** An address range, kept as text once it is known to be one. */
export const cidr = () =>
  written({
    unit: 'CIDR range',
    example: '10.244.0.0/16',
    pattern: '^[0-9a-fA-F:.]+/\\d+$',
    parse: (text) => (parseCidr(text) ? text : undefined),
  });

/** A name as Kubernetes takes it: RFC 1123 label. */
export const name = () =>
  z
    .string()
    .max(63)
    .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'is not a name: lower-case letters, digits and hyphens, like us-west-2a');

const PREFIX = '([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?';
const WORD = '[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?';

/** A label or taint key as Kubernetes takes it (apimachinery v0.36.3, pkg/util/validation, IsQualifiedName). */
export const labelKey = () =>
  z
    .string()
    .max(317)
    .regex(new RegExp(`^${PREFIX}${WORD}$`), 'is not a label key: letters, digits, - _ and ., like example.com/tier');

/** A label or taint value as Kubernetes takes it (IsValidLabelValue); empty is one. */
export const labelValue = () =>
  z
    .string()
    .regex(new RegExp(`^(${WORD})?$`), 'is not a label value: at most 63 letters, digits, - _ and ., like batch');

/** A DNS name or IP address. */
export const host = () =>
  z
    .string()
    .regex(
      /^(?=.{1,253}$)([A-Za-z0-9]([-A-Za-z0-9]*[A-Za-z0-9])?)(\.[A-Za-z0-9]([-A-Za-z0-9]*[A-Za-z0-9])?)*$|^[0-9a-fA-F:]+$/,
      'is not a host: a DNS name or an IP address, like api.example.com',
    );

function positive(value: number | undefined): number | undefined {
  return value !== undefined && value > 0 ? value : undefined;
}
