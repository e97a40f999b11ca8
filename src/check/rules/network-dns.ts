/** NW02: whether CoreDNS has the memory and the settings that a cluster of this size needs. */
import type { Workload, World } from '../../inventory/world.ts';
import { type Container, runningContainers } from '../../kubernetes/pod-spec.ts';
import type { Probe } from '../../kubernetes/probes.ts';
import { parseCorefile, type ServerBlock } from '../corefile.ts';
import { mountedNames, type MountedText, mountedTexts } from '../mounted.ts';
import { containerPath, podSpecOf } from '../reach.ts';
import { SEVERITIES } from '../merge.ts';
import { defect, type Draft, type Rule, type Severity } from '../rule.ts';
import { imageName } from '../workload-programs.ts';
import { keepsReplicas } from '../workloads.ts';

const MEGABYTE = 1_000_000;

function isDns(container: Container): boolean {
  return /(^|-)coredns$/.test(imageName(container.image));
}

/** The workload that answers for the names of the cluster, with the container that does. */
function dnsOf(world: World): readonly { readonly workload: Workload; readonly container: Container }[] {
  return world.workloads
    .filter(
      (workload) =>
        workload.namespace === 'kube-system' &&
        workload.sourced !== undefined &&
        (keepsReplicas(workload) || workload.kind === 'DaemonSet'),
    )
    .flatMap((workload) => {
      const container = runningContainers(podSpecOf(workload)).find(isDns);
      return container === undefined ? [] : [{ workload, container }];
    });
}

const nw02: Rule = {
  id: 'NW02',
  family: 'NW',
  title: 'DNS without the memory or the settings that the cluster needs',
  severity: 'warning',
  whySeverity:
    'It needs a busy hour; then CoreDNS is ended for its memory or answers slowly, in all of its pods at once.',
  takesDown: 'Every workload that calls another by name.',
  remedy:
    'Give CoreDNS more memory than it needs at this size, and keep the plugins of the usual Corefile: cache, loop, ready, health.',
  price: 'Memory on the nodes that it runs on.',
  source:
    'coredns/deployment kubernetes/Scaling_CoreDNS.md (memory for pods and Services); kubeadm v1.36 phases/addons/dns/manifests.go; Zalando, 2019-01 (k8s.af)',
  needs: 'manifests',
  reads: ['/ConfigMap', '/Service'],
  acrossNamespaces: true,
  *check(world) {
    for (const { workload, container } of dnsOf(world)) {
      const [root, file, untold] = rootBlock(workload, world);
      yield* memory(world, { workload, container, root });
      if (untold !== undefined) yield { unknown: untold };
      if (root === undefined || file === undefined) continue;
      yield* plugins(root, { workload, container, file });
    }
  },
};

/** The block that answers for everything, the text that it is in, or why it is not known. */
function rootBlock(
  workload: Workload,
  world: World,
): readonly [ServerBlock | undefined, MountedText | undefined, string | undefined] {
  const { texts, missing } = mountedTexts(workload, world);
  const file = texts.find(({ key, text }) => key === 'Corefile' || /^\s*\.(:\d+)?\s*\{/m.test(text));
  if (file === undefined) {
    const [name] = missing;
    const mounts = mountedNames(workload, 'configMap', 'name').length > 0;
    return [
      undefined,
      undefined,
      mounts && name !== undefined ? `the Corefile of ${workload.id}: ConfigMap ${name} is not given` : undefined,
    ];
  }
  const root = parseCorefile(file.text)?.find(({ zones }) => zones.includes('.'));
  return [
    root,
    file,
    root === undefined ? `the Corefile of ${workload.id} has no block for all names that can be read` : undefined,
  ];
}

interface Dns {
  readonly workload: Workload;
  readonly container: Container;
}

/** By the figures of CoreDNS for its default settings, and for autopath, which keeps all pods in memory. */
function* memory(
  world: World,
  { workload, container, root }: Dns & { readonly root: ServerBlock | undefined },
): Iterable<Draft> {
  const limit = container.limits['memory'];
  if (limit === undefined) return;
  const things = world.services.length + world.workloads.reduce((sum, { pods }) => sum + pods.length, 0);
  const autopath = root?.directives.some(({ name }) => name === 'autopath') ?? false;
  const needed = autopath ? things / 250 + 56 : things / 1_000 + 54;
  if (limit >= needed * MEGABYTE) return;
  yield {
    on: workload,
    path: [...containerPath(workload, container), 'resources', 'limits', 'memory'],
    message: `CoreDNS is ended at ${Math.round(limit / MEGABYTE)} MB; for the ${things} pods and Services that are known it needs ${Math.ceil(needed)} MB${autopath ? ' with autopath' : ''}.`,
    takesDown: [workload],
    cause: defect('memory-limit', workload),
  };
}

interface Fault {
  readonly severity: Severity;
  readonly message: string;
}

/** All faults of one Corefile are one finding: they are changed together. */
function* plugins(
  root: ServerBlock,
  { workload, container, file }: Dns & { readonly file: MountedText },
): Iterable<Draft> {
  const faults = [...missingPlugins(root, { workload, container }), ...upstream(root)];
  const worst = faults.toSorted((a, b) => SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity))[0];
  if (worst === undefined) return;
  yield {
    on: file.on,
    path: ['data', file.key],
    severity: worst.severity,
    message: faults.map(({ message }) => message).join(' '),
    takesDown: worst.severity === 'info' ? [] : [workload],
  };
}

function* missingPlugins(root: ServerBlock, { workload, container }: Dns): Iterable<Fault> {
  const names = new Set(root.directives.map(({ name }) => name));
  // What is imported may load any of them.
  if (names.has('import')) return;
  if (!names.has('ready') && asks(container.readinessProbe, '/ready'))
    yield {
      severity: 'error',
      message: `The readiness probe of ${workload.id} asks plugin ready, which is not loaded: no pod becomes ready.`,
    };
  if (!names.has('health') && asks(container.livenessProbe, '/health'))
    yield {
      severity: 'error',
      message: `The liveness probe of ${workload.id} asks plugin health, which is not loaded: every pod is restarted again and again.`,
    };
  if (!names.has('cache'))
    yield {
      severity: 'warning',
      message: 'Plugin cache is not loaded: every query is answered anew, and those for names of outside go upstream.',
    };
  if (!names.has('loop') && names.has('forward'))
    yield {
      severity: 'info',
      message:
        'Plugin loop is not loaded: a resolver of the node that points back to CoreDNS is not noticed until its memory is full.',
    };
}

/** CoreDNS docs, plugins/health and plugins/ready. */
function asks(probe: Probe | undefined, path: string): boolean {
  return probe?.action.kind === 'http' && probe.action.path === path;
}

/** One address outside of the machine; addresses of the link are the provider's own, on every machine. */
function* upstream({ directives }: ServerBlock): Iterable<Fault> {
  for (const { name, arguments: words } of directives) {
    const [from, only, ...more] = words.filter((word) => word !== '{');
    if (name !== 'forward' || from !== '.' || only === undefined || more.length > 0) continue;
    if (!/^(tls:\/\/)?\d+\.\d+\.\d+\.\d+(:\d+)?$/.test(only) || only.startsWith('169.254.')) continue;
    yield {
      severity: 'info',
      message: `Names of outside are asked of ${only} alone; when it does not answer, none is resolved.`,
    };
  }
}

export const networkDns: readonly Rule[] = [nw02];
