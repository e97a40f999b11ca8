/** The provider has no machine of the type in a zone. */
import { sayDuration } from '../../../core/duration.ts';
import { onManagement } from '../../../kubernetes/management.ts';
import type { Runbook, RunbookStep } from '../../../system.ts';
import type { Model } from '../model.ts';
import { grows } from '../node-pools.ts';
import { regionalAutoscalers } from '../regions.ts';
import { provisionTime } from '../timing.ts';

/** What happens by itself, and what a person adds. */
export function zoneOutOfCapacity(model: Model): Runbook {
  return {
    id: 'zone-out-of-capacity',
    title: 'A zone is out of capacity',
    when: 'Machines are ordered and refused (InsufficientInstanceCapacity, or a quota), in one zone or for one type.',
    steps: steps(model),
  };
}

function steps(model: Model): readonly RunbookStep[] {
  const { engine } = model;
  if (engine === 'none') return fixedSteps(model);
  return [...(engine === 'karpenter' ? karpenterSteps(model) : autoscalerSteps(model)), ...together(model)];
}

function karpenterSteps({ pools }: Model): readonly RunbookStep[] {
  const pool = pools.find(grows)?.name ?? '';
  return [
    {
      say: 'See what was refused. Karpenter leaves a refused type and zone alone for 3 minutes and takes the next by itself; act only when there is no next.',
      run: [
        'kubectl get nodeclaims.karpenter.sh -o wide',
        'kubectl get events -A --field-selector reason=InsufficientCapacityError',
      ].join('\n'),
      expect: 'the type and zone in the message',
    },
    {
      say: `If pods are bound to that zone by a volume they have to wait. For the others, give the pool more types: write a second pool of the same size with another machine type and a lower priority in the document, plan, render, apply. In a hurry, widen ${pool === '' ? 'the NodePool' : `NodePool ${pool}`} by hand; the next render undoes it.`,
      ...(pool === ''
        ? {}
        : {
            run: `kubectl edit nodepools.karpenter.sh ${pool}`,
            expect: 'more values under node.kubernetes.io/instance-type',
          }),
    },
  ];
}

function autoscalerSteps(model: Model): readonly RunbookStep[] {
  const { cluster, holder, section } = model;
  const [first] = regionalAutoscalers(cluster, holder);
  const namespace = first?.namespace ?? 'kube-system';
  return [
    {
      say: `See which group was refused. The autoscaler gives a group up after ${sayDuration(provisionTime(section))} at the latest, leaves it alone for 5 minutes (then 10, 20, 30) and takes the next by priority.`,
      run: [
        `kubectl -n ${namespace} get configmap cluster-autoscaler-status -o jsonpath='{.data.status}'`,
        ...(holder === 'cluster-api'
          ? [`${onManagement(`get machines -l cluster.x-k8s.io/cluster-name=${cluster.name}`)} | grep -v Running`]
          : [
              `aws autoscaling describe-scaling-activities --region ${first?.region ?? ''} --query "Activities[?StatusCode=='Failed'].[AutoScalingGroupName,StatusMessage]" --output text`,
            ]),
      ].join('\n'),
      expect: 'the group in backoff, and the message of the provider',
    },
    {
      say: 'Pods with volumes of that zone have to wait. For the others, write a second pool with another machine type and a lower priority, plan, render, apply: it is used when the first is sold out.',
    },
  ];
}

function together({ cluster, engine }: Model): readonly RunbookStep[] {
  const region = cluster.regions[0]?.name ?? '';
  return [
    {
      say: 'Tell a sold-out zone from a quota: the quota refuses everywhere at once.',
      run: `aws service-quotas list-service-quotas --region ${region} --service-code ec2 --query "Quotas[?contains(QuotaName, 'On-Demand')].[QuotaName,Value]" --output table`,
      expect: 'at least what the decision autoscaling.accountQuota names',
    },
    {
      say: `Watch the room come back: it is rebuilt last, because its pods have the lowest priority.${engine === 'karpenter' ? ' Do not delete NodeClaims of the sold-out zone while their pods run.' : ''}`,
      run: 'kubectl -n headroom get pods -o wide',
      expect: 'no pod Pending',
    },
  ];
}

function fixedSteps({ cluster, pools }: Model): readonly RunbookStep[] {
  const [pool] = pools;
  return [
    {
      say: 'Nothing buys machines here; a zone is out of capacity when its machines are. See what waits and how much.',
      run: 'kubectl get pods -A --field-selector status.phase=Pending',
      expect: 'the pods that need room',
    },
    {
      say: `Bring in a machine in another zone of ${cluster.name} with the runbook "deploy", or take load away: the least important Deployments first.`,
      ...(pool === undefined
        ? {}
        : {
            run: `kubectl get nodes -l holdfast.dev/pool=${pool.name} -L topology.kubernetes.io/zone`,
            expect: 'where there are fewer machines than the document says',
          }),
    },
  ];
}
