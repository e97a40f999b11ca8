/** Programs that every other pod needs, by the names of their images. Words are data. */
import type { Workload } from '../inventory/world.ts';
import { podSpecOf } from './reach.ts';
import { imageNames } from './workload-programs.ts';

/** Images by what they give the cluster. */
const ADD_ONS: readonly (readonly [what: string, images: readonly string[]])[] = [
  ['DNS', ['coredns', 'k8s-dns-node-cache']],
  [
    'network',
    [
      'cilium',
      'operator-generic',
      'operator-aws',
      'operator-azure',
      'calico-node',
      'node',
      'flannel',
      'amazon-k8s-cni',
      'kube-proxy',
      'antrea-agent',
    ],
  ],
  [
    'storage',
    [
      'csi-provisioner',
      'csi-attacher',
      'csi-node-driver-registrar',
      'node-driver-registrar',
      'aws-ebs-csi-driver',
      'snapshot-controller',
    ],
  ],
  ['scaling', ['cluster-autoscaler', 'karpenter', 'metrics-server']],
  ['policy', ['kyverno', 'gatekeeper', 'policy-server']],
];

/** Images of programs that take traffic in for others. */
const ENTRIES: readonly string[] = [
  'traefik',
  'haproxy-ingress',
  'kubernetes-ingress-controller',
  'contour',
  'emissary',
  'nginx-ingress',
  'apisix-ingress-controller',
];

/** What of the cluster itself a workload is; undefined for applications. */
export function addOnOf(workload: Workload): string | undefined {
  const names = imageNames(workload);
  // `node` is Calico's image; anybody may call one so.
  const found = ADD_ONS.find(([, images]) =>
    images.some((image) => names.has(image) && (image !== 'node' || /calico/.test(workload.name))),
  );
  return found?.[0] ?? (isIngressController(workload) ? 'entry' : undefined);
}

/** True for programs that take traffic in for others; an Envoy beside an application is its sidecar. */
export function isIngressController(workload: Workload): boolean {
  const names = imageNames(workload);
  if (ENTRIES.some((name) => names.has(name)) || (names.has('controller') && /ingress/.test(workload.name)))
    return true;
  return names.has('envoy') && podSpecOf(workload).containers.length === 1;
}
