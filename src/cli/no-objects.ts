/** Nothing was found in nothing: an input without an object is no cluster that holds. */
import { HoldfastError, type Problem } from '../core/error.ts';
import type { InputText, Inventory } from '../inventory/inventory.ts';
import { groupOf, isJudgedConfiguration } from '../inventory/kinds.ts';
import { positionOf } from '../inventory/origin.ts';
import type { KubernetesObject } from '../system.ts';

/** More are counted, not told. */
const MOST_TOLD = 20;

/** What was read and why nothing of it can be judged; undefined when something can, or when its problems tell already. */
export function noObjects(
  texts: readonly InputText[],
  { objects, configurations, clusterDocuments, passedOver, problems }: Inventory,
): HoldfastError | undefined {
  const judged = configurations.some(({ object }) => isJudgedConfiguration(object));
  const documents = new Set(clusterDocuments.map(({ file }) => file));
  const others = texts.filter(({ file }) => !documents.has(file));
  if (objects.length > 0 || judged || problems.length > 0 || others.length === 0) return undefined;
  const told: readonly Problem[] = [
    ...passedOver.map(({ file, line, why }) => problem(`the document ${why}`, { file, line, column: 1 })),
    ...configurations.map(({ object, origin }) => problem(configurationWords(object), positionOf(origin))),
    ...others.flatMap((text) => emptiness(text, { passedOver, configurations })),
  ];
  const more = told.length - MOST_TOLD;
  const read = others.length === 1 ? (others[0]?.file ?? '') : `${others.length} files`;
  return new HoldfastError('nothing-to-check', `No Kubernetes object is in what was read: ${read}.`, {
    problems: more > 0 ? [...told.slice(0, MOST_TOLD), problem(`${more} more`)] : told,
    hint: told.some(({ message }) => message.includes('Kustomization'))
      ? 'Give what it builds: kubectl kustomize DIR | holdfast check -f -'
      : 'Give manifests, or what a chart or kustomization renders. Nothing was judged.',
  });
}

function problem(message: string, at?: Problem['at']): Problem {
  return { code: 'nothing-to-check', message, ...(at === undefined ? {} : { at }) };
}

function configurationWords({ apiVersion, kind }: KubernetesObject): string {
  return groupOf(apiVersion) === 'kustomize.config.k8s.io'
    ? `the ${kind} is read by kustomize alone; it names manifests and holds none`
    : `the ${kind} of ${apiVersion} is a program's configuration of which no rule speaks`;
}

/** What a text is like in which no document was found. */
function emptiness(
  { file, text }: InputText,
  { passedOver, configurations }: Pick<Inventory, 'passedOver' | 'configurations'>,
): readonly Problem[] {
  const found = passedOver.some((one) => one.file === file);
  if (found || configurations.some(({ origin }) => positionOf(origin)?.file === file)) return [];
  if (text.trim() === '') return [problem(`${file} is empty`)];
  const blank = text.split(/\r?\n/).every((line) => /^\uFEFF?\s*(?:#.*|(?:---|\.\.\.).*|null|~)?$/.test(line));
  return [problem(`${file} holds ${blank ? 'no document but comments' : 'a list without items'}`)];
}
