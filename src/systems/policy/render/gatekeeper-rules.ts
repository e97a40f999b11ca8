/** Gatekeeper's rules: templates, what they compare with, and the constraints that use them. */
import { stableJson } from '../../../core/json.ts';
import type { KubernetesObject, ObjectArtifact } from '../../../system.ts';
import { GATEKEEPER_NAMESPACE } from '../charts.ts';
import { AUDIT_KIND, POD_POLICY } from '../names.ts';
import { ACROSS, type AcrossRule, type AcrossWords } from '../rules/across.ts';
import { ACROSS_OBJECTS } from '../rules/catalogue.ts';
import { EXISTING_POD_VARIABLES, type PodRule, podValidations } from '../rules/pods.ts';
import type { PolicySettings } from '../settings.ts';

export function gatekeeperRules(settings: PolicySettings): readonly ObjectArtifact[] {
  const across = ACROSS_OBJECTS.filter((name) => settings.stages[name] !== 'off');
  return [
    ...across.flatMap((name) => acrossFiles(name, settings)),
    ...(across.length === 0 ? [] : [syncSet(across)]),
    ...settings.audited.flatMap((rule) => auditFiles(rule, settings)),
  ];
}

const TARGET = 'admission.k8s.gatekeeper.sh';
const EXCLUDED = [GATEKEEPER_NAMESPACE, 'kube-system'];
const ACTIONS = { audit: 'dryrun', warn: 'warn', deny: 'deny' } as const;

function acrossFiles(name: AcrossRule, { stages }: PolicySettings): readonly ObjectArtifact[] {
  const stage = stages[name];
  if (stage === 'off') return [];
  const words = ACROSS[name];
  const decisions = [`policy.${name}`, 'policy.gatekeeper'];
  return [
    {
      form: 'object',
      path: `templates/constrainttemplate-${words.kind.toLowerCase()}.yaml`,
      purpose: `How ${words.judges.kind} is compared with what is there; a constraint says where.`,
      decisions,
      object: template(words.kind, {
        annotations: { 'metadata.gatekeeper.sh/requires-sync-data': syncRequirement(words) },
        code: { engine: 'Rego', source: { version: 'v1', rego: words.rego } },
      }),
    },
    constraintFile(words.kind, {
      name: words.constraint,
      decisions,
      spec: {
        enforcementAction: ACTIONS[stage],
        match: {
          kinds: [{ apiGroups: [words.judges.group], kinds: [words.judges.kind] }],
          excludedNamespaces: EXCLUDED,
        },
      },
    }),
  ];
}

/** The form that gator and Gatekeeper's documentation read (website/docs/sync.md). */
function syncRequirement({ reads }: AcrossWords): string {
  return stableJson(reads.map(({ group, version, kind }) => [{ groups: [group], versions: [version], kinds: [kind] }]));
}

/** The CEL of the API server's own policies, for the audit and for gator in a pipeline: what comes is judged there already. */
function auditFiles(rule: PodRule, settings: PolicySettings): readonly ObjectArtifact[] {
  const kind = AUDIT_KIND[rule];
  const decisions = [`policy.${rule}`, 'policy.audit', 'policy.exemptions'];
  return [
    {
      form: 'object',
      path: `templates/constrainttemplate-${kind.toLowerCase()}.yaml`,
      purpose: `The rule ${rule} for pods that exist already.`,
      decisions,
      object: template(kind, {
        code: {
          engine: 'K8sNativeValidation',
          source: {
            // The policy in the API server is rendered beside it; a second one would refuse everything twice.
            generateVAP: false,
            variables: EXISTING_POD_VARIABLES,
            validations: podValidations(rule, settings),
          },
        },
      }),
    },
    constraintFile(kind, {
      name: POD_POLICY[rule],
      decisions,
      spec: {
        enforcementAction: 'scoped',
        scopedEnforcementActions: [
          {
            action: 'deny',
            enforcementPoints: [{ name: 'audit.gatekeeper.sh' }, { name: 'gator.gatekeeper.sh' }],
          },
        ],
        match: {
          kinds: [{ apiGroups: [''], kinds: ['Pod'] }],
          excludedNamespaces: rule === 'privileged' ? settings.privilegedNamespaces : ['kube-system'],
        },
      },
    }),
  ];
}

/** The name must be the kind in lower case. */
function template(
  kind: string,
  { annotations, code }: { readonly annotations?: Readonly<Record<string, string>>; readonly code: object },
): KubernetesObject {
  return {
    apiVersion: 'templates.gatekeeper.sh/v1',
    kind: 'ConstraintTemplate',
    metadata: { name: kind.toLowerCase(), ...(annotations ? { annotations } : {}) },
    spec: {
      crd: { spec: { names: { kind }, validation: { openAPIV3Schema: { type: 'object' } } } },
      targets: [{ target: TARGET, code: [code] }],
    },
  };
}

/** Its kind is made by Gatekeeper from the template, so it stands in a folder of its own, which is applied later. */
function constraintFile(
  kind: string,
  { name, decisions, spec }: { readonly name: string; readonly decisions: readonly string[]; readonly spec: object },
): ObjectArtifact {
  return {
    form: 'object',
    path: `constraints/${kind.toLowerCase()}-${name}.yaml`,
    purpose: `Says where ${kind} holds and what it does.`,
    decisions,
    object: { apiVersion: 'constraints.gatekeeper.sh/v1beta1', kind, metadata: { name }, spec },
  };
}

function syncSet(across: readonly AcrossRule[]): ObjectArtifact {
  const kinds = new Map(
    across.flatMap((name) => ACROSS[name].reads).map((one) => [`${one.group}/${one.version}/${one.kind}`, one]),
  );
  return {
    form: 'object',
    path: 'templates/syncset-holdfast-policy.yaml',
    purpose: 'What Gatekeeper keeps copies of; without them its rules find nothing to compare with, and say nothing.',
    decisions: [...across.map((name) => `policy.${name}`), 'policy.gatekeeper'],
    object: {
      apiVersion: 'syncset.gatekeeper.sh/v1alpha1',
      kind: 'SyncSet',
      metadata: { name: 'holdfast-policy' },
      spec: { gvks: [...kinds.values()].map(({ group, version, kind }) => ({ group, version, kind })) },
    },
  };
}
