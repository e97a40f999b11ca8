/**
 * Own rules: `kind: RuleList`, each with an expression in CEL (cel.dev, as Kubernetes' admission policies use it) over the
 * object and the whole world. They are rules like the built-in ones; only who wrote them differs.
 */
import { Environment } from '@marcbachmann/cel-js';
import { z } from 'zod';
import type { Problem } from '../core/error.ts';
import { groupOf } from '../inventory/kinds.ts';
import type { World } from '../inventory/world.ts';
import type { FieldPath } from '../kubernetes/objects.ts';
import { API_VERSION } from '../spec/cluster.ts';
import type { DocumentText } from '../spec/parse.ts';
import { problemsOf } from '../spec/problems.ts';
import { readYaml, type YamlDocument } from '../spec/yaml-source.ts';
import { celWorld } from './cel-world.ts';
import type { KindKey } from './reads.ts';
import type { Draft, Rule } from './rule.ts';

export const RULES_KIND = 'RuleList';

const sentence = (means: string) => z.string().trim().min(1).describe(means);

const ownRule = z
  .strictObject({
    id: z
      .string()
      .regex(/^[A-Z][A-Z0-9-]*\d$/, 'capitals and digits with a digit at the end, like ACME01')
      .describe('Its id, `ACME01`; no built-in rule may have it.'),
    title: sentence('One line, no full stop.'),
    severity: z.enum(['error', 'warning', 'info']).describe('How bad it is.'),
    whySeverity: sentence('Why that severity, one sentence.'),
    takesDown: sentence('What goes down, and by which event.'),
    remedy: sentence('What to do.'),
    price: sentence('What the remedy costs or risks.').optional(),
    source: sentence('What the rule rests on.').optional(),
    kinds: z
      .array(z.string().regex(/^[A-Za-z]+(?:\.[a-z0-9.-]+)?$/, 'a kind, like Deployment or Deployment.apps'))
      .min(1)
      .describe('The objects that it looks at: `Deployment`, or with the group `Deployment.apps`.'),
    when: sentence('CEL over `object` and `world`; true is a finding.'),
    message: sentence('CEL over `object` and `world` that gives a text: what is wrong with this object.'),
    path: z
      .string()
      .regex(/^[A-Za-z][\w-]*(?:\.[\w-]+|\[\d+\])*$/, 'a field, like spec.replicas')
      .optional()
      .describe('The field to change, `spec.replicas`. Default: the object.'),
  })
  .describe('One rule.');

/** The schema of a file of own rules. */
export const ownRulesSchema = z.strictObject({
  apiVersion: z.literal(API_VERSION).describe('Version of this form.'),
  kind: z.literal(RULES_KIND).describe('Always RuleList.'),
  rules: z.array(ownRule).min(1).describe('The rules.'),
});

type Written = z.output<typeof ownRule>;
type Expression = (variables: { readonly object: unknown; readonly world: unknown }) => unknown;

/** Parses a file of own rules; `taken` are ids that there are. With problems there are none. */
export function parseOwnRules(
  { text, file }: DocumentText,
  taken: readonly string[],
): { readonly rules: readonly Rule[]; readonly problems: readonly Problem[] } {
  const { source, problems } = readYaml(text, file);
  if (problems.length > 0) return { rules: [], problems };
  const [document, second] = source.documents.filter(({ value }) => value !== null && value !== undefined);
  if (document === undefined || second !== undefined) {
    const at = second?.locate([]) ?? { file, line: 1, column: 1 };
    const message = second === undefined ? 'the file holds no rules' : 'the text holds a second document';
    return {
      rules: [],
      problems: [{ code: 'not-rules', message, at, expected: `apiVersion: ${API_VERSION}, kind: ${RULES_KIND}` }],
    };
  }
  const result = ownRulesSchema.safeParse(document.value);
  if (!result.success) return { rules: [], problems: problemsOf(result.error.issues, ownRulesSchema, document) };
  const written = result.data.rules;
  const wrong = written.flatMap((one, index) => [
    ...idProblems(one, { index, document, taken: [...taken, ...written.slice(0, index).map(({ id }) => id)] }),
    ...(['when', 'message'] as const).flatMap((field) => celProblems(one[field], document, ['rules', index, field])),
  ]);
  return wrong.length > 0 ? { rules: [], problems: wrong } : { rules: written.map(ruleOf), problems: [] };
}

function idProblems(
  { id }: Written,
  {
    index,
    document,
    taken,
  }: { readonly index: number; readonly document: YamlDocument; readonly taken: readonly string[] },
): readonly Problem[] {
  if (!taken.includes(id)) return [];
  const at = document.locate(['rules', index, 'id']);
  return [{ code: 'taken-id', message: `there is a rule ${id} already`, path: `rules[${index}].id`, at }];
}

const environment = new Environment({ unlistedVariablesAreDyn: false })
  .registerVariable('object', 'dyn')
  .registerVariable('world', 'dyn');

function celProblems(text: string, document: YamlDocument, path: FieldPath): readonly Problem[] {
  const why = notCel(text);
  if (why === undefined) return [];
  return [
    {
      code: 'not-cel',
      message: `the expression cannot be read: ${why}`,
      path: `rules[${path[1]}].${path[2]}`,
      at: document.locate(path),
      expected: 'CEL over object and world',
    },
  ];
}

/** Why the text is no expression; undefined when it is one. */
function notCel(text: string): string | undefined {
  try {
    const { valid, error } = environment.check(text);
    return valid ? undefined : firstLine(error);
  } catch (error) {
    return firstLine(error);
  }
}

function firstLine(error: unknown): string {
  const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  return line;
}

function ruleOf(written: Written): Rule {
  const { kinds, when, message, path, price, source, ...words } = written;
  const finds: Expression = environment.parse(when);
  const says: Expression = environment.parse(message);
  const ofWorld = [when, message].some((text) => /\bworld\b/.test(text));
  const field = path === undefined ? [] : fieldPath(path);
  return {
    ...words,
    family: 'OWN',
    ...(price === undefined ? {} : { price }),
    source: source ?? 'An own rule',
    needs: 'manifests',
    reads: [...kinds.map(kindKey), ...(ofWorld ? WORLD_READS : [])],
    ...(ofWorld ? { acrossNamespaces: true as const } : {}),
    *check(world): Iterable<Draft> {
      if (world.live !== undefined && [when, message].some((text) => ALL_OBJECTS.test(text))) {
        yield { unknown: 'It looks at all objects, and of a live cluster only some kinds are read.' };
        return;
      }
      const errors = new Set<string>();
      for (const sourced of world.index.all) {
        if (!kinds.some((kind) => isKind(kind, sourced.object))) continue;
        const variables = { object: sourced.object, world: celWorld(world) };
        try {
          if (finds(variables) !== true) continue;
          const on = workloadOf(world, sourced) ?? sourced;
          yield { on, path: field, message: String(says(variables)) };
        } catch (error) {
          errors.add(firstLine(error));
        }
      }
      for (const error of errors) yield { unknown: `The expression fails on some object: ${error}.` };
    },
  };
}

/** What the workloads of `world` tell of: their services and budgets. */
const WORLD_READS: readonly KindKey[] = ['/Service', 'policy/PodDisruptionBudget'];

/** Reads the whole list of objects, or the world in a way that may. */
const ALL_OBJECTS = /\bworld\s*(?:\.\s*objects\b|\[)/;

function workloadOf({ workloads }: World, sourced: object): World['workloads'][number] | undefined {
  return workloads.find((workload) => workload.sourced === sourced);
}

/** `Deployment.apps` → `apps/Deployment`; `Deployment` → that of any group. */
function kindKey(kind: string): KindKey {
  const [name = '', ...group] = kind.split('.');
  return group.length === 0 ? `?/${name}` : `${group.join('.')}/${name}`;
}

/** `Deployment`, or with its group `Deployment.apps`, as kubectl takes it. */
function isKind(kind: string, object: { readonly apiVersion: string; readonly kind: string }): boolean {
  const [name, ...group] = kind.split('.');
  return name === object.kind && (group.length === 0 || group.join('.') === groupOf(object.apiVersion));
}

/** `spec.containers[0].image`. */
function fieldPath(path: string): FieldPath {
  return path
    .replaceAll(/\[(\d+)\]/g, '.$1')
    .split('.')
    .map((step) => (/^\d+$/.test(step) ? Number(step) : step));
}
