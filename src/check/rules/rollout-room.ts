/** RO07, RO08, RO10: rollouts that a quota, an order or a tag decides. */
import { formatBytes, formatCpu } from '../../core/quantity.ts';
import { namespaceOf, nameOf } from '../../inventory/identity.ts';
import { ofKind } from '../../inventory/indexes.ts';
import type { Workload, World, WorldPod } from '../../inventory/world.ts';
import { at } from '../../kubernetes/objects.ts';
import { deploymentFenceposts } from '../../kubernetes/percent.ts';
import { quotaKey, readQuota } from '../../kubernetes/quota.ts';
import { type Container, runningContainers } from '../../kubernetes/pod-spec.ts';
import type { Resources } from '../../kubernetes/resources.ts';
import { containerPath, list, podSpecOf } from '../reach.ts';
import { defect, type Rule } from '../rule.ts';
import { quorumProgramOf } from '../workload-programs.ts';
import { keepsReplicas } from '../workloads.ts';
import { type QuotaUse, quotaUseOfQuota } from '../quota-use.ts';

const ro07: Rule = {
  id: 'RO07',
  family: 'RO',
  title: 'A quota that leaves no room for a rollout',
  severity: 'error',
  whySeverity: 'The next rollout hangs at its first pod, and pods that are lost may not come back.',
  takesDown: 'Nothing at once: no new version can be rolled out, as the API server refuses the pod that comes first.',
  remedy: 'Raise the quota by one pod of the largest workload, or set maxUnavailable: 1 and maxSurge: 0.',
  price: 'With maxUnavailable: 1 one pod fewer while it rolls.',
  source: 'Kubernetes v1.36.3 pkg/quota/v1/evaluator/core/pods.go; pkg/controller/deployment/rolling.go',
  needs: 'manifests',
  reads: ['/ResourceQuota'],
  *check(world) {
    for (const sourced of ofKind(world.index, '/ResourceQuota')) {
      const hard = readQuota(sourced.object);
      const namespace = namespaceOf(sourced.object);
      const use = quotaUseOfQuota(world, sourced.object, namespace ?? '');
      if (use.undecided) yield { unknown: `ResourceQuota ${nameOf(sourced.object)} has a scope that is not known` };
      const blocked = blockedBy(hard, use);
      if (blocked === undefined) continue;
      const { workload, name, used, asked } = blocked;
      yield {
        on: sourced,
        path: ['spec', 'hard', quotaKey(sourced.object, name)],
        message: `${name} is ${say(name, hard[name] ?? 0)}, and ${say(name, used)} are used by what should run; a rollout of ${workload.id} asks for ${say(name, asked)} more before it stops a pod.`,
        takesDown: [workload],
        cause: defect('quota', sourced),
      };
    }
  },
};

interface Blocked {
  readonly workload: Workload;
  readonly name: string;
  readonly used: number;
  readonly asked: number;
}

function blockedBy(hard: Resources, { total: used, each }: QuotaUse): Blocked | undefined {
  for (const { workload, use } of each) {
    const { update } = workload.spec;
    if (workload.kind !== 'Deployment' || update.type !== 'RollingUpdate') continue;
    const posts = deploymentFenceposts(update, workload.replicas);
    // Where a pod may be stopped first, the rollout moves without room.
    if (posts === undefined || posts.unavailable > 0) continue;
    const name = Object.keys(hard).find(
      (key) => (use[key] ?? 0) > 0 && (used[key] ?? 0) + (use[key] ?? 0) > (hard[key] ?? 0),
    );
    if (name !== undefined) return { workload, name, used: used[name] ?? 0, asked: use[name] ?? 0 };
  }
  return undefined;
}

function say(name: string, amount: number): string {
  if (name.endsWith('.cpu')) return formatCpu(amount);
  return name.endsWith('memory') || name.endsWith('storage') ? formatBytes(amount) : String(amount);
}

const ro08: Rule = {
  id: 'RO08',
  family: 'RO',
  title: 'Members that need each other are started one after the other',
  severity: 'warning',
  whySeverity:
    'It needs the loss of all members at once, as in a power cut; then the first waits for the others for ever.',
  takesDown: 'The store, after all of its members have been lost together, until somebody starts them by hand.',
  remedy:
    'Set podManagementPolicy: Parallel; the field cannot be changed, so that the StatefulSet is deleted with --cascade=orphan and made again.',
  price: 'Making the object again; its pods run on.',
  source:
    'Kubernetes v1.36 docs, concepts/workloads/controllers/statefulset (pod management policies, forced rollback); rabbitmq cluster-formation guide',
  needs: 'manifests',
  reads: [],
  *check(world) {
    for (const workload of world.workloads) {
      const program = quorumProgramOf(workload);
      if (program === undefined || !program.readyTogether || workload.replicas < 3) continue;
      if (workload.spec.podManagementPolicy !== 'OrderedReady' || workload.sourced === undefined) continue;
      // Without a readiness probe a member is ready when it runs: nothing waits.
      if (!runningContainers(podSpecOf(workload)).some(({ readinessProbe }) => readinessProbe !== undefined)) continue;
      yield {
        on: workload,
        path: ['spec', 'podManagementPolicy'],
        message: `${program.name} of ${workload.replicas}: member 0 is ready only when it has joined the others, and these are started only when it is ready.`,
      };
    }
  },
};

/** Tags that are moved to new images by habit. */
const MOVING = new Set([
  'latest',
  'stable',
  'main',
  'master',
  'dev',
  'develop',
  'edge',
  'nightly',
  'canary',
  'prod',
  'production',
  'current',
  'release',
  'snapshot',
]);

const ro10: Rule = {
  id: 'RO10',
  family: 'RO',
  title: 'An image by a tag that moves',
  severity: 'warning',
  whySeverity:
    'It needs somebody to push; then each pod that is replaced runs another version than its siblings, and none can be rolled back.',
  takesDown: 'The workload, pod by pod, by a bad push that nobody rolled out.',
  remedy: 'Name the version, or better the digest.',
  source: 'Kubernetes v1.36 docs, concepts/containers/images (image names)',
  needs: 'manifests',
  reads: [],
  *check(world: World) {
    for (const workload of world.workloads) {
      if (workload.sourced === undefined || workload.static || isErrand(workload)) continue;
      for (const container of [
        ...podSpecOf(workload).initContainers.filter(({ sidecar }) => !sidecar),
        ...runningContainers(podSpecOf(workload)),
      ]) {
        const tag = tagOf(container.image);
        const digests = digestsOf(world, { workload, container });
        if (digests.length > 1)
          yield {
            on: workload,
            path: [...containerPath(workload, container), 'image'],
            message: `Its pods run ${digests.length} different images by the name ${container.image}: ${digests.map((digest) => digest.slice(0, SHOWN)).join(', ')}.`,
            cause: defect(`moved-tag ${container.name}`, workload),
          };
        if (tag === undefined || !MOVING.has(tag)) continue;
        yield {
          cause: defect(`moved-tag ${container.name}`, workload),
          on: workload,
          path: [...containerPath(workload, container), 'image'],
          message: `${container.image} ${container.image.endsWith(`:${tag}`) ? `names the tag ${tag}, which moves` : 'names no tag, so that it is latest'}: what runs depends on when a pod was started.`,
        };
      }
    }
  },
};

/** `sha256:` and twelve digits. */
const SHOWN = 19;
const DIGEST = /sha256:[0-9a-f]{64}/;

/** What runs under one name. Some runtimes tell the digest of one processor's image, so that only nodes alike are compared. */
function digestsOf(
  { nodes }: World,
  { workload, container }: { readonly workload: Workload; readonly container: Container },
): readonly string[] {
  const seen = workload.pods.flatMap((pod) => {
    const digest = digestOf(pod, container);
    return digest === undefined ? [] : [{ digest, node: pod.node }];
  });
  if (new Set(seen.map(({ digest }) => digest)).size < 2) return [];
  const processors = new Map(nodes.map(({ name, labels }) => [name, labels['kubernetes.io/arch'] ?? '']));
  const found = new Map<string, Set<string>>();
  for (const { digest, node } of seen) {
    const processor = processors.get(node ?? '') ?? '';
    found.set(processor, (found.get(processor) ?? new Set()).add(digest));
  }
  const [most] = [...found.values()].sort((a, b) => b.size - a.size);
  return [...(most ?? [])].sort();
}

function digestOf({ sourced, template }: WorldPod, { name, image }: Container): string | undefined {
  if (sourced === undefined || !template.spec.containers.some((one) => one.name === name && one.image === image))
    return undefined;
  const status = list(sourced.object, ['status', 'containerStatuses']).find((one) => at(one, 'name') === name);
  const id = at(status, 'imageID');
  return typeof id === 'string' ? DIGEST.exec(id)?.[0] : undefined;
}

/** A pod that is meant to end: a hook, a test. */
function isErrand(workload: Workload): boolean {
  return !keepsReplicas(workload) && workload.kind === 'Pod' && podSpecOf(workload).restartPolicy !== 'Always';
}

/** `latest` without a tag; undefined with a digest, which no push moves, and without an image. */
function tagOf(image: string): string | undefined {
  if (image === '' || image.includes('@')) return undefined;
  const last = image.slice(image.lastIndexOf('/') + 1);
  const colon = last.indexOf(':');
  return colon < 0 ? 'latest' : last.slice(colon + 1);
}

export const rolloutRoom: readonly Rule[] = [ro07, ro08, ro10];
