/** What already breaks a rule: nothing may be refused before it is counted. */
import { addOnNamespaces } from '../../../kubernetes/add-on-namespaces.ts';
import { podSecurityLabel } from '../../../kubernetes/pod-security.ts';
import type { Runbook, RunbookStep } from '../../../system.ts';
import type { Model } from '../model.ts';
import { KUBERNETES_NAMESPACES } from '../rules/namespaces.ts';

export function countViolations(model: Model): Runbook {
  return {
    id: 'count-violations',
    title: `Count what breaks the rules on ${model.cluster.name}`,
    when: 'Before a rule goes to deny, after PolicyWouldRefuse or PolicyViolationsLive, and whenever an add-on is new.',
    steps: [
      podSecurityStep(model),
      ...ownLevelSteps(model),
      namespaceStep(),
      podsStep('privileged', { test: PRIVILEGED, exempt: model.privilegedNamespaces }),
      podsStep('images', { test: imagesTest(model), exempt: ['kube-system'] }),
      ...(model.gatekeeper === null ? [] : [gatekeeperStep()]),
      {
        say: 'Write each number as liveViolations of its rule under spec.policy.rules and plan again: the plan says which rules may go to deny.',
      },
    ],
  };
}

const without = (names: readonly string[]): string => `kubernetes.io/metadata.name notin (${names.join(',')})`;

function podSecurityStep({ section }: Model): RunbookStep {
  const others = [...KUBERNETES_NAMESPACES, ...section.namespaces.map(({ name }) => name)];
  return {
    say: `podSecurity: ask what level ${section.level} would refuse. Nothing is changed; each line after a Warning is a pod that would not come back.`,
    run: `kubectl label --dry-run=server --overwrite namespaces -l '${without(others)}' ${podSecurityLabel('enforce')}=${section.level} 2>&1 | grep -A 100 '^Warning'`,
    expect: 'nothing: 0 violations',
  };
}

/** Namespaces with a level of their own, together by level. */
function ownLevelSteps({ section }: Model): readonly RunbookStep[] {
  const levels = [...new Set(section.namespaces.map(({ level }) => level))].filter((level) => level !== 'privileged');
  return levels.map((level) => {
    const names = section.namespaces.filter((one) => one.level === level).map(({ name }) => name);
    return {
      say: `podSecurity, where the level is ${level}.`,
      run: `kubectl label --dry-run=server --overwrite namespaces ${names.join(' ')} ${podSecurityLabel('enforce')}=${level} 2>&1 | grep -A 100 '^Warning'`,
      expect: 'nothing: 0 violations',
    };
  });
}

function namespaceStep(): RunbookStep {
  return {
    say: 'namespaceLevels: namespaces that carry no level that is enforced. The rule leaves them alone until their level changes; who made them has to label them.',
    run: `kubectl get namespaces -l '!${podSecurityLabel('enforce')},${without(KUBERNETES_NAMESPACES)}' --no-headers | wc -l`,
    expect: '0',
  };
}

const PRIVILEGED = '.securityContext.privileged == true';

function imagesTest({ section: { registries }, cluster }: Model): string {
  const moving = '(.image | (contains("@") or (test(":[^/:]+$") and (endswith(":latest") | not))) | not)';
  if (registries.length === 0) return moving;
  const known = registries.map((registry) => `startswith("${registry}/")`).join(' or ');
  const addOns = addOnNamespaces(cluster.regions)
    .map((name) => `"${name}"`)
    .join(', ');
  return `${moving} or ((.image | (${known}) | not) and ($namespace | IN(${addOns}) | not))`;
}

function podsStep(
  rule: string,
  { test, exempt }: { readonly test: string; readonly exempt: readonly string[] },
): RunbookStep {
  const left = exempt.map((name) => `"${name}"`).join(', ');
  const containers = '(.spec.containers + (.spec.initContainers // []) + (.spec.ephemeralContainers // []))[]';
  return {
    say: `${rule}: pods that run and would be refused.`,
    run: `kubectl get pods -A -o json | jq -r '[.items[] | select(.metadata.namespace | IN(${left}) | not) | select(.metadata.namespace as $namespace | any(${containers}; ${test})) | "\\(.metadata.namespace)/\\(.metadata.name)"] | length, .[]'`,
    expect: '0; else the number and the pods by name',
  };
}

function gatekeeperStep(): RunbookStep {
  return {
    say: 'Rules of Gatekeeper, and rules on pods where the audit looks at what exists: the audit has counted them.',
    run: 'kubectl get constraints -o custom-columns=KIND:.kind,VIOLATIONS:.status.totalViolations,AUDITED:.status.auditTimestamp',
    expect: '0 for each, with a time of the last minutes',
  };
}
