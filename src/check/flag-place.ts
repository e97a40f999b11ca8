/** Findings about a flag of the control plane's components: no workload goes down by itself, all repair does. */
import type { WrittenFlag } from '../inventory/component-flags.ts';
import type { FindingDraft } from './rule.ts';

export function onFlag({ sourced, path }: WrittenFlag): Pick<FindingDraft, 'on' | 'path' | 'takesDown'> {
  return { on: sourced, path, takesDown: [] };
}
