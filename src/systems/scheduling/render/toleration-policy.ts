/** Shorter tolerations where the API server's flags cannot be set: MutatingAdmissionPolicy, since Kubernetes 1.36. */
import type { SchedulingFacts } from '../../../facts.ts';
import { NOT_READY, UNREACHABLE } from '../../../kubernetes/tolerations.ts';
import type { ObjectArtifact } from '../../../system.ts';
import type { SchedulingSettings } from '../settings.ts';

const NAME = 'holdfast-toleration';
/** What the admission plugin DefaultTolerationSeconds adds; nothing else is replaced. */
const USUAL_SECONDS = 300;
const DECISIONS = ['scheduling.toleration', 'scheduling.tolerationBy'];

/** The policy and its binding; none where flags do it or nothing is shortened. */
export function tolerationPolicy(
  { tolerationBy }: SchedulingSettings,
  { toleration }: SchedulingFacts,
): readonly ObjectArtifact[] {
  const seconds = toleration / 1_000;
  if (tolerationBy !== 'MutatingAdmissionPolicy' || seconds >= USUAL_SECONDS) return [];
  const spec = {
    failurePolicy: 'Ignore',
    reinvocationPolicy: 'Never',
    matchConstraints: {
      resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
    },
    matchConditions: [
      {
        name: 'has-the-usual-tolerations',
        expression: `has(object.spec.tolerations) && ${hasUsual(NOT_READY)} && ${hasUsual(UNREACHABLE)}`,
      },
      {
        name: 'asks-for-no-other-time',
        expression: `object.spec.tolerations.all(t, !(has(t.key) && t.key in ['${NOT_READY}', '${UNREACHABLE}']) || (has(t.tolerationSeconds) && t.tolerationSeconds == ${USUAL_SECONDS}))`,
      },
    ],
    mutations: [
      {
        patchType: 'JSONPatch',
        jsonPatch: { expression: `[${[UNREACHABLE, NOT_READY].map((key) => addition(key, seconds)).join(', ')}]` },
      },
    ],
  };
  return [
    {
      form: 'object',
      path: `objects/mutatingadmissionpolicy-${NAME}.yaml`,
      purpose: `Lets pods stay ${seconds} s instead of ${USUAL_SECONDS} s on a node that is lost.`,
      decisions: DECISIONS,
      object: {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'MutatingAdmissionPolicy',
        metadata: { name: NAME },
        spec,
      },
    },
    {
      form: 'object',
      path: `objects/mutatingadmissionpolicybinding-${NAME}.yaml`,
      purpose: `Makes ${NAME} hold in every namespace.`,
      decisions: DECISIONS,
      object: {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'MutatingAdmissionPolicyBinding',
        metadata: { name: NAME },
        spec: { policyName: NAME },
      },
    },
  ];
}

function hasUsual(key: string): string {
  return `object.spec.tolerations.exists(t, has(t.key) && t.key == '${key}' && has(t.tolerationSeconds))`;
}

/** At the front: a taint follows the first toleration that fits (GetMatchingTolerations stops there). */
function addition(key: string, seconds: number): string {
  return `JSONPatch{op: 'add', path: '/spec/tolerations/0', value: Object.spec.tolerations{key: '${key}', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: ${seconds}}}`;
}
