/** What is said of an inventory without being an error of it: what is not modelled, not given, or goes in a circle. */
import type { Problem } from '../core/error.ts';
import { kindOf } from './pod-owners.ts';
import type { FieldPath } from '../kubernetes/objects.ts';
import type { Sourced } from './identity.ts';
import { labelOf, namespaceOf } from './identity.ts';
import type { ObjectIndex } from './indexes.ts';
import { ofKind, ownerOf } from './indexes.ts';
import { positionOf } from './origin.ts';
import type { Namespace, Workload, WorldNode } from './world.ts';

const NAMED = 5;

export interface NoteInputs {
  readonly index: ObjectIndex;
  readonly workloads: readonly Workload[];
  readonly nodes: readonly WorldNode[];
  readonly namespaces: ReadonlyMap<string, Namespace>;
}

export function notesOf(inputs: NoteInputs): readonly Problem[] {
  return [
    ...inputs.workloads.flatMap(notModelled),
    ...missingNamespaces(inputs),
    ...nodesWithoutZone(inputs.nodes),
    ...circles(inputs.index),
  ];
}

/** Pods of other schedulers stay where they are or wait for ever; claims on devices are taken to be granted. */
function notModelled(workload: Workload): readonly Problem[] {
  const [template] = workload.templates;
  const place = workload.sourced ?? workload.pods[0]?.sourced;
  if (template === undefined || place === undefined) return [];
  const { schedulerName, resourceClaims } = template.spec;
  const path = workload.sourced === undefined ? [] : workload.spec.templatePath;
  const notes: Problem[] = [];
  if (schedulerName !== 'default-scheduler')
    notes.push(
      note(
        'unknown-scheduler',
        `${workload.id}: the scheduler ${schedulerName} is not modelled; its pods are left alone`,
        {
          place,
          path: [...path, 'spec', 'schedulerName'],
        },
      ),
    );
  if (resourceClaims.length > 0)
    notes.push(
      note('device-claims', `${workload.id}: claims on devices are not modelled; they are taken to be granted`, {
        place,
        path: [...path, 'spec', 'resourceClaims'],
      }),
    );
  return notes;
}

/** Namespaces that every cluster has. */
const ALWAYS: ReadonlySet<string> = new Set(['default', 'kube-system', 'kube-public', 'kube-node-lease']);

/** Said only where some namespaces were given: a chart of one application gives none. */
function missingNamespaces({ index, namespaces }: NoteInputs): readonly Problem[] {
  if (ofKind(index, '/Namespace').length === 0) return [];
  const missing = [...namespaces.values()].filter(({ name, sourced }) => sourced === undefined && !ALWAYS.has(name));
  if (missing.length === 0) return [];
  const names = new Set(missing.map(({ name }) => name));
  const first = new Map<string, Sourced>();
  for (const sourced of index.all) {
    const name = namespaceOf(sourced.object);
    if (name !== undefined && names.has(name) && !first.has(name)) first.set(name, sourced);
  }
  return [...first].map(([name, place]) =>
    note(
      'missing-namespace',
      `the namespace ${name} is not among the objects; it is taken to be there, without labels`,
      {
        place,
        path: ['metadata', 'namespace'],
      },
    ),
  );
}

function nodesWithoutZone(nodes: readonly WorldNode[]): readonly Problem[] {
  const without = nodes.filter(({ zone }) => zone === '');
  const [first] = without;
  if (first === undefined) return [];
  const names = without.slice(0, NAMED).map(({ name }) => name);
  const more = without.length > NAMED ? ` and ${without.length - NAMED} more` : '';
  return [
    {
      code: 'no-zone',
      message: `${without.length} of ${nodes.length} nodes carry no zone label, so that no zone can take them down: ${names.join(', ')}${more}`,
      ...(first.sourced === undefined ? {} : { at: positionOf(first.sourced.origin, ['metadata', 'labels']) }),
      expected: 'the label topology.kubernetes.io/zone',
    },
  ];
}

/** Owners that lead back to where they began; pods of such a one belong to the last before the circle closes. */
function circles(index: ObjectIndex): readonly Problem[] {
  const told = new Set<Sourced>();
  const notes: Problem[] = [];
  for (const start of index.all) {
    if (kindOf(start) === undefined || start.object.kind === 'Pod' || told.has(start)) continue;
    const seen = new Set<Sourced>();
    let here: Sourced | undefined = start;
    while (here !== undefined && !seen.has(here) && !told.has(here)) {
      seen.add(here);
      here = ownerOf(index, here.object);
    }
    if (here !== start) continue;
    for (const one of seen) told.add(one);
    notes.push(
      note('owner-circle', `${labelOf(start.object)} is in the end its own owner; no controller speaks for it`, {
        place: start,
        path: ['metadata', 'ownerReferences'],
      }),
    );
  }
  return notes;
}

function note(code: string, message: string, { place, path }: { place: Sourced; path: FieldPath }): Problem {
  return { code, message, at: positionOf(place.origin, path) };
}
