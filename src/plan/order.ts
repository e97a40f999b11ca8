/** The order in which systems are planned: each after the systems whose plans it reads. */
import { assert } from '../core/error.ts';
import type { SystemId } from '../facts.ts';
import type { AnySystem } from '../system.ts';

/**
 * Systems so that each comes after those in its `after`; else in the order of the list.
 * @throws InvariantError for a cycle, a system named twice, or one that reads a plan that nobody makes.
 */
export function orderSystems(systems: readonly AnySystem[]): readonly AnySystem[] {
  const byId = new Map(systems.map((system) => [system.id, system]));
  assert(byId.size === systems.length, 'a system is in the list twice');
  const ordered: AnySystem[] = [];
  const state = new Map<SystemId, 'open' | 'done'>();
  const visit = (system: AnySystem, trail: readonly SystemId[]): void => {
    if (state.get(system.id) === 'done') return;
    assert(state.get(system.id) !== 'open', `systems read each other's plans: ${[...trail, system.id].join(' → ')}`);
    state.set(system.id, 'open');
    for (const id of system.after) {
      const earlier = byId.get(id);
      assert(earlier, `system ${system.id} reads the plan of ${id}, which is not in the list`);
      visit(earlier, [...trail, system.id]);
    }
    state.set(system.id, 'done');
    ordered.push(system);
  };
  for (const system of systems) visit(system, []);
  return ordered;
}
