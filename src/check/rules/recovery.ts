/** DR: what a recovery depends on. */
import { runningContainers } from '../../kubernetes/pod-spec.ts';
import { containerPath, podSpecOf } from '../reach.ts';
import type { Rule } from '../rule.ts';
import { keepsReplicas } from '../workloads.ts';

const dr10: Rule = {
  id: 'DR10',
  family: 'DR',
  title: 'Every restart asks the registry',
  severity: 'warning',
  whySeverity: 'It needs a registry that does not answer while pods restart, as after the loss of a zone.',
  takesDown: 'Pods that restart while the registry is away, on nodes that have their image.',
  remedy: 'Use imagePullPolicy: IfNotPresent with a version or a digest.',
  price: 'A tag that is pushed again is not seen; name versions.',
  source:
    'Kubernetes v1.36.3 pkg/kubelet/images/image_manager.go (EnsureImageExists: Always asks the registry for the digest)',
  needs: 'manifests',
  reads: [],
  *check(world) {
    for (const workload of world.workloads) {
      if (!(keepsReplicas(workload) || workload.kind === 'DaemonSet') || workload.sourced === undefined) continue;
      const spec = podSpecOf(workload);
      const first = spec.initContainers.filter(({ sidecar }) => !sidecar);
      for (const container of [...runningContainers(spec), ...first]) {
        const { image, imagePullPolicy } = container;
        // A tag that moves is RO10's; there Always is the lesser evil.
        if (imagePullPolicy !== 'Always' || !/(@|:[^/]*\d)/.test(image) || NEAR.test(image)) continue;
        const path = [...containerPath(workload, container), 'imagePullPolicy'];
        yield {
          on: workload,
          path,
          message: `imagePullPolicy: Always asks the registry at each start of ${container.name}, though ${image} is on the node.`,
          patch: [{ op: 'set', path, value: 'IfNotPresent' }],
        };
        break;
      }
    }
  },
};

/** Registries of the node or of the cluster itself. */
const NEAR = /^(localhost|127\.0\.0\.1)(:\d+)?\/|^[^/]+\.svc(\.cluster\.local)?(:\d+)?\//;

export const recovery: readonly Rule[] = [dr10];
