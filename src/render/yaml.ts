/** YAML that readers of YAML 1.1 and 1.2 understand alike, with keys in an order that people expect. */
import { DEFAULT_SCALAR_STYLE_RULES, dump, SCALAR_STYLE, type ScalarStyleRule } from 'js-yaml';
import { isObject } from '../core/json.ts';

/** Keys that stand first, in this order; all others follow in alphabetical order, `status` last. */
const FIRST = ['apiVersion', 'kind', 'name', 'namespace', 'metadata', 'spec'] as const;

/**
 * The value as YAML in the order of its keys. js-yaml quotes every text that a 1.1 reader would take for something
 * else (`on`, `12:30:45`, `014`); no anchors, no folded lines.
 */
export function writeYaml(value: unknown): string {
  return dump(withoutUndefined(value), { lineWidth: -1, noRefs: true, scalarStyleRules: STYLE_RULES });
}

/**
 * Some 1.1 readers take more for a number than the specification does (`.`, `+.`, `e0`): no text without letters stands
 * plain, and none that is an exponent.
 */
const quoteNumberLike: ScalarStyleRule = (layout) => {
  const isText = layout.node.tag === 'tag:yaml.org,2002:str';
  if (isText && layout.style === SCALAR_STYLE.PLAIN && NUMBER_LIKE.test(layout.node.value))
    layout.style = SCALAR_STYLE.SINGLE_QUOTED;
};

const NUMBER_LIKE = /^(?:[-+.\d][-+.:,_\d]*|[-+.\d_]*e[-+]?[\d_]+)$/i;

const STYLE_RULES = [quoteNumberLike, ...Object.values(DEFAULT_SCALAR_STYLE_RULES)];

/** The value as YAML with metadata first and the rest sorted: equal values give equal bytes. */
export function writeSortedYaml(value: unknown): string {
  return writeYaml(inOrder(value));
}

/** A copy with the keys of every map in the order of written objects. */
export function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (!isObject(value)) return value;
  const keys = Object.keys(value).toSorted(byRank);
  return Object.fromEntries(keys.map((key) => [key, inOrder(value[key])]));
}

function byRank(a: string, b: string): number {
  return rank(a) - rank(b) || (a < b ? -1 : 1);
}

function rank(key: string): number {
  const at = (FIRST as readonly string[]).indexOf(key);
  if (at >= 0) return at;
  return key === 'status' ? FIRST.length + 1 : FIRST.length;
}

function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => (item === undefined ? null : withoutUndefined(item)));
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(kept.map(([key, item]) => [key, withoutUndefined(item)]));
}
