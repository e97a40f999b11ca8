/** Webhooks that one request goes through: the mutating ones one after the other, then the validating ones at once. */
import { sayDuration } from '../core/duration.ts';
import type { World, WorldWebhook } from '../inventory/world.ts';
import type { Labels } from '../kubernetes/objects.ts';
import { namespaceLabels, type WebhookRule } from '../kubernetes/readers.ts';
import { selects } from '../kubernetes/selectors.ts';
import type { FindingDraft } from './rule.ts';

/** Kubernetes v1.36.3 staging/src/k8s.io/apiserver/pkg/endpoints/handlers/rest.go: requestTimeoutUpperBound. */
const REQUEST_SECONDS = 34;

interface Question {
  readonly group: string;
  readonly resource: string;
  readonly operation: string;
}

interface Chain {
  readonly question: Question;
  readonly namespace: string;
  readonly webhooks: readonly WorldWebhook[];
  readonly seconds: number;
}

/**
 * The longest chain when it may outlast a request, and that of leases when it may outlast the leaders' patience. Webhooks
 * with conditions are left out: they may not be asked.
 */
export function* longChains(world: World): Iterable<FindingDraft> {
  const asked = world.webhooks.filter(({ spec }) => spec.matchConditions === 0 && selects(spec.objectSelector, {}));
  const chains = questionsOf(asked).flatMap((question) => longest(world, asked, question) ?? []);
  const { renewDeadline } = world.controlPlane.settings;
  for (const chain of chains) {
    const alone = chain.webhooks.some(({ spec }) => spec.timeoutSeconds * 1_000 >= renewDeadline);
    if (chain.question.resource === 'leases' && chain.seconds * 1_000 >= renewDeadline && !alone)
      yield {
        ...placeOf(chain),
        message: `${say(chain)}, and leaders give their lease up after ${sayDuration(renewDeadline)}.`,
      };
  }
  const [worst] = chains.sort((a, b) => b.seconds - a.seconds);
  if (worst === undefined || worst.seconds < REQUEST_SECONDS || worst.webhooks.length < 2) return;
  const backends = Map.groupBy(worst.webhooks, backendOf);
  const together = [...backends.values()].some((webhooks) => secondsOf(webhooks) >= REQUEST_SECONDS);
  yield {
    ...placeOf(worst),
    // One cause takes the webhooks of one backend; those of several must hang at the same time.
    ...(together ? {} : { severity: 'info' as const }),
    message: `${say(worst)}; the API server ends a request after ${REQUEST_SECONDS} s, whatever their failurePolicy says.`,
  };
}

function say({ question: { resource, operation }, namespace, webhooks, seconds }: Chain): string {
  const names = webhooks.map(({ spec }) => spec.name);
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  return `${names.slice(0, NAMED).join(', ')}${more} are all asked about ${operation} of ${resource} in ${namespace} and may take ${seconds} s together`;
}

const NAMED = 4;

/** The one that may take longest is the first to shorten; the mutating ones add up. */
function placeOf({ webhooks }: Chain): Pick<FindingDraft, 'on' | 'path'> {
  const first = ({ form }: WorldWebhook): number => (form === 'mutating' ? 1 : 0);
  const [slowest] = webhooks.toSorted(
    (a, b) => first(b) - first(a) || b.spec.timeoutSeconds - a.spec.timeoutSeconds,
  ) as [WorldWebhook];
  return { on: slowest.configuration, path: slowest.path };
}

/** What rules name; a star is asked with what others name, pods and leases always. */
function questionsOf(webhooks: readonly WorldWebhook[]): readonly Question[] {
  const named = webhooks.flatMap(({ spec }) =>
    spec.rules.flatMap(({ apiGroups, resources, operations }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) => operations.map((operation): Question => ({ group, resource, operation }))),
      ),
    ),
  );
  const plain = named.filter((question) => Object.values(question).every((part: string) => !part.includes('*')));
  const all = [...ALWAYS, ...plain.filter(({ resource }) => !resource.includes('/'))];
  return [...new Map(all.map((question) => [JSON.stringify(question), question])).values()];
}

const ALWAYS: readonly Question[] = [
  { group: '', resource: 'pods', operation: 'CREATE' },
  { group: 'coordination.k8s.io', resource: 'leases', operation: 'UPDATE' },
];

/** In the namespace where most are asked; leases of leaders are in kube-system. */
function longest(world: World, webhooks: readonly WorldWebhook[], question: Question): Chain | undefined {
  const matching = webhooks.filter(({ spec }) => spec.rules.some((rule) => matches(rule, question)));
  if (matching.length === 0) return undefined;
  const spaces: readonly (readonly [string, Labels])[] =
    question.resource === 'leases'
      ? [['kube-system', world.namespaces.get('kube-system')?.labels ?? namespaceLabels('kube-system', {})]]
      : [...world.namespaces.values()].map(({ name, labels }) => [name, labels]);
  let worst: Chain | undefined;
  for (const [namespace, labels] of spaces) {
    const here = matching.filter(({ spec }) => selects(spec.namespaceSelector, labels));
    const seconds = secondsOf(here);
    if (here.length > 0 && seconds > (worst?.seconds ?? 0)) worst = { question, namespace, webhooks: here, seconds };
  }
  return worst;
}

function matches({ apiGroups, resources, operations }: WebhookRule, { group, resource, operation }: Question): boolean {
  return (
    (apiGroups.includes('*') || apiGroups.includes(group)) &&
    resources.some((one) => one === '*' || one === '*/*' || one === resource) &&
    (operations.includes('*') || operations.includes(operation))
  );
}

function secondsOf(webhooks: readonly WorldWebhook[]): number {
  const of = (form: WorldWebhook['form']): readonly number[] =>
    webhooks.filter((webhook) => webhook.form === form).map(({ spec }) => spec.timeoutSeconds);
  return of('mutating').reduce((sum, one) => sum + one, 0) + Math.max(0, ...of('validating'));
}

function backendOf({ spec }: WorldWebhook): string {
  return spec.service === undefined ? (spec.url ?? '') : `${spec.service.namespace}/${spec.service.name}`;
}
