/** Names that several files of this system share. */

/** A name as a Terraform identifier: letters, digits, underscores; not starting with a digit. */
export function identifier(name: string): string {
  const plain = name.replaceAll('-', '_');
  return /^[a-z]/.test(plain) ? plain : `pool_${plain}`;
}

/** Namespace of the placeholder pods. */
export const HEADROOM = 'headroom';

/** Folder of the patches that kubeadm applies to a joining machine. */
export const PATCHES = '/etc/kubernetes/patches';
/** kubeadm applies a file of this name to the kubelet's configuration (Kubernetes v1.36.3 cmd/kubeadm, patches). */
export const KUBELET_PATCH = 'kubeletconfiguration0+strategic.yaml';
