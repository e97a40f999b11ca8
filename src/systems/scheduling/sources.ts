/** Where the decisions' statements come from. */
import type { Source } from '../../system.ts';

const kubernetes = (where: string): Source => ({ project: 'Kubernetes v1.36.3', where });

export const sources = {
  nodeLifecycle: kubernetes('pkg/controller/nodelifecycle/node_lifecycle_controller.go'),
  graceDefault: kubernetes('pkg/controller/nodelifecycle/config/v1alpha1/defaults.go'),
  evictionFlags: kubernetes('cmd/kube-controller-manager/app/options/nodelifecyclecontroller.go'),
  tainteviction: kubernetes('pkg/controller/tainteviction/taint_eviction.go'),
  admissionOrder: kubernetes('pkg/kubeapiserver/options/plugins.go'),
  topologySpread: kubernetes('pkg/scheduler/framework/plugins/podtopologyspread/common.go'),
  priorities: kubernetes(
    'staging/src/k8s.io/api/scheduling/v1/types.go; cluster-autoscaler-1.36.1 FAQ.md (expendable pods)',
  ),
  disruption: kubernetes('pkg/controller/disruption/disruption.go; staging/src/k8s.io/api/policy/v1/types.go'),
  shutdown: kubernetes('pkg/kubelet/nodeshutdown/nodeshutdown_manager_linux.go'),
  admissionPolicy: kubernetes('staging/src/k8s.io/api/admissionregistration/v1/types.go'),
  quota: kubernetes('pkg/quota/v1/evaluator/core/pods.go; plugin/pkg/admission/limitranger'),
  taints: kubernetes('staging/src/k8s.io/api/core/v1/toleration.go'),
  reservations: { project: 'amazon-eks-ami', where: 'nodeadm/internal/kubelet/config.go' },
} as const satisfies Record<string, Source>;
