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
import type { section as autoscalingSection } from './autoscaling/section.ts';
import type { section as controlPlaneSection } from './control-plane/section.ts';
import type { section as etcdSection } from './etcd/section.ts';
import { systems } from './index.ts';
import type { section as policySection } from './policy/section.ts';
import type { section as schedulingSection } from './scheduling/section.ts';

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

type WrittenBase = { readonly [Field in keyof typeof baseSpec]?: z.input<(typeof baseSpec)[Field]> };

/** A cluster document as a value, for people who would rather write TypeScript: the same fields, completed and checked by the compiler. */
export interface ClusterDocument {
  readonly apiVersion: 'holdfast.dev/v1';
  readonly kind: 'Cluster';
  readonly metadata: { readonly name: string };
  readonly spec: WrittenBase & {
    readonly regions: z.input<(typeof baseSpec)['regions']>;
    readonly controlPlane?: z.input<typeof controlPlaneSection>;
    readonly etcd?: z.input<typeof etcdSection>;
    readonly autoscaling?: z.input<typeof autoscalingSection>;
    readonly scheduling?: z.input<typeof schedulingSection>;
    readonly policy?: z.input<typeof policySection>;
  };
}

/**
 * Parses a document that is written as a value. Places in errors are those of its JSON text; the path is what counts.
 * @throws HoldfastError `invalid-document` with every problem at once.
 * @example
 * const document = defineCluster({
 *   apiVersion: 'holdfast.dev/v1',
 *   kind: 'Cluster',
 *   metadata: { name: 'shop' },
 *   spec: { regions: [{ name: 'us-west-2', zones: ['us-west-2a', 'us-west-2b', 'us-west-2c'] }] },
 * });
 */
export function defineCluster(document: ClusterDocument): ParsedDocument {
  return readClusterDocument({
    text: JSON.stringify(document, null, 2),
    file: `defineCluster(${document.metadata.name})`,
  });
}
