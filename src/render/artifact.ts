/** One artifact of a system → one file of the tree. */
import { assert } from '../core/error.ts';
import { isObject } from '../core/json.ts';
import type { Plan } from '../plan/types.ts';
import type { Artifact, Decision, KubernetesObject } from '../system.ts';
import { writeHeader } from './header.ts';
import { pathInTree } from './path.ts';
import type { RenderedFile } from './types.ts';
import { writeSortedYaml } from './yaml.ts';

/** The file with its header. Throws an InvariantError when the artifact would carry a secret or leave the tree. */
export function renderArtifact(artifact: Artifact, system: string, plan: Plan): RenderedFile {
  const path = pathInTree(system, artifact);
  assert(
    !path.split('/').some((part) => part === '..' || part === '.' || part === ''),
    `${path} is not a path within the tree`,
  );
  const header = writeHeader({
    cluster: plan.cluster.name,
    purpose: artifact.purpose,
    decisions: decisionsOf(artifact, plan),
  });
  const body = bodyOf(artifact, { system, cluster: plan.cluster.name });
  assert(!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(body), `${path} holds a private key`);
  return { path, text: joined(header, body), owner: system };
}

/** The object with the labels by which people find what Holdfast made. */
export function labelled(object: KubernetesObject, from: { system: string; cluster: string }): KubernetesObject {
  const labels = object.metadata?.['labels'];
  return {
    ...object,
    metadata: {
      ...object.metadata,
      labels: {
        'app.kubernetes.io/managed-by': 'holdfast',
        'app.kubernetes.io/name': from.system,
        'app.kubernetes.io/part-of': from.cluster,
        ...(isObject(labels) ? labels : {}),
      },
    },
  };
}

/** The decision with the id; an artifact or a page may only name decisions that were made. */
export function decisionById(plan: Plan, id: string): Decision {
  const [system = '', field = ''] = id.split('.');
  const found = plan.systems[system as keyof Plan['systems']]?.decisions.find((one) => one.field === field);
  assert(found, `no decision has the id ${id}`);
  return found;
}

function decisionsOf(artifact: Artifact, plan: Plan): readonly { id: string; decision: Decision }[] {
  return artifact.decisions.map((id) => ({ id, decision: decisionById(plan, id) }));
}

function bodyOf(artifact: Artifact, from: { system: string; cluster: string }): string {
  switch (artifact.form) {
    case 'object':
      assert(!isFilledSecret(artifact.object), `${artifact.path} is a Secret with values`);
      return writeSortedYaml(labelled(artifact.object, from));
    case 'configuration':
      return artifact.documents.map((document) => writeSortedYaml(document)).join('---\n');
    case 'values':
      return writeSortedYaml(artifact.values);
    case 'text':
      return artifact.text.endsWith('\n') ? artifact.text : `${artifact.text}\n`;
  }
}

function isFilledSecret(object: KubernetesObject): boolean {
  return object.kind === 'Secret' && (object['data'] !== undefined || object['stringData'] !== undefined);
}

/** A script keeps its first line: the kernel reads it. */
function joined(header: string, body: string): string {
  if (!body.startsWith('#!')) return `${header}${body}`;
  const end = body.indexOf('\n') + 1;
  return `${body.slice(0, end)}${header}${body.slice(end)}`;
}
