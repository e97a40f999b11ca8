/** The rules that this system knows: what each refuses, by what, and what happens when that cannot decide. Words are data. */
import type { Source } from '../../../system.ts';
import { gatekeeperSource, kubernetesSource } from '../sources.ts';

export const RULE_NAMES = [
  'podSecurity',
  'namespaceLevels',
  'privileged',
  'images',
  'uniqueHosts',
  'drainableBudgets',
] as const;
export type RuleName = (typeof RULE_NAMES)[number];

/** What evaluates a rule; the first that can, in this order. */
export type Engine = 'Pod Security' | 'ValidatingAdmissionPolicy' | 'Gatekeeper';

export interface RuleWords {
  readonly name: RuleName;
  /** Completes "refuses …". */
  readonly refuses: string;
  readonly engine: Engine;
  /** Why this engine; one sentence. */
  readonly whyEngine: string;
  /** What a rule that refuses does when it cannot be evaluated, and why; Gatekeeper's is the webhook's. */
  readonly onError: { readonly failurePolicy: 'Fail' | 'Ignore' | null; readonly why: string };
  readonly source: Source;
}

const IN_PROCESS = 'It runs inside the API server, so there is no webhook that could be down.';

export const RULES: Readonly<Record<RuleName, RuleWords>> = {
  podSecurity: {
    name: 'podSecurity',
    refuses: 'pods below the Pod Security level of their namespace',
    engine: 'Pod Security',
    whyEngine: `The level is a label of the namespace and the checks are Kubernetes' own. ${IN_PROCESS}`,
    onError: { failurePolicy: null, why: 'Pod Security cannot be set to let pods in that it cannot evaluate.' },
    source: kubernetesSource('staging/src/k8s.io/pod-security-admission/admission/admission.go'),
  },
  namespaceLevels: {
    name: 'namespaceLevels',
    refuses: 'namespaces whose Pod Security level is below the planned one, or is taken away',
    engine: 'ValidatingAdmissionPolicy',
    whyEngine: `One object and a fixed list of levels are enough to decide. ${IN_PROCESS}`,
    onError: {
      failurePolicy: 'Fail',
      why: 'A namespace that slips through is open to every pod for as long as it lives; a refused one is made a minute later. One that comes without any level is only warned of, since charts and operators make such ones.',
    },
    source: kubernetesSource('staging/src/k8s.io/pod-security-admission/api/constants.go'),
  },
  privileged: {
    name: 'privileged',
    refuses: 'privileged containers, init and ephemeral ones too, in namespaces that need none',
    engine: 'ValidatingAdmissionPolicy',
    whyEngine: `The pod alone decides, and the rule holds in namespaces that nobody has labelled. ${IN_PROCESS}`,
    onError: {
      failurePolicy: 'Fail',
      why: 'A privileged container owns its node; a pod that waits for a mended policy does not.',
    },
    source: kubernetesSource('staging/src/k8s.io/api/admissionregistration/v1/types.go'),
  },
  images: {
    name: 'images',
    refuses: 'images without a tag or digest, with the tag latest, and from registries that the document does not name',
    engine: 'ValidatingAdmissionPolicy',
    whyEngine: `The pod alone decides. ${IN_PROCESS}`,
    onError: {
      failurePolicy: 'Ignore',
      why: 'A moving tag makes the next start another program; that is no reason to keep pods from starting while a policy is broken.',
    },
    source: kubernetesSource('staging/src/k8s.io/api/admissionregistration/v1/types.go'),
  },
  uniqueHosts: {
    name: 'uniqueHosts',
    refuses: 'an Ingress that takes a host from one of another namespace, or a path from one of its own',
    engine: 'Gatekeeper',
    whyEngine:
      'It compares an object with others, which no expression inside the API server sees: only a webhook with a cache of them can.',
    onError: {
      failurePolicy: null,
      why: 'The webhook has one failurePolicy for all of its rules: policy.webhookFailure.',
    },
    source: gatekeeperSource('website/docs/sync.md'),
  },
  drainableBudgets: {
    name: 'drainableBudgets',
    refuses:
      'a disruption budget that asks for as many pods as its workloads have, so that no node with them can be drained',
    engine: 'Gatekeeper',
    whyEngine:
      'It compares a budget with the replicas of the workloads that it selects: only a webhook with a cache of them can.',
    onError: {
      failurePolicy: null,
      why: 'The webhook has one failurePolicy for all of its rules: policy.webhookFailure.',
    },
    source: gatekeeperSource('website/docs/sync.md'),
  },
};

/** Rules that Gatekeeper's webhook would have to answer. */
export const ACROSS_OBJECTS = ['uniqueHosts', 'drainableBudgets'] as const satisfies readonly RuleName[];
/** Rules on pods, whose expressions Gatekeeper's audit can hold against what exists. */
export const ON_PODS = ['privileged', 'images'] as const satisfies readonly RuleName[];
