/** How a decision's value is shown: as a person would write it. */
import type { Json } from '../core/json.ts';
import { stableJson } from '../core/json.ts';

/** Short text for a value: lists with commas, maps as `key: value`, nested ones as JSON; `none` for nothing. */
export function sayValue(value: Json): string {
  if (value === null) return 'none';
  if (Array.isArray(value)) {
    const items = value as readonly Json[];
    return items.length === 0 ? 'none' : items.map(sayItem).join(', ');
  }
  if (typeof value !== 'object') return String(value);
  const entries = Object.entries(value as { readonly [key: string]: Json });
  return entries.length === 0 ? 'none' : entries.map(([key, item]) => `${key}: ${sayItem(item)}`).join(', ');
}

function sayItem(value: Json): string {
  return typeof value === 'object' && value !== null ? stableJson(value) : String(value);
}
