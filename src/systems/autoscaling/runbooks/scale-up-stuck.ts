/** Pods wait and no machine comes. */
import { formatPercent } from '../../../core/percent.ts';
import type { Runbook, RunbookStep } from '../../../system.ts';
import type { Model } from '../model.ts';
import { kubectlForPods, regionalAutoscalers } from '../regions.ts';
import { unreadyPercentage } from '../unready.ts';

/** From what the scheduler says to what the engine says to what the provider says. */
export function scaleUpStuck(model: Model): Runbook {
  return {
    id: 'scale-up-stuck',
    title: 'Pods wait and no machine comes',
    when: 'PodsWaitForRoom, HeadroomMissing or an alert of the engine fires.',
    steps: [pending(), ...engineSteps(model), ...gpuSteps(model), ...lastResort(model)],
  };
}

function pending(): RunbookStep {
  return {
    say: 'Ask the scheduler why. "Insufficient cpu" is a case for a machine; "had untolerated taint", "didn\'t match node selector", "had volume node affinity conflict" are not: no new machine of any pool helps those.',
    run: 'kubectl get events -A --field-selector reason=FailedScheduling --sort-by=.lastTimestamp | tail -20',
    expect: 'the reasons per number of nodes',
  };
}

function engineSteps(model: Model): readonly RunbookStep[] {
  if (model.engine === 'none') return [];
  return model.engine === 'karpenter' ? karpenterSteps() : autoscalerSteps(model);
}

function karpenterSteps(): readonly RunbookStep[] {
  return [
    {
      say: 'Look at the pools: not Ready means that the node class finds no image, subnet or security group; usage at the limit means that the pool may not grow further.',
      run: 'kubectl get nodepools.karpenter.sh,ec2nodeclasses.karpenter.k8s.aws && kubectl get nodepools.karpenter.sh -o jsonpath=\'{range .items[*]}{.metadata.name}{" "}{.status.resources}{" of "}{.spec.limits}{"\\n"}{end}\'',
      expect: 'READY True everywhere, resources below limits',
    },
    {
      say: 'Look at the orders: a claim that is Launched and not Registered is a machine that started and cannot join (image, access entry, security group). Karpenter deletes it after 15 minutes.',
      run: 'kubectl get nodeclaims.karpenter.sh && kubectl -n kube-system logs -l app.kubernetes.io/name=karpenter --since=15m --prefix | grep -E "error|incompatible|could not schedule"',
      expect: 'the message that names the cause',
    },
    {
      say: 'If no instance leads, restart them one after the other.',
      run: 'kubectl -n kube-system rollout restart deployment/karpenter && kubectl -n kube-system rollout status deployment/karpenter',
      expect: 'successfully rolled out',
    },
  ];
}

function autoscalerSteps({ cluster, holder, unreadyShare }: Model): readonly RunbookStep[] {
  return regionalAutoscalers(cluster, holder).flatMap((one) => {
    const { release, namespace } = one;
    return [
      {
        say: `Look at its own view. Above ${formatPercent(unreadyPercentage(unreadyShare) / 100)} of unready machines it does nothing: then mend the machines or the network first, never the limit. A group in backoff is left alone until its time.`,
        run: `kubectl -n ${namespace} get configmap cluster-autoscaler-status -o jsonpath='{.data.status}'`,
        expect: 'clusterWide health Healthy, scaleUp InProgress or NoActivity per group',
      },
      {
        say: 'Read why it does not scale: it says for every group why a new machine of it would not help the pod.',
        run: `kubectl get events -A --field-selector reason=NotTriggerScaleUp --sort-by=.lastTimestamp | tail -5; ${kubectlForPods(one, `logs -l app.kubernetes.io/instance=${release} --since=15m --prefix`)} | grep -E "scale_up|priority expander|backoff" | tail -30`,
        expect: 'max node group size reached, a taint, or a selector',
      },
      {
        say: 'Check the priorities: a malformed ConfigMap is skipped with an event.',
        run: `kubectl -n ${namespace} get events --field-selector reason=PriorityConfigMapInvalid; kubectl -n ${namespace} get configmap cluster-autoscaler-priority-expander -o yaml`,
        expect: 'No resources found, and a catch-all line .* at the lowest priority',
      },
    ];
  });
}

function gpuSteps({ gpuPools }: Model): readonly RunbookStep[] {
  if (gpuPools.length === 0) return [];
  return [
    {
      say: 'For GPU pods: a machine without a device plugin offers none. The plugin must run on every machine of the pool; it tolerates the pool’s own taints.',
      run: 'kubectl -n kube-system get daemonset nvidia-device-plugin && kubectl -n kube-system logs -l app.kubernetes.io/name=nvidia-device-plugin --since=15m --tail=20',
      expect:
        'DESIRED equals READY and the number of GPU machines; no "could not load NVML library", which would mean an image without drivers',
    },
  ];
}

function lastResort(model: Model): readonly RunbookStep[] {
  const steps: RunbookStep[] = [];
  if (model.room !== null) {
    steps.push({
      say: 'Room at once: give up the room for a loss until machines come. The cluster is not protected against a loss meanwhile; put it back.',
      run: `kubectl -n headroom scale deployment/headroom --replicas=0\n# when machines have come:\nkubectl -n headroom scale deployment/headroom --replicas=${model.room.replicas}`,
      expect: 'the waiting pods are Running',
    });
  }
  if (model.holder === 'join-configuration' || model.engine === 'none') {
    steps.push({ say: 'Bring in a machine with the runbook "deploy".' });
  }
  return steps;
}
