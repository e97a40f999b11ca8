/** What a comparison with a live cluster brings into a check, and what its findings say beside their words. */
import type { Comparison } from '../../inventory/live/compare.ts';
import type { Manager } from './owners.ts';

export interface DriftInputs {
  readonly comparison: Comparison;
  /** Why no dry run was made of any object; undefined when they were made. */
  readonly noDryRun: string | undefined;
  /** The only namespace that was compared. */
  readonly namespace: string | undefined;
}

/** What a finding says beside its words. */
export interface Drift {
  readonly change: 'changed' | 'missing' | 'extra' | 'not-served';
  /** The file of the rendered tree; absent for what nothing renders. */
  readonly file?: string;
  /** Absent when the live object does not hold the field. */
  readonly live?: unknown;
  /** Absent when the field is not rendered. */
  readonly rendered?: unknown;
  /** Who owns the field now. */
  readonly managers?: readonly Manager[];
}
