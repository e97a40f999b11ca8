/** What Gatekeeper takes; rules inside the API server take nothing of their own. */
import type { Need } from '../../system.ts';
import type { Model } from './model.ts';

export function needs({ gatekeeper, placement }: Model): readonly Need[] {
  if (gatekeeper === null) return [];
  const pod = (component: string, replicas: number): Need => ({
    component,
    form: 'pod',
    replicas,
    zones: placement.zones,
    ...gatekeeper.size,
    storage: 0,
    trafficPerMonth: 0,
  });
  return [
    ...(gatekeeper.webhook === null ? [] : [pod('gatekeeper-controller-manager', gatekeeper.webhook.replicas)]),
    pod('gatekeeper-audit', 1),
  ];
}
