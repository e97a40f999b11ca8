/** The commands around findings, in words. */
import { FORMATS } from './check-output.ts';
import { chartOptions, liveOptions, namedFile, namespace, output, owners } from './tree-options.ts';
import type { CommandWords, OptionWords } from './words.ts';

const ownRules: OptionWords = {
  flags: '--rules <file>',
  description: 'own rules in CEL, kind: RuleList; may be repeated',
  repeat: true,
};

export const check: CommandWords = {
  name: 'check',
  summary: 'what takes the cluster down, with the failure that shows it and the line to change',
  description:
    'Looks at manifests, alone or with the nodes or the cluster document that they run on, and says what goes down, when, and which line to change. With nodes each finding carries the failure that shows it, as simulate runs it. With a document and --context it also says what differs from what the document renders, and who owns it. Severity follows holdfast.dev/criticality and holdfast.dev/accepted-downtime. Exits with 1 when something new is as bad as --fail-on says.',
  arguments: [
    {
      name: 'files',
      description: 'manifests, directories or - for standard input, as -f',
      variadic: true,
    },
  ],
  options: [
    namedFile,
    ...chartOptions,
    owners,
    ...liveOptions,
    namespace,
    {
      flags: '--yes',
      description:
        'with a document that names this context: let the API server tell what an apply would change, by a dry run that keeps nothing',
    },
    {
      flags: '--fail-on <severity>',
      description: 'exit with 1 from this severity on',
      choices: ['error', 'warning', 'info', 'never'],
      fallback: 'error',
    },
    { flags: '--rule <id>', description: 'only this rule; may be repeated', repeat: true },
    ownRules,
    { flags: '--strict', description: 'what cannot be decided fails too' },
    { flags: '--baseline <file>', description: 'JSON of an earlier check: what is in it does not fail' },
    {
      flags: '--waivers <file>',
      description: 'findings that may stay, with reason, owner and last day, kind: WaiverList',
    },
    {
      flags: '--fix',
      description: 'make the safe patches in the files given, each proved by checking again; the rest is printed',
    },
    { flags: '--dry-run', description: 'with --fix: print the diff, write nothing' },
    { flags: '--no-witness', description: 'run no failures' },
    { flags: '--seed <number>', description: 'same seed, same witnesses', fallback: '1' },
    {
      flags: '--kubernetes-version <version>',
      description: 'look at the input as if it ran this version: 1.34, 1.35 or 1.36 (default: that of the nodes)',
    },
    output(...FORMATS),
  ],
  examples: [
    { run: 'holdfast check -f manifests/', does: 'what is wrong with these manifests' },
    {
      run: 'holdfast check -f holdfast.yaml',
      does: 'with the workloads and nodes of the document: each with its failure',
    },
    { run: 'holdfast check --chart shop --values production.yaml -f nodes.yaml', does: 'a chart on these nodes' },
    { run: 'helm template shop | holdfast check -f -', does: 'a chart, rendered by yourself' },
    { run: 'holdfast check --context prod -o wide', does: 'what runs now' },
    {
      run: 'holdfast check --context prod -f holdfast.yaml',
      does: 'what runs now, and what differs from the document',
    },
    { run: 'holdfast check --context prod -f manifests/', does: 'what would run if these were applied' },
    { run: 'holdfast check -f manifests/ --fix --dry-run', does: 'the safe patches as a diff' },
    { run: 'holdfast check -f manifests/ --baseline baseline.json', does: 'in CI: only what is new fails' },
  ],
  load: () => import('./commands/check.ts'),
};

export const explainRule: CommandWords = {
  name: 'rule',
  summary: 'a rule of check: what goes down, why that severity, the remedy and its price, the source',
  description: 'Explains a rule of holdfast check, in the words of its own data.',
  arguments: [{ name: 'id', description: 'the rule: PD03; without it, the list of all' }],
  options: [ownRules, output('text', 'json', 'yaml')],
  examples: [{ run: 'holdfast explain rule PD03', does: 'why a budget that allows nothing is an error' }],
  load: () => import('./commands/explain-rule.ts'),
};
