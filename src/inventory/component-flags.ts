/** Flags of the control plane's components: of their pods, else of what kubeadm was told. Each with the place where it is written. */
import { isObject } from '../core/json.ts';
import type { FieldPath } from '../kubernetes/objects.ts';
import { at } from '../kubernetes/objects.ts';
import type { Sourced } from './identity.ts';
import { nameOf, namespaceOf } from './identity.ts';
import type { ObjectIndex } from './indexes.ts';
import { find, ofKind } from './indexes.ts';
import { parseYaml } from './parse-yaml.ts';

export type Component = 'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler' | 'etcd';
const COMPONENTS: readonly string[] = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'etcd'];

/** What flags are looked for in. */
export interface FlagSources {
  readonly index: ObjectIndex;
  readonly configurations: readonly Sourced[];
}

export interface WrittenFlag {
  readonly value: string;
  readonly sourced: Sourced;
  readonly path: FieldPath;
}

export interface ComponentPod {
  readonly component: Component;
  readonly node: string;
  readonly sourced: Sourced;
  readonly flags: ReadonlyMap<string, WrittenFlag>;
}

export interface KubeadmConfiguration {
  readonly value: unknown;
  readonly sourced: Sourced;
  /** Where a field of the configuration is written; the ConfigMap holds all of them in one text. */
  readonly place: (path: FieldPath) => FieldPath;
}

/** A flag of a component that a plan, a running pod or kubeadm's configuration states; of one machine, or of any. */
export function statedFlag(
  sources: FlagSources,
  wanted: { readonly component: Component; readonly name: string; readonly machine?: string },
): string | undefined {
  return writtenFlag(sources, wanted)?.value;
}

/** As `statedFlag`, with its place. What runs wins over what kubeadm was told. */
export function writtenFlag(
  sources: FlagSources,
  { component, name, machine }: { readonly component: Component; readonly name: string; readonly machine?: string },
): WrittenFlag | undefined {
  const running = componentPods(sources.index).find(
    (pod) => pod.component === component && (machine === undefined || pod.node === machine),
  );
  return running?.flags.get(name) ?? kubeadmFlag(kubeadmConfiguration(sources), component, name);
}

/** True when something states how a component is started, so that a flag that is not written has its default. */
export function isComponentShown(sources: FlagSources, component: Component): boolean {
  return (
    componentPods(sources.index).some((pod) => pod.component === component) ||
    kubeadmConfiguration(sources) !== undefined
  );
}

const KUBEADM_SECTIONS: Readonly<Record<Component, readonly string[]>> = {
  'kube-apiserver': ['apiServer'],
  'kube-controller-manager': ['controllerManager'],
  'kube-scheduler': ['scheduler'],
  etcd: ['etcd', 'local'],
};

/** `extraArgs`: a list of names and values in v1beta4, a map in v1beta3. */
function kubeadmFlag(
  kubeadm: KubeadmConfiguration | undefined,
  component: Component,
  name: string,
): WrittenFlag | undefined {
  if (kubeadm === undefined) return undefined;
  const path = [...KUBEADM_SECTIONS[component], 'extraArgs'];
  const extra = at(kubeadm.value, ...path);
  const index = Array.isArray(extra)
    ? extra.findLastIndex((argument) => isObject(argument) && argument['name'] === name)
    : -1;
  const field: FieldPath = Array.isArray(extra) ? [...path, index, 'value'] : [...path, name];
  const value = scalarText(at(kubeadm.value, ...field));
  return value === undefined ? undefined : { value, sourced: kubeadm.sourced, path: kubeadm.place(field) };
}

function scalarText(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined;
}

/** A ClusterConfiguration given as a file, or the one that kubeadm keeps in the cluster. */
export function kubeadmConfiguration({ index, configurations }: FlagSources): KubeadmConfiguration | undefined {
  const given = configurations.find(
    ({ object }) => object.kind === 'ClusterConfiguration' && object.apiVersion.startsWith('kubeadm.k8s.io/'),
  );
  if (given !== undefined) return { value: given.object, sourced: given, place: (path) => path };
  const kept = find(index, '/ConfigMap', 'kube-system', 'kubeadm-config');
  return kept === undefined ? undefined : keptConfiguration(kept);
}

const parsed = new WeakMap<Sourced, KubeadmConfiguration>();

function keptConfiguration(kept: Sourced): KubeadmConfiguration | undefined {
  const path: FieldPath = ['data', 'ClusterConfiguration'];
  const text = at(kept.object, ...path);
  if (typeof text !== 'string') return undefined;
  const known = parsed.get(kept) ?? {
    value: parseYaml(text, 'kubeadm-config').documents[0]?.value,
    sourced: kept,
    place: () => path,
  };
  parsed.set(kept, known);
  return known;
}

const found = new WeakMap<ObjectIndex, readonly ComponentPod[]>();

/** The pods of the control plane that kubeadm, kops and others label in one way. */
export function componentPods(index: ObjectIndex): readonly ComponentPod[] {
  const known = found.get(index) ?? findPods(index);
  found.set(index, known);
  return known;
}

function findPods(index: ObjectIndex): readonly ComponentPod[] {
  return ofKind(index, '/Pod').flatMap((sourced): ComponentPod[] => {
    const { object } = sourced;
    const component = namespaceOf(object) === 'kube-system' ? at(object, 'metadata', 'labels', 'component') : undefined;
    if (typeof component !== 'string' || !COMPONENTS.includes(component)) return [];
    const node = at(object, 'spec', 'nodeName');
    return [
      {
        component: component as Component,
        node: typeof node === 'string' ? node : nameOf(object),
        sourced,
        flags: flagsOf(sourced),
      },
    ];
  });
}

/** Arguments of the first container: `--name=value`. Later ones win, as in the component. */
function flagsOf(sourced: Sourced): ReadonlyMap<string, WrittenFlag> {
  const flags = new Map<string, WrittenFlag>();
  for (const field of ['command', 'args']) {
    const path = ['spec', 'containers', 0, field];
    const argv = at(sourced.object, ...path);
    for (const [index, argument] of (Array.isArray(argv) ? argv : []).entries()) {
      const match = typeof argument === 'string' ? /^--([a-z][a-z0-9-]*)(?:=(.*))?$/s.exec(argument) : null;
      if (match) flags.set(match[1] ?? '', { value: match[2] ?? 'true', sourced, path: [...path, index] });
    }
  }
  return flags;
}
