/** The cluster document with the sections of all systems: what the commands read. */
import type { z } from 'zod';
import { HoldfastError, type Problem } from '../core/error.ts';
import type { Cluster } from '../spec/cluster.ts';
import { type baseSpec } from '../spec/cluster.ts';
import {
  type DocumentText,
  documentSchema,
  parseDocument,
  type ParsedDocument,
  type SectionSchemas,
} from '../spec/parse.ts';
import { sectionKey } from '../spec/section.ts';
import type { AnySystem } from '../system.ts';
import { systems } from './index.ts';

/** Schemas of the systems' sections by key. */
export function sectionSchemas(list: readonly AnySystem[] = systems): SectionSchemas {
  return Object.fromEntries(list.map((system) => [sectionKey(system.id), system.section]));
}

/** The zod schema of a whole document. */
export function clusterSchema(list: readonly AnySystem[] = systems) {
  return documentSchema(sectionSchemas(list));
}

/** Parses a document with all sections; contradictions of the systems are problems like any other. */
export function checkClusterDocument(text: DocumentText): { document?: ParsedDocument; problems: readonly Problem[] } {
  const parsed = parseDocument(text, sectionSchemas());
  if (!parsed.document) return parsed;
  const { document } = parsed;
  const problems = systems.flatMap((system) => contradictionsOf(system, document));
  return problems.length > 0 ? { problems } : parsed;
}

/**
 * Parses a document with all sections.
 * @throws HoldfastError `invalid-document` with every problem at once.
 */
export function readClusterDocument(text: DocumentText): ParsedDocument {
  const { document, problems } = checkClusterDocument(text);
  if (document) return document;
  const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
  throw new HoldfastError('invalid-document', `${text.file} has ${count}.`, { problems });
}

function contradictionsOf(system: AnySystem, document: ParsedDocument): readonly Problem[] {
  const section = document.sections[sectionKey(system.id)];
  const found = system.contradictions?.(section as never, document.cluster as Cluster) ?? [];
  return found.map((one) => ({ ...one, at: document.locate(one.path) }));
}

type WrittenBase = { [Field in keyof typeof baseSpec]?: z.input<(typeof baseSpec)[Field]> };
type WrittenSections = Partial<Record<string, unknown>>;

/** A cluster document as a value, for people who would rather write TypeScript. */
export interface ClusterDocument {
  readonly apiVersion: 'holdfast.dev/v1';
  readonly kind: 'Cluster';
  readonly metadata: { readonly name: string };
  readonly spec: WrittenBase & WrittenSections;
}
