/** What the webhook is asked about, and what is refused while it does not answer. */
import type { Model } from './model.ts';
import { ACROSS } from './rules/across.ts';

/** Kinds that the webhook is asked about. */
export function kindsAsked({ across, rules }: Pick<Model, 'across' | 'rules'>): readonly string[] {
  return across.filter((name) => rules[name].stage !== 'audit').map((name) => ACROSS[name].judges.kind);
}

/** The same in a sentence. */
export function saysAsked(model: Pick<Model, 'across' | 'rules'>): string {
  return `${kindsAsked(model).join(' and ')} objects`;
}

/** Kinds whose creation and change is refused while no copy answers. */
export function blockedKinds(model: Pick<Model, 'across' | 'rules' | 'gatekeeper'>): readonly string[] {
  return model.gatekeeper?.webhook?.failurePolicy === 'Fail' ? [...kindsAsked(model), 'Namespace'] : [];
}
