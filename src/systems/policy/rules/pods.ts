/** Rules on pods as CEL. The same expressions judge pods, the templates of workloads, and in Gatekeeper's audit what exists. */
import type { NamedExpression, PolicyRule, Validation } from '../../../kubernetes/admission-policy.ts';
import type { ON_PODS } from './catalogue.ts';

export type PodRule = (typeof ON_PODS)[number];

/** A pod is judged when it comes and when a debug container is added: to refuse other updates would keep finalizers on pods that end. */
export const PODS: readonly PolicyRule[] = [
  { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] },
  { apiGroups: [''], apiVersions: ['v1'], operations: ['UPDATE'], resources: ['pods/ephemeralcontainers'] },
];

/** What people write: a pod that is refused is seen only in the events of its ReplicaSet. */
export const TEMPLATES: readonly PolicyRule[] = [
  {
    apiGroups: ['apps'],
    apiVersions: ['v1'],
    operations: ['CREATE', 'UPDATE'],
    resources: ['deployments', 'statefulsets', 'daemonsets'],
  },
  { apiGroups: ['batch'], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['jobs', 'cronjobs'] },
];

/** Without types: containers and ephemeral containers are two of them, and one list holds both. */
const list = (field: string): string => `(has(variables.pod.${field}) ? variables.pod.${field} : [])`;
const STARTED = `${list('containers')} + ${list('initContainers')}`;

export const POD_VARIABLES: readonly NamedExpression[] = [
  { name: 'pod', expression: 'dyn(object.spec)' },
  {
    name: 'containers',
    // An empty subresource is not in the request at all.
    expression: `has(request.subResource) && request.subResource == 'ephemeralcontainers' ? ${list('ephemeralContainers')} : ${STARTED}`,
  },
];

export const TEMPLATE_VARIABLES: readonly NamedExpression[] = [
  {
    name: 'pod',
    expression:
      "request.kind.kind == 'CronJob' ? dyn(object.spec).jobTemplate.spec.template.spec : dyn(object.spec).template.spec",
  },
  { name: 'containers', expression: STARTED },
];

/** Of pods that exist, with whatever was added to them. */
export const EXISTING_POD_VARIABLES: readonly NamedExpression[] = [
  { name: 'pod', expression: 'dyn(object.spec)' },
  { name: 'containers', expression: `${STARTED} + ${list('ephemeralContainers')}` },
];

/** What must hold of `variables.containers`. */
export function podValidations(rule: PodRule, places: ImagePlaces): readonly Validation[] {
  return rule === 'privileged' ? [NOT_PRIVILEGED] : [PINNED, ...(places.registries.length === 0 ? [] : [from(places)])];
}

export interface ImagePlaces {
  readonly registries: readonly string[];
  /** Namespaces of add-ons, whose images come from the registries of their projects. */
  readonly addOnNamespaces: readonly string[];
}

const NOT_PRIVILEGED: Validation = {
  expression:
    'variables.containers.all(c, !has(c.securityContext) || !has(c.securityContext.privileged) || c.securityContext.privileged != true)',
  message:
    'a privileged container owns its node; a namespace that needs one is named in the cluster document with level privileged',
};

const PINNED: Validation = {
  expression:
    "variables.containers.all(c, !has(c.image) || c.image.contains('@') || (c.image.matches(':[^/:]+$') && !c.image.endsWith(':latest')))",
  message:
    'an image without a digest or with the tag latest (also when none is written) is another program after each start',
};

function from({ registries, addOnNamespaces }: ImagePlaces): Validation {
  const texts = (values: readonly string[]): string => values.map((value) => `'${value}'`).join(', ');
  const places = texts(registries.map((registry) => `${registry}/`));
  return {
    expression: `object.metadata.namespace in [${texts(addOnNamespaces)}] || variables.containers.all(c, !has(c.image) || [${places}].exists(r, c.image.startsWith(r)))`,
    message: `images come from ${registries.join(', ')}, written out`,
  };
}
