/**
 * Makes the patches of findings in the texts that they were found in, and proves each by checking again: the finding is
 * gone and none came. Pure: texts in, texts out.
 */
import type { Sourced } from '../../inventory/identity.ts';
import { type FileOrigin, isLive } from '../../inventory/origin.ts';
import type { World } from '../../inventory/world.ts';
import type { KubernetesObject } from '../../system.ts';
import type { FieldPath } from '../../kubernetes/objects.ts';
import type { Finding, FindingList, JsonPatchStep } from '../results.ts';
import { nameOfTarget } from '../rule.ts';
import { sayObject } from '../waivers.ts';
import { documentAt, editYaml } from './yaml-edit.ts';

/** By file. */
export type Texts = ReadonlyMap<string, string>;

export interface Checked {
  readonly world: World;
  readonly list: FindingList;
}

export interface Fixed {
  readonly texts: Texts;
  /** What is mended, in the order of the findings. */
  readonly mended: readonly Finding[];
  /** Findings with a patch that was not made, with why. */
  readonly left: readonly { readonly finding: Finding; readonly why: string }[];
}

interface Attempt extends Fixed {
  readonly checked: Checked;
}

/**
 * Each patch is tried on what the ones before made, so that places are always those of the text at hand. `checkAgain`
 * looks at texts as the first check did.
 */
export function fix(texts: Texts, first: Checked, checkAgain: (texts: Texts) => Checked): Fixed {
  let so: Attempt = { texts, checked: first, mended: [], left: [] };
  for (const finding of first.list.findings)
    if (finding.patch !== undefined || finding.adds !== undefined) so = attempt(so, finding, checkAgain);
  return { texts: so.texts, mended: so.mended, left: so.left };
}

/** A file as the fix of one finding alone would leave it. */
export interface LoneFix {
  readonly file: string;
  readonly before: string;
  readonly after: string;
}

/** For each of the first `most` findings that can be mended, by fingerprint: what mending it alone changes, proved as `fix` does. */
export function fixesAlone(
  texts: Texts,
  first: Checked,
  { checkAgain, most }: { readonly checkAgain: (texts: Texts) => Checked; readonly most: number },
): ReadonlyMap<string, LoneFix> {
  const fixes = new Map<string, LoneFix>();
  const safe = first.list.findings.filter(({ patch, adds }) => patch !== undefined || adds !== undefined);
  for (const finding of safe.slice(0, most)) {
    const { texts: changed } = attempt({ texts, checked: first, mended: [], left: [] }, finding, checkAgain);
    for (const [file, after] of changed) {
      const before = texts.get(file);
      if (before !== undefined && before !== after) fixes.set(finding.fingerprint, { file, before, after });
    }
  }
  return fixes;
}

function attempt(so: Attempt, finding: Finding, checkAgain: (texts: Texts) => Checked): Attempt {
  const leave = (why: string): Attempt => ({ ...so, left: [...so.left, { finding, why }] });
  const { world, list } = so.checked;
  const here = list.findings.find(({ fingerprint }) => fingerprint === finding.fingerprint);
  // A patch before it mended it too.
  if (here === undefined) return { ...so, mended: [...so.mended, finding] };
  const sourced = objectNamed(world, sayObject(finding.object));
  const origin = sourced === undefined || isLive(sourced.origin) ? undefined : sourced.origin;
  const file = origin?.source.file;
  const text = file === undefined ? undefined : so.texts.get(file);
  if (origin?.source.template !== undefined) return leave('a chart renders it; change its template or values');
  if (origin === undefined || file === undefined || text === undefined)
    return leave('it is not written in a file that was given');
  const edited =
    here.adds === undefined ? editObject(text, origin, here.patch ?? []) : withObject(text, origin, here.adds);
  if (edited === undefined) return leave('it cannot be made by changing lines of the file');
  const texts = new Map(so.texts).set(file, withLineEnds(text, edited));
  const checked = checkAgain(texts);
  const why = unproven(here, so.checked, checked);
  return why === undefined ? { ...so, texts, checked, mended: [...so.mended, finding] } : leave(why);
}

/** What was added to a text of which every line ends in CR LF ends so too. */
function withLineEnds(text: string, edited: string): string {
  return /\r\n/.test(text) && !/(?<!\r)\n/.test(text) ? edited.replaceAll(/(?<!\r)\n/g, '\r\n') : edited;
}

function unproven(finding: Finding, before: Checked, { world, list }: Checked): string | undefined {
  if (world.problems.length > before.world.problems.length) return 'the API server would refuse what it makes';
  if (list.findings.some(({ fingerprint }) => fingerprint === finding.fingerprint))
    return 'the finding is still there after it';
  const known = new Set(before.list.findings.map(({ fingerprint }) => fingerprint));
  const came = list.findings.find(({ fingerprint }) => !known.has(fingerprint));
  return came === undefined ? undefined : `it would bring ${came.rule} of ${sayObject(came.object)}`;
}

function objectNamed({ index }: World, name: string): Sourced | undefined {
  return index.all.find((sourced) => sayObject(nameOfTarget(sourced)) === name);
}

/** The text with the object changed; undefined when a step cannot be made. */
function editObject(
  text: string,
  { start, end, prefix }: FileOrigin,
  patch: readonly JsonPatchStep[],
): string | undefined {
  let part: string | undefined = text.slice(start, end);
  for (const { op, path, value } of patch) {
    if (part === undefined) return undefined;
    part = editYaml(part, { op, path: [...prefix, ...fieldPath(path)], value });
  }
  return part === undefined ? undefined : text.slice(0, start) + part + text.slice(end);
}

/** The text with one more object behind the one that needs it; undefined in a file that can hold no second one. */
function withObject(
  text: string,
  { start, end, prefix, format }: FileOrigin,
  object: KubernetesObject,
): string | undefined {
  if (prefix.length > 0) {
    const part = editYaml(text.slice(start, end), { op: 'add', path: [...prefix.slice(0, -1), '-'], value: object });
    return part === undefined ? undefined : text.slice(0, start) + part + text.slice(end);
  }
  if (format === 'yaml') return text.slice(0, end) + documentAt(text, end, object) + text.slice(end);
  // An item of a list stands behind its bracket or behind another item.
  if (!/[[,]\s*$/.test(text.slice(0, start))) return undefined;
  return `${text.slice(0, end)}, ${JSON.stringify(object)}${text.slice(end)}`;
}

/** RFC 6901; a number is a place in a list, or a key that only looks like one, which no field of the API does. */
function fieldPath(pointer: string): FieldPath {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((step) => (/^\d+$/.test(step) ? Number(step) : step));
}
