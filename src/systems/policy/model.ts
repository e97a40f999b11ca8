/** Everything that decisions, alerts, runbooks and limits read, computed once per plan. */
import type { Millis } from '../../core/units.ts';
import { clusterAutoscalerNamespaces } from '../../kubernetes/autoscaler-accounts.ts';
import type { PodSecurity } from '../../kubernetes/pod-security.ts';
import { type Cluster, versionOf } from '../../spec/cluster.ts';
import type { PlanContext } from '../../system.ts';
import { placementOf, type Placement } from './placement.ts';
import { ACROSS_OBJECTS, ON_PODS, RULE_NAMES, type RuleName } from './rules/catalogue.ts';
import type { AcrossRule } from './rules/across.ts';
import type { PodRule } from './rules/pods.ts';
import type { Section, Stage } from './section.ts';
import type { GatekeeperSettings, PolicySettings } from './settings.ts';

export type Context = PlanContext<never>;

export interface RuleState {
  readonly stage: Stage;
  /** What was counted on the running cluster; null when nobody has. */
  readonly liveViolations: number | null;
}

export interface Model {
  readonly section: Section;
  readonly cluster: Cluster;
  readonly rules: Readonly<Record<RuleName, RuleState>>;
  readonly podSecurity: PodSecurity | null;
  readonly leastLevels: PolicySettings['leastLevels'];
  readonly privilegedNamespaces: readonly string[];
  /** Rules across objects that are not off. */
  readonly across: readonly AcrossRule[];
  /** Rules on pods that the audit holds against what exists. */
  readonly audited: readonly PodRule[];
  readonly placement: Placement;
  readonly gatekeeper: GatekeeperSettings | null;
}

const SECOND: Millis = 1_000;
const MEBIBYTE = 2 ** 20;
/** Of the webhook and of the audit, each (chart gatekeeper 3.23.0 values.yaml, resources). */
const SIZE = { cpu: 100, memory: 512 * MEBIBYTE };
/** Upstream's own (chart gatekeeper 3.23.0 values.yaml). */
const TIMEOUT: Millis = 3 * SECOND;
const AUDIT_INTERVAL: Millis = 60 * SECOND;

/** Computes it; pure. */
export function modelOf(section: Section, { cluster }: Context): Model {
  const rules = ruleStates(section);
  const across = ACROSS_OBJECTS.filter((name) => rules[name].stage !== 'off');
  const audited = section.auditExisting ? ON_PODS.filter((name) => rules[name].stage !== 'off') : [];
  const placement = placementOf(cluster);
  return {
    section,
    cluster,
    rules,
    podSecurity: podSecurityOf(section, { cluster, stage: rules.podSecurity.stage }),
    leastLevels: leastLevelsOf(section, cluster),
    privilegedNamespaces: privilegedNamespacesOf(section),
    across,
    audited,
    placement,
    gatekeeper: gatekeeperOf(section, { rules, placement, needed: across.length + audited.length > 0 }),
  };
}

/** The stage of every rule: its own, that of the section, or off where it needs Gatekeeper. */
export function ruleStates({ stage, liveViolations, rules }: Section): Readonly<Record<RuleName, RuleState>> {
  const across: readonly RuleName[] = ACROSS_OBJECTS;
  const states = RULE_NAMES.map((name): [RuleName, RuleState] => {
    const own = rules[name];
    return [
      name,
      {
        stage: own.stage ?? (across.includes(name) ? 'off' : stage),
        liveViolations: own.liveViolations ?? liveViolations ?? null,
      },
    ];
  });
  return Object.fromEntries(states) as Record<RuleName, RuleState>;
}

/** Whether a rule has to answer when an object comes; one that is only recorded is left to the audit. */
export function needsWebhook(rules: Model['rules']): boolean {
  return ACROSS_OBJECTS.some((name) => rules[name].stage === 'warn' || rules[name].stage === 'deny');
}

const MODES = { audit: 'audit', warn: 'warn', deny: 'enforce' } as const;

function podSecurityOf(
  { level, namespaces }: Section,
  { cluster, stage }: { readonly cluster: Cluster; readonly stage: Stage },
): PodSecurity | null {
  if (stage === 'off') return null;
  const [major, minor] = versionOf(cluster, 'kubernetes').split('.');
  return {
    mode: MODES[stage],
    version: `${major}.${minor}`,
    level,
    namespaces: namespaces.map(({ name, level: own }) => ({ name, level: own })),
  };
}

/** The autoscalers of several regions reach the metadata service over the host's network. */
function leastLevelsOf({ level, namespaces }: Section, cluster: Cluster): PolicySettings['leastLevels'] {
  const own = namespaces.map(({ name, level: least }) => ({ name, level: least }));
  const named = new Set(own.map(({ name }) => name));
  const autoscalers = onHostNetwork(cluster)
    .filter((name) => !named.has(name))
    .map((name) => ({ name, level: 'privileged' as const }));
  return { level, namespaces: [...own, ...autoscalers].filter((one) => one.level !== level) };
}

/** Namespaces of other parts of the plan whose pods use the host's network. */
function onHostNetwork({ provider, controlPlane, regions }: Cluster): readonly string[] {
  if (provider !== 'aws' || controlPlane.kind !== 'kubeadm') return [];
  return clusterAutoscalerNamespaces(regions).filter((name) => name !== 'kube-system');
}

function privilegedNamespacesOf({ namespaces }: Section): readonly string[] {
  const named = namespaces.filter(({ level }) => level === 'privileged').map(({ name }) => name);
  return ['kube-system', ...named].toSorted();
}

function gatekeeperOf(
  { gatekeeper }: Section,
  { rules, placement, needed }: Pick<Model, 'rules' | 'placement'> & { readonly needed: boolean },
): GatekeeperSettings | null {
  if (!needed) return null;
  return {
    webhook: needsWebhook(rules)
      ? {
          replicas: placement.replicas,
          spread: placement.spread,
          minAvailable: 1,
          failurePolicy: gatekeeper.failurePolicy ?? 'Ignore',
          timeout: gatekeeper.timeout ?? TIMEOUT,
        }
      : null,
    auditInterval: gatekeeper.auditInterval ?? AUDIT_INTERVAL,
    size: SIZE,
  };
}
