/** ET11: versions of the API that servers do not have any more. Words are data. */
import { isLive } from '../../inventory/origin.ts';
import type { Rule } from '../rule.ts';

interface Removed {
  readonly apiVersion: string;
  /** Absent: every kind. */
  readonly kinds?: readonly string[];
  readonly since: string;
  readonly instead: string | undefined;
}

/** Kubernetes docs, reference/using-api/deprecation-guide, up to v1.36. */
const REMOVED: readonly Removed[] = [
  { apiVersion: 'extensions/v1beta1', since: 'v1.22', instead: 'apps/v1, networking.k8s.io/v1 or policy/v1' },
  { apiVersion: 'apps/v1beta1', since: 'v1.16', instead: 'apps/v1' },
  { apiVersion: 'apps/v1beta2', since: 'v1.16', instead: 'apps/v1' },
  { apiVersion: 'policy/v1beta1', kinds: ['PodDisruptionBudget'], since: 'v1.25', instead: 'policy/v1' },
  { apiVersion: 'policy/v1beta1', kinds: ['PodSecurityPolicy'], since: 'v1.25', instead: undefined },
  { apiVersion: 'batch/v1beta1', since: 'v1.25', instead: 'batch/v1' },
  {
    apiVersion: 'networking.k8s.io/v1beta1',
    kinds: ['Ingress', 'IngressClass'],
    since: 'v1.22',
    instead: 'networking.k8s.io/v1',
  },
  { apiVersion: 'autoscaling/v2beta1', since: 'v1.25', instead: 'autoscaling/v2' },
  { apiVersion: 'autoscaling/v2beta2', since: 'v1.26', instead: 'autoscaling/v2' },
  {
    apiVersion: 'admissionregistration.k8s.io/v1beta1',
    kinds: ['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'],
    since: 'v1.22',
    instead: 'admissionregistration.k8s.io/v1',
  },
  { apiVersion: 'apiextensions.k8s.io/v1beta1', since: 'v1.22', instead: 'apiextensions.k8s.io/v1' },
  { apiVersion: 'rbac.authorization.k8s.io/v1beta1', since: 'v1.22', instead: 'rbac.authorization.k8s.io/v1' },
  { apiVersion: 'scheduling.k8s.io/v1beta1', since: 'v1.22', instead: 'scheduling.k8s.io/v1' },
  {
    apiVersion: 'storage.k8s.io/v1beta1',
    kinds: ['StorageClass', 'CSIDriver', 'CSINode', 'VolumeAttachment', 'CSIStorageCapacity'],
    since: 'v1.27',
    instead: 'storage.k8s.io/v1',
  },
  { apiVersion: 'discovery.k8s.io/v1beta1', since: 'v1.25', instead: 'discovery.k8s.io/v1' },
  { apiVersion: 'flowcontrol.apiserver.k8s.io/v1beta2', since: 'v1.29', instead: 'flowcontrol.apiserver.k8s.io/v1' },
  { apiVersion: 'flowcontrol.apiserver.k8s.io/v1beta3', since: 'v1.32', instead: 'flowcontrol.apiserver.k8s.io/v1' },
];

const et11: Rule = {
  id: 'ET11',
  family: 'ET',
  title: 'An object of an API version that servers do not have any more',
  severity: 'error',
  whySeverity:
    'The next apply fails: what the object should protect is not there, and a recovery from manifests stops at it.',
  takesDown: 'Every deployment that holds the object, and a cluster that is built again from its manifests.',
  remedy: 'Write the version that took its place; fields may have moved.',
  source: 'Kubernetes docs, reference/using-api/deprecation-guide',
  needs: 'manifests',
  reads: [],
  *check(world) {
    for (const sourced of world.index.all) {
      // A server gives every object in a version that it has, whichever its manifest is written in.
      if (isLive(sourced.origin)) continue;
      const { apiVersion, kind } = sourced.object;
      const found = REMOVED.find((one) => one.apiVersion === apiVersion && (one.kinds?.includes(kind) ?? true));
      if (found === undefined) continue;
      yield {
        on: sourced,
        path: ['apiVersion'],
        message: `${apiVersion} has no ${kind} since ${found.since}${found.instead === undefined ? ', and nothing took its place' : `; it is ${found.instead}`}.`,
      };
    }
  },
};

export const removedApis: readonly Rule[] = [et11];
