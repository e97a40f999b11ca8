/** The `policy` section of the cluster document. */
import { z } from 'zod';
import { duration, name } from '../../spec/fields.ts';

const STAGES = ['off', 'audit', 'warn', 'deny'] as const;

const liveViolations = (of: string) =>
  z
    .int()
    .min(0)
    .max(1_000_000)
    .optional()
    .describe(
      `Objects on the running cluster that break ${of}, as the runbook policy-count-violations counts them; must be written, and be 0, before anything is refused. On a new cluster: 0.`,
    );

const rule = (what: string, stage: 'stage of the section' | 'off') =>
  z
    .strictObject({
      stage: z
        .enum(STAGES)
        .optional()
        .describe(`What happens: nothing, an audit entry, a warning, a refusal; by default ${stage}.`),
      liveViolations: liveViolations('it'),
    })
    .prefault({})
    .describe(what);

const OWN = 'stage of the section';

const rules = z
  .strictObject({
    podSecurity: rule("Pods keep to their namespace's Pod Security level.", OWN),
    namespaceLevels: rule('Namespaces carry a Pod Security level that is not below the planned one.', OWN),
    privileged: rule('No privileged containers, in namespaces without a label too.', OWN),
    images: rule('Images have a digest or a tag other than latest, and come from a registry that is named here.', OWN),
    uniqueHosts: rule('No Ingress takes the host of another. Needs Gatekeeper and its webhook.', 'off'),
    drainableBudgets: rule('No disruption budget blocks every drain. Needs Gatekeeper and its webhook.', 'off'),
  })
  .prefault({})
  .describe('The rules, each with a stage of its own where it shall have one.');

const namespace = z.strictObject({
  name: name().describe('Namespace whose level differs from that of the section.'),
  level: z
    .enum(['privileged', 'baseline', 'restricted'])
    .describe('Its Pod Security level; in a privileged one, the rule on privileged containers does not hold either.'),
  reason: z
    .string()
    .min(1)
    .max(300)
    .optional()
    .describe('Why it needs less than the section asks for; must be given when it does.'),
});

const gatekeeper = z
  .strictObject({
    failurePolicy: z
      .enum(['Ignore', 'Fail'])
      .optional()
      .describe(
        'What the API server does with an object while the webhook does not answer; by default Ignore: it is let in, and the audit finds it.',
      ),
    timeout: duration()
      .optional()
      .describe('How long a request may wait for the webhook, in whole seconds, 1s to 10s; by default 3s.'),
    auditInterval: duration()
      .optional()
      .describe('From one look at everything that exists to the next, in whole seconds, 10s to 1h; by default 1m.'),
  })
  .prefault({})
  .describe('Gatekeeper, where a rule or the audit needs it.');

export const section = z
  .strictObject({
    stage: z
      .enum(STAGES)
      .prefault('warn')
      .describe(
        'How far the rules have come: off, audit (the audit log keeps what breaks one), warn (its author is told), deny (it is refused).',
      ),
    liveViolations: liveViolations('any rule without a count of its own'),
    level: z
      .enum(['baseline', 'restricted'])
      .prefault('baseline')
      .describe('Pod Security level of namespaces without one of their own.'),
    rules,
    namespaces: z.array(namespace).max(1_000).prefault([]).describe('Namespaces with a level of their own.'),
    registries: z
      .array(
        z
          .string()
          .max(255)
          .regex(
            /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?(:\d{1,5})?(\/[a-z0-9]([-a-z0-9._]*[a-z0-9])?)*$/,
            'is not a registry, like registry.example.com or docker.io/library',
          ),
      )
      .max(50)
      .prefault([])
      .describe('Registries, or repositories in one, that images may come from; by default any.'),
    auditExisting: z
      .boolean()
      .prefault(false)
      .describe(
        'Hold the rules on pods against everything that exists, again and again. Needs Gatekeeper, not its webhook.',
      ),
    gatekeeper,
  })
  .prefault({})
  .describe('What the API server refuses, warns of or records.');

export type Section = z.output<typeof section>;
export type Stage = Section['stage'];
