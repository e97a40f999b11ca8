/** What every renderer of this system reads. */
import type { Context } from '../model.ts';
import type { Settled } from '../settings.ts';

export interface Rendering extends Context {
  readonly facts: Settled;
}
