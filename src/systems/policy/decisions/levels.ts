/** Decisions on the levels of namespaces and on who is left out. */
import { addOnNamespaces } from '../../../kubernetes/add-on-namespaces.ts';
import type { Decision } from '../../../system.ts';
import type { Model } from '../model.ts';
import { KUBERNETES_NAMESPACES } from '../rules/namespaces.ts';
import { kubernetesSource } from '../sources.ts';
import { stageFrom } from './rules.ts';

export function levelDecisions(model: Model): readonly Decision[] {
  return [levels(model), exemptions(model), registries(model)];
}

const MEANS = {
  baseline: 'no privileged containers, host namespaces, host paths or host ports',
  restricted: 'what baseline asks for, and no root, no added capabilities, a seccomp profile',
} as const;

function levels({ podSecurity, section }: Model): Decision {
  const own = section.namespaces.map(({ name, level, reason }) => `${name} ${level}${reason ? ` (${reason})` : ''}`);
  const because =
    podSecurity === null
      ? 'The rule podSecurity is off, so no namespace gets a label.'
      : `Every namespace that is rendered carries level ${podSecurity.level}: ${MEANS[section.level]}. ${own.length === 0 ? 'None has a level of its own.' : `Of their own have: ${own.join('; ')}.`} The labels name version ${podSecurity.version}, so that an upgrade of the API server does not change what is refused. What is ${podSecurity.mode === 'enforce' ? 'enforced is warned of and recorded too, since only pods are refused, and a Deployment whose pods are is told at once' : podSecurity.mode === 'warn' ? 'warned of is recorded too' : 'recorded is in the audit log alone'}.`;
  return {
    field: 'podSecurityLevels',
    value:
      podSecurity === null
        ? null
        : {
            mode: podSecurity.mode,
            version: podSecurity.version,
            level: podSecurity.level,
            namespaces: Object.fromEntries(podSecurity.namespaces.map(({ name, level }) => [name, level])),
          },
    because,
    source: kubernetesSource('staging/src/k8s.io/pod-security-admission/policy'),
    from: [...stageFrom('podSecurity'), 'spec.policy.level', 'spec.policy.namespaces', 'spec.versions.kubernetes'],
  };
}

function exemptions({ privilegedNamespaces, leastLevels }: Model): Decision {
  const lower = leastLevels.namespaces.filter(({ level }) => level === 'privileged').map(({ name }) => name);
  const own = privilegedNamespaces.filter((name) => name !== 'kube-system');
  return {
    field: 'exemptions',
    value: {
      privileged: [...privilegedNamespaces],
      images: ['kube-system'],
      podSecurity: [...new Set([...KUBERNETES_NAMESPACES, ...lower])].toSorted(),
    },
    because: `kube-system is left out of every rule: the pod network, kube-proxy and storage drivers need the node, and while one of their pods is refused no other pod starts there. ${own.length === 0 ? 'No other namespace may have privileged containers.' : `Privileged containers may also run in ${own.join(', ')}, as the document says.`} kube-node-lease and kube-public hold no pods.${lower.length > own.length ? ` ${lower.filter((name) => !own.includes(name)).join(', ')} may carry the level privileged, for the autoscalers of several regions use their host's network; privileged containers are refused there too.` : ''} Whoever may create pods in a namespace that is left out owns its nodes, so keep those rights few.`,
    source: kubernetesSource('staging/src/k8s.io/pod-security-admission/admission/api/types.go'),
    from: ['spec.policy.namespaces', 'spec.provider', 'spec.controlPlane.kind', 'spec.regions[].name'],
  };
}

function registries({ section, cluster }: Model): Decision {
  return {
    field: 'registries',
    value: [...section.registries],
    because:
      section.registries.length === 0
        ? 'The document names no registry, so images may come from any; a pod then starts only as long as every registry that somebody chose answers.'
        : `Images come from ${section.registries.join(', ')} alone, written out: a name without a registry is completed by each node on its own. These are what has to answer for pods to start after a loss. kube-system and the namespaces of add-ons (${addOnNamespaces(cluster.regions).join(', ')}) keep the registries of their projects.`,
    source: kubernetesSource('staging/src/k8s.io/api/core/v1/types.go (Container.image)'),
    from: ['spec.policy.registries'],
  };
}
