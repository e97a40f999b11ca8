/** Commands that show that the plan holds on the running cluster. */
import type { Verification } from '../../system.ts';
import { type Model, needsKeda } from './model.ts';
import { HEADROOM } from './names.ts';
import { formatTaint, grows, POOL_LABEL, standingNodes } from './node-pools.ts';
import { kubectlForPods, regionalAutoscalers } from './regions.ts';

/** In the order in which things come to life. */
export function verificationsOf(model: Model): readonly Verification[] {
  return [...nodes(model), ...engine(model), ...metrics(model), ...room(model), ...gpus(model)];
}

function nodes({ pools }: Model): readonly Verification[] {
  const standing = pools.reduce((sum, pool) => sum + standingNodes(pool), 0);
  const tainted = pools.find((pool) => pool.taints.length > 0);
  return [
    {
      title: 'The machines that always run are there, by pool and zone',
      command: `kubectl get nodes -L ${POOL_LABEL},topology.kubernetes.io/zone`,
      expect: `at least ${standing} nodes of ${pools.length === 1 ? `pool ${pools[0]?.name ?? ''}` : `${pools.length} pools`}, all Ready`,
    },
    ...(tainted === undefined
      ? []
      : [
          {
            title: `New machines of ${tainted.name} come with their taints`,
            command: `kubectl get nodes -l ${POOL_LABEL}=${tainted.name} -o jsonpath='{range .items[*]}{.metadata.name}{" "}{.spec.taints}{"\\n"}{end}'`,
            expect: `every line shows ${tainted.taints.map(formatTaint).join(' and ')}; no line while the pool is empty`,
          },
        ]),
  ];
}

function engine(model: Model): readonly Verification[] {
  const { pools, cluster, holder } = model;
  if (model.engine === 'none') return [];
  if (model.engine === 'karpenter') {
    const growing = pools.filter(grows);
    return [
      {
        title: 'Karpenter runs twice, on machines that it did not make',
        command: 'kubectl -n kube-system get pods -l app.kubernetes.io/name=karpenter -o wide',
        expect: '2 pods Running on nodes in different zones',
      },
      {
        title: 'Every pool that grows is ready',
        command: 'kubectl get nodepools.karpenter.sh',
        expect: `${growing.length} ${growing.length === 1 ? 'line' : 'lines'} with READY True`,
      },
    ];
  }
  return regionalAutoscalers(cluster, holder).flatMap((one) => {
    const { release, namespace, runs } = one;
    return [
      {
        title: `Cluster Autoscaler runs twice${runs.on === 'management' ? ', on the management cluster' : ''}`,
        command: kubectlForPods(one, `get pods -l app.kubernetes.io/instance=${release} -o wide`),
        expect: '2 pods Running on nodes in different zones',
      },
      {
        title: 'It sees its groups and takes the cluster for healthy',
        command: `kubectl -n ${namespace} get configmap cluster-autoscaler-status -o jsonpath='{.data.status}'`,
        expect: 'clusterWide health.status Healthy, and one nodeGroups entry per pool and zone',
      },
      {
        title: 'It has read the priorities',
        command: `kubectl -n ${namespace} get events --field-selector reason=PriorityConfigMapInvalid`,
        expect: 'No resources found',
      },
    ];
  });
}

function metrics(model: Model): readonly Verification[] {
  return [
    {
      title: 'The API of metrics answers',
      command: 'kubectl get apiservice v1beta1.metrics.k8s.io && kubectl top nodes',
      expect: 'AVAILABLE True, then one line of figures per node',
    },
    ...(model.workloads.length === 0
      ? []
      : [
          {
            title: 'Every autoscaler reads its metric',
            command: `kubectl get hpa -A -o custom-columns='NS:.metadata.namespace,NAME:.metadata.name,ACTIVE:.status.conditions[?(@.type=="ScalingActive")].status'`,
            expect: `${model.workloads.length} or more lines, each with True`,
          },
        ]),
    ...(needsKeda(model)
      ? [
          {
            title: 'KEDA serves the external metrics',
            command: 'kubectl get apiservice v1beta1.external.metrics.k8s.io && kubectl get scaledobjects.keda.sh -A',
            expect: 'AVAILABLE True, then READY True and FALLBACK False on every line',
          },
        ]
      : []),
  ];
}

function room({ room: kept }: Model): readonly Verification[] {
  if (kept === null) return [];
  return [
    {
      title: `The room for the loss of a ${kept.loss} is complete`,
      command: `kubectl -n ${HEADROOM} get deployment ${HEADROOM}`,
      expect: `READY ${kept.replicas}/${kept.replicas}`,
    },
  ];
}

function gpus({ gpuPools }: Model): readonly Verification[] {
  const [first] = gpuPools;
  if (first === undefined) return [];
  return [
    {
      title: 'GPU machines advertise their GPUs',
      command: `kubectl get nodes -l ${POOL_LABEL}=${first.name} -o custom-columns='NAME:.metadata.name,GPUS:.status.allocatable.nvidia\\.com/gpu'`,
      expect: `${first.gpus} on every line; no line while the pool is empty`,
    },
  ];
}
