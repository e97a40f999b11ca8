/** Decisions on Gatekeeper: whether it is there, how it survives, what it blocks, and its audit. */
import { sayDuration } from '../../../core/duration.ts';
import type { Decision, DocumentPath } from '../../../system.ts';
import { blockedKinds, kindsAsked, saysAsked } from '../blocked.ts';
import type { Model } from '../model.ts';
import { PLACEMENT_FROM } from '../placement.ts';
import { ACROSS_OBJECTS, ON_PODS } from '../rules/catalogue.ts';
import { ARITHMETIC, gatekeeperSource, kubernetesSource } from '../sources.ts';
import { stageFrom } from './rules.ts';

export function webhookDecisions(model: Model): readonly Decision[] {
  return [engine(model), webhook(model), webhookFailure(model), audit(model)];
}

const ACROSS_FROM = ACROSS_OBJECTS.flatMap(stageFrom);
const AUDIT_FROM: readonly DocumentPath[] = ['spec.policy.auditExisting'];
const IS_THERE = [...ACROSS_FROM, ...AUDIT_FROM];

function engine({ gatekeeper, across, audited }: Model): Decision {
  const needs = [
    ...(across.length === 0
      ? []
      : [`${across.join(' and ')} ${across.length === 1 ? 'compares' : 'compare'} objects with each other`]),
    ...(audited.length === 0
      ? []
      : [`${audited.join(' and ')} ${audited.length === 1 ? 'is' : 'are'} held against everything that exists`]),
  ];
  const kind = gatekeeper === null ? 'none' : gatekeeper.webhook === null ? 'audit' : 'webhook and audit';
  const because = {
    none: 'Nothing in the document needs it: each rule looks at one object, and ValidatingAdmissionPolicy and Pod Security do that inside the API server, with nothing of their own that could be down. What exists already is counted by a runbook.',
    audit: `It is there because ${needs.join(', and ')}. No rule has to answer at admission, so its webhook is not installed and nothing is blocked when it is down.`,
    'webhook and audit': `It is there because ${needs.join(', and ')}. All other rules stay in the API server.`,
  } as const;
  return {
    field: 'gatekeeper',
    value: kind,
    because: `${because[kind]} Gatekeeper rather than Kyverno: its audit takes the same CEL expressions as the API server, so a rule is written once; both together would be two webhooks to keep up.`,
    source: gatekeeperSource('website/docs/validating-admission-policy.md'),
    from: IS_THERE,
  };
}

function webhook({ gatekeeper, placement }: Model): Decision {
  const settings = gatekeeper?.webhook ?? null;
  const { domain, domains, replicas, lost } = placement;
  return {
    field: 'webhook',
    value:
      settings === null
        ? null
        : {
            replicas,
            spread: settings.spread.map(({ topologyKey, whenUnsatisfiable }) => `${topologyKey}: ${whenUnsatisfiable}`),
            minAvailable: settings.minAvailable,
            priorityClass: 'system-cluster-critical',
          },
    because:
      settings === null
        ? 'No rule has to answer at admission, so there is no webhook that could be down.'
        : `${replicas} copies over ${domains} ${domain}${domains === 1 ? '' : 's'}: the loss of one ${domain} takes ${lost} at most and leaves ${replicas} − ${lost} = ${replicas - lost}. ${domains < 2 ? `With one ${domain} its loss takes the webhook with it.` : `The budget keeps ${settings.minAvailable}, so that after the loss a node with one of them can still be drained; a budget of ${replicas - 1} would block drains in the very outage.`} Its priority lets it displace ordinary pods, and Gatekeeper's own namespace is never asked about.`,
    source: ARITHMETIC,
    from: [...ACROSS_FROM, ...PLACEMENT_FROM],
  };
}

function webhookFailure(model: Model): Decision {
  const settings = model.gatekeeper?.webhook ?? null;
  return {
    field: 'webhookFailure',
    value:
      settings === null
        ? null
        : {
            failurePolicy: settings.failurePolicy,
            timeoutSeconds: settings.timeout / 1_000,
            asked: [...kindsAsked(model)],
            blockedWhenDown: [...blockedKinds(model)],
          },
    because:
      settings === null
        ? 'There is no webhook, so nothing is blocked when Gatekeeper is down.'
        : failureWords(model, settings),
    source: kubernetesSource('staging/src/k8s.io/apiserver/pkg/admission/plugin/webhook/validating/dispatcher.go'),
    from: [...ACROSS_FROM, 'spec.policy.gatekeeper.failurePolicy', 'spec.policy.gatekeeper.timeout'],
  };
}

function failureWords(
  model: Model,
  { failurePolicy, timeout }: { failurePolicy: 'Ignore' | 'Fail'; timeout: number },
): string {
  const asked = saysAsked(model);
  const never = `Only ${asked} are asked about, so pods, leases, nodes and scaling never wait for it.`;
  const interval = sayDuration(model.gatekeeper?.auditInterval ?? 0);
  return failurePolicy === 'Ignore'
    ? `${never} It fails open: none of its rules is a barrier that must hold at any price, an object that comes while it is down is reported by the audit within ${interval} of its return, and a closed one would stop a change that mends an outage. A webhook that hangs holds each of these requests for ${sayDuration(timeout)}; one that is gone, not at all. Its guard of the label that leaves a namespace out is open too.`
    : `${never} It fails closed, as the document says: while no copy answers, creating and changing ${asked} is refused, and so is creating and changing namespaces, since its guard of the label that leaves a namespace out fails closed with it. A webhook that hangs holds each of these requests for ${sayDuration(timeout)} first. Pods are not among them, so its own can always come back.`;
}

function audit({ gatekeeper, across, audited }: Model): Decision {
  return {
    field: 'audit',
    value:
      gatekeeper === null
        ? null
        : { intervalSeconds: gatekeeper.auditInterval / 1_000, rules: [...across, ...audited] },
    because:
      gatekeeper === null
        ? 'Without Gatekeeper nothing looks again at what exists: a rule holds for what comes after it.'
        : `Every ${sayDuration(gatekeeper.auditInterval)} one pod lists the objects of ${[...across, ...audited].join(', ')} and writes what breaks them into the status of the constraints, at most 20 by name and all by number. It is one copy, blocks nothing, and is away for as long as its node's pods take to return.`,
    source: gatekeeperSource('website/docs/audit.md'),
    from: [...new Set([...IS_THERE, 'spec.policy.gatekeeper.auditInterval', ...ON_PODS.flatMap(stageFrom)])],
  };
}
