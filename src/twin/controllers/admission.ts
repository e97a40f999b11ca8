/**
 * Whether the API server would let a pod in: webhooks that must answer and do not refuse it, be it that they are broken or
 * that nothing runs behind their Service. After kube-apiserver's dispatchers; a webhook that may fail only slows down.
 */
import type { Millis } from '../../core/units.ts';
import { selects } from '../../kubernetes/selectors.ts';
import { placeOf } from '../../inventory/origin.ts';
import type { Workload, WorldWebhook } from '../../inventory/world.ts';
import { nameOf } from '../../inventory/identity.ts';
import type { Cause } from '../control-plane/timeline.ts';
import type { Run } from '../engine/run.ts';

export interface Admission {
  /** Why a pod of the workload is refused now. */
  readonly refusal: (workload: Workload) => Cause | undefined;
}

export function admissionOf(run: Run): Admission {
  const { world, tables, clock, scenario } = run;
  const judging = world.webhooks.filter(({ spec }) => spec.failurePolicy === 'Fail' && judgesPods(spec.rules));
  const faults = scenario.faults.filter(({ fault }) => fault.kind === 'webhook');
  const matching = new Map<Workload, readonly WorldWebhook[]>();

  function webhooksOf(workload: Workload): readonly WorldWebhook[] {
    const known = matching.get(workload);
    if (known !== undefined) return known;
    const labels = world.namespaces.get(workload.namespace)?.labels ?? {};
    const found = judging.filter(
      ({ spec }) => selects(spec.namespaceSelector, labels) && selects(spec.objectSelector, workload.spec.labels),
    );
    matching.set(workload, found);
    return found;
  }

  function isBroken(webhook: WorldWebhook, now: Millis): boolean {
    return faults.some(
      ({ fault, at, until }) =>
        fault.kind === 'webhook' &&
        at <= now &&
        now < (until ?? Number.POSITIVE_INFINITY) &&
        fault.configuration === nameOf(webhook.configuration.object) &&
        (fault.webhook === undefined || fault.webhook === webhook.spec.name),
    );
  }

  /** Every workload behind its Service has no pod that serves. */
  function isDeserted({ service }: WorldWebhook): boolean {
    if (service === undefined || service.workloads.length === 0) return false;
    return service.workloads.every((one) => tables.workloads.serving.get(tables.indexOf.get(one) ?? -1) <= 0);
  }

  return {
    refusal: (workload) => {
      if (judging.length === 0) return undefined;
      for (const webhook of webhooksOf(workload)) {
        const broken = isBroken(webhook, clock.now());
        if (!broken && !isDeserted(webhook)) continue;
        return {
          say: `webhook ${webhook.spec.name} must answer (failurePolicy Fail) and ${broken ? 'does not' : 'no pod behind it is ready'}: no pod can be made`,
          origin: placeOf(webhook.configuration.origin, [...webhook.path, 'failurePolicy']),
        };
      }
      return undefined;
    },
  };
}

function judgesPods(rules: WorldWebhook['spec']['rules']): boolean {
  const has = (list: readonly string[], value: string): boolean => list.includes(value) || list.includes('*');
  return rules.some(
    ({ apiGroups, resources, operations }) =>
      has(apiGroups, '') &&
      (resources.includes('pods') || resources.includes('*') || resources.includes('*/*')) &&
      has(operations, 'CREATE'),
  );
}
