/** Statements of the section that cannot hold together, or not in this cluster. */
import { formatDuration } from '../../core/duration.ts';
import type { Millis } from '../../core/units.ts';
import { labelledElsewhere } from '../../kubernetes/add-on-namespaces.ts';
import type { Cluster } from '../../spec/cluster.ts';
import { POD_SECURITY_LEVELS } from '../../kubernetes/pod-security.ts';
import type { Contradiction } from '../../system.ts';
import { GATEKEEPER_NAMESPACE } from './charts.ts';
import { needsWebhook, ruleStates } from './model.ts';
import { placementOf } from './placement.ts';
import { ACROSS_OBJECTS, ON_PODS, RULE_NAMES, type RuleName } from './rules/catalogue.ts';
import { KUBERNETES_NAMESPACES } from './rules/namespaces.ts';
import type { Section } from './section.ts';

export function contradictions(section: Section, cluster: Cluster): readonly Contradiction[] {
  return [
    ...RULE_NAMES.flatMap((name) => uncounted(name, section)),
    ...namespaces(section, cluster),
    ...registries(section),
    ...audit(section),
    ...gatekeeper(section, cluster),
  ];
}

const rank = (level: (typeof POD_SECURITY_LEVELS)[number]): number => POD_SECURITY_LEVELS.indexOf(level);

/** A rule that refuses what runs takes it down at its next restart. */
function uncounted(name: RuleName, section: Section): readonly Contradiction[] {
  const { stage, liveViolations } = ruleStates(section)[name];
  if (stage !== 'deny' || liveViolations === 0) return [];
  const own = section.rules[name];
  const at = own.liveViolations === undefined && own.stage === undefined ? 'spec.policy' : `spec.policy.rules.${name}`;
  if (liveViolations === null) {
    return [
      {
        path: `${at}.stage`,
        code: 'not-counted',
        message: `${name} would refuse, and nobody has counted what already breaks it; what runs and breaks it does not come back after its next restart`,
        expected: 'warn, or deny with liveViolations: 0 beside it',
        hint: 'Count with the runbook policy-count-violations; a new cluster has 0.',
      },
    ];
  }
  return [
    {
      path: `${own.liveViolations === undefined ? 'spec.policy' : `spec.policy.rules.${name}`}.liveViolations`,
      code: 'violations-live',
      message: `${name} would refuse ${liveViolations} object${liveViolations === 1 ? '' : 's'} that run: at the next restart ${liveViolations === 1 ? 'it does' : 'they do'} not come back`,
      expected: '0 before the stage is deny',
      hint: 'Mend them, or give their namespaces a level of their own under spec.policy.namespaces.',
    },
  ];
}

function namespaces({ namespaces: list, level }: Section, cluster: Cluster): readonly Contradiction[] {
  const names = list.map(({ name }) => name);
  return list.flatMap(({ name, level: own, reason }, index) => {
    const at = `spec.policy.namespaces[${index}]`;
    const found: Contradiction[] = [];
    if (names.indexOf(name) !== index)
      found.push({
        path: `${at}.name`,
        code: 'twice',
        message: `the namespace ${name} is named twice`,
        expected: 'each namespace once',
      });
    const owner = ownerOf(name, cluster);
    if (owner !== undefined)
      found.push({
        path: `${at}.name`,
        code: 'not-yours',
        message: `${name} is ${owner}`,
        expected: 'a namespace of applications or of your own add-ons',
      });
    if (rank(own) < rank(level) && reason === undefined)
      found.push({
        path: `${at}.level`,
        code: 'no-reason',
        message: `${name} gets ${own}, less than the ${level} of all others, and nothing says why`,
        expected: 'reason beside it',
      });
    return found;
  });
}

/** Whose namespace it is, when it has its level from there; nobody's when undefined. */
function ownerOf(name: string, { regions }: Cluster): string | undefined {
  if (KUBERNETES_NAMESPACES.includes(name)) return "Kubernetes' own: it is left out of every rule";
  if (name === GATEKEEPER_NAMESPACE) return "Gatekeeper's own: its chart labels it";
  return labelledElsewhere(regions).includes(name) ? 'labelled where this plan renders it' : undefined;
}

function registries(section: Section): readonly Contradiction[] {
  const { registries: list } = section;
  const { stage } = ruleStates(section).images;
  const twice = list.flatMap((registry, index): readonly Contradiction[] =>
    list.indexOf(registry) === index
      ? []
      : [
          {
            path: `spec.policy.registries[${index}]`,
            code: 'twice',
            message: `${registry} is named twice`,
            expected: 'each registry once',
          },
        ],
  );
  if (stage !== 'off' || list.length === 0) return twice;
  return [
    ...twice,
    {
      path: 'spec.policy.registries',
      code: 'not-read',
      message: 'the rule images is off, so nothing looks where an image comes from',
      expected: 'a stage for spec.policy.rules.images, or no registries',
    },
  ];
}

function audit(section: Section): readonly Contradiction[] {
  const rules = ruleStates(section);
  if (!section.auditExisting || ON_PODS.some((name) => rules[name].stage !== 'off')) return [];
  return [
    {
      path: 'spec.policy.auditExisting',
      code: 'nothing-to-audit',
      message: `the audit looks at pods, and ${ON_PODS.join(' and ')} are off`,
      expected: 'false, or a stage for one of them',
    },
  ];
}

const SECOND: Millis = 1_000;
const TIMEOUTS = { least: SECOND, most: 10 * SECOND } as const;
const INTERVALS = { least: 10 * SECOND, most: 3_600 * SECOND } as const;

function gatekeeper(section: Section, cluster: Cluster): readonly Contradiction[] {
  const rules = ruleStates(section);
  const webhook = needsWebhook(rules);
  const there = section.auditExisting || ACROSS_OBJECTS.some((name) => rules[name].stage !== 'off');
  const { failurePolicy, timeout, auditInterval } = section.gatekeeper;
  const found: Contradiction[] = [];
  const say = (field: string, code: string, message: string, expected: string): void => {
    found.push({ path: `spec.policy.gatekeeper.${field}`, code, message, expected });
  };
  const unread = 'nothing here, or warn or deny for uniqueHosts or drainableBudgets';
  if (!webhook && failurePolicy !== undefined) say('failurePolicy', 'not-read', 'no rule needs the webhook', unread);
  if (!webhook && timeout !== undefined) say('timeout', 'not-read', 'no rule needs the webhook', unread);
  if (!there && auditInterval !== undefined)
    say('auditInterval', 'not-read', 'nothing needs Gatekeeper', 'nothing here, or auditExisting: true');
  if (timeout !== undefined) found.push(...wholeSeconds('timeout', timeout, TIMEOUTS));
  if (auditInterval !== undefined) found.push(...wholeSeconds('auditInterval', auditInterval, INTERVALS));
  const { domains, domain } = placementOf(cluster);
  if (webhook && failurePolicy === 'Fail' && domains < 2)
    say(
      'failurePolicy',
      'closed-without-spare',
      `there is one ${domain} for the webhook: its loss takes every copy, and the API then refuses what the webhook is asked about`,
      `Ignore, or a second ${domain}`,
    );
  return found;
}

function wholeSeconds(
  field: string,
  value: Millis,
  { least, most }: { readonly least: Millis; readonly most: Millis },
): readonly Contradiction[] {
  if (value >= least && value <= most && value % SECOND === 0) return [];
  return [
    {
      path: `spec.policy.gatekeeper.${field}`,
      code: 'out-of-range',
      message: `${formatDuration(value)} is no whole number of seconds from ${formatDuration(least)} to ${formatDuration(most)}`,
      expected: `${formatDuration(least)} to ${formatDuration(most)}, in whole seconds`,
    },
  ];
}
