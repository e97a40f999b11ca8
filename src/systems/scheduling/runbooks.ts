/** What people do by hand, with this cluster's names. */
import { stringify } from 'yaml';
import { sayBounds } from '../../availability/recovery.ts';
import { sayDuration } from '../../core/duration.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Runbook, RunbookStep } from '../../system.ts';
import type { Model } from './model.ts';
import { gpuForm, workloadForm } from './workload-form.ts';

export function runbooks(model: Model): readonly Runbook[] {
  return [drain(model), loseZone(model), notComingBack(model), writeWorkload(model), ...useGpus(model)];
}

function drain({ section, cluster }: Model): Runbook {
  const minutes = Math.ceil(section.shutdownGracePeriod / 60_000) + 9;
  return {
    id: 'drain-a-node',
    title: `Take a node of ${cluster.name} out of service`,
    when: 'Before a machine is upgraded, repaired or removed, and when the alert DisruptionBudgetAtZero fires.',
    steps: [
      {
        say: 'See which budgets allow nothing: each of them stops the drain of the nodes that its pods run on.',
        run: `kubectl get pdb -A -o custom-columns=NAMESPACE:.metadata.namespace,NAME:.metadata.name,ALLOWED:.status.disruptionsAllowed,HEALTHY:.status.currentHealthy,WANTED:.status.desiredHealthy | awk 'NR==1 || $3==0'`,
        expect: 'the heading alone',
      },
      {
        say: 'For a budget at 0: if its pods are not healthy, mend them first; if it asks for as many pods as there are, give it maxUnavailable in place of minAvailable.',
        run: `kubectl -n NAMESPACE patch pdb NAME --type=merge -p '{"spec":{"minAvailable":null,"maxUnavailable":${section.maxUnavailable},"unhealthyPodEvictionPolicy":"AlwaysAllow"}}'`,
      },
      {
        say: 'Keep new pods away and evict the others, one budget at a time.',
        run: `kubectl drain NODE --ignore-daemonsets --delete-emptydir-data --timeout=${minutes}m`,
        expect: 'node/NODE drained',
      },
      { say: 'After the work, let pods back in.', run: 'kubectl uncordon NODE', expect: 'node/NODE uncordoned' },
    ],
  };
}

function loseZone(model: Model): Runbook {
  const { cluster, recovery, zones } = model;
  return {
    id: 'lose-a-zone',
    title: `A zone of ${cluster.name} is lost`,
    when: 'When ZoneLost, ZonePartlyLost, ManyNodesNotReady or PodsUnschedulableBySpread fires.',
    steps: [
      {
        say: `Count the nodes of each zone (${zones.join(', ')}) that are ready.`,
        run: `kubectl get nodes -L topology.kubernetes.io/zone --no-headers | awk '{print $NF, $2}' | sort | uniq -c`,
        expect: 'one zone with NotReady alone, the others Ready',
      },
      {
        say:
          recovery.zone.last.most === null
            ? 'There is no other zone: restore the zone, nothing else brings the pods back.'
            : `Wait ${sayBounds(recovery.zone.last)} from the loss: pods of Deployments are replaced by then where there is room. Nothing has to be done for them.`,
        run: 'kubectl get pods -A --field-selector=status.phase=Pending -o wide',
        expect: 'fewer lines every 10 s',
      },
      ...partialSteps(model),
      {
        say: 'Pods that wait although there is room: read why. "didn\'t match pod topology spread constraints" means a DoNotSchedule spread over zones without nodeTaintsPolicy Honor; add it, which makes new pods.',
        run: `kubectl -n NAMESPACE patch deployment NAME --type=json -p '[{"op":"add","path":"/spec/template/spec/topologySpreadConstraints/0/nodeTaintsPolicy","value":"Honor"}]'`,
        expect: 'deployment.apps/NAME patched',
      },
      { say: 'For StatefulSets follow the runbook node-not-coming-back for each node of the zone.' },
      {
        say: 'When the zone is back, nothing moves pods there. Restart the workloads that are uneven, one after the other; their spread places them again.',
        run: 'kubectl -n NAMESPACE rollout restart deployment/NAME\nkubectl -n NAMESPACE rollout status deployment/NAME',
        expect: 'successfully rolled out',
      },
    ],
  };
}

/** Kubernetes stops evictions in a zone that is only partly lost; somebody has to say that the nodes are gone. */
function partialSteps({ recovery: { zoneLoss, zones } }: Model): readonly RunbookStep[] {
  if (zoneLoss.zoneNodes <= 3 || zones.length < 2) return [];
  const rule = zoneLoss.zoneNodes > 50 ? 'evicts one node per 100 s' : 'evicts nothing';
  return [
    {
      say: `If 55 % or more of a zone's nodes are NotReady but not all, Kubernetes ${rule} there. Once you know that the machines are really off, delete their Node objects: pod garbage collection then removes the pods within 80 s.`,
      run: `kubectl get nodes -l topology.kubernetes.io/zone=ZONE --no-headers | awk '$2 ~ /NotReady/ {print $1}'\nkubectl delete node NODE`,
      expect: 'node "NODE" deleted',
    },
  ];
}

function notComingBack({ cluster, recovery }: Model): Runbook {
  return {
    id: 'node-not-coming-back',
    title: `A node of ${cluster.name} does not come back`,
    when: 'When NodeNotReady lasts or PodsStuckOnLostNode fires: pods of StatefulSets are Terminating and are not replaced.',
    steps: [
      {
        say: `See what the node reports. Its pods of Deployments move by themselves within ${sayBounds(recovery.node.last)} of the loss.`,
        run: 'kubectl describe node NODE',
      },
      {
        say: 'Make sure that the machine is off, at the provider or at its power. A node that is only cut off may still run its pods; if they are replaced while it runs, two of them write to the same data.',
      },
      {
        say: 'Then declare it out of service. Its pods are removed at the next pass of garbage collection (20 s) and its volumes are detached at once, without the six minutes of the force detach.',
        run: 'kubectl taint nodes NODE node.kubernetes.io/out-of-service=nodeshutdown:NoExecute',
        expect: 'node/NODE tainted',
      },
      {
        say: 'See that the StatefulSets have replaced their pods.',
        run: 'kubectl get pods -A --field-selector=spec.nodeName=NODE',
        expect: 'only pods of DaemonSets and static pods',
      },
      {
        say: 'When the machine is repaired and runs again, take the taint off; if it will not return, delete the Node.',
        run: 'kubectl taint nodes NODE node.kubernetes.io/out-of-service=nodeshutdown:NoExecute-\nkubectl delete node NODE',
      },
    ],
  };
}

function writeWorkload(model: Model): Runbook {
  const { section, cluster, recovery, priorityClasses } = model;
  const ordinary = section.shutdownGracePeriod - section.shutdownGracePeriodCriticalPods;
  return {
    id: 'write-a-workload',
    title: `Write a workload that survives on ${cluster.name}`,
    when: 'When a workload is new, when a policy warns, or when PodsUnschedulable fires.',
    steps: [
      {
        say: `Copy this form, change names, image and numbers, and let the API server judge it. Its termination grace fits into the ${sayDuration(ordinary)} that a node's shutdown leaves ordinary pods.`,
        run: `kubectl apply --dry-run=server -f - <<'EOF'\n${documents(workloadForm(model))}EOF`,
        expect: 'created (server dry run), without a Warning',
      },
      {
        say: `Choose a priority class: ${priorityClasses.map(({ name, purpose }) => `${name} for ${purpose}`).join('; ')}. Without one a pod has priority 0. What others depend on must not have the lower class.`,
      },
      {
        say: `Pods stay ${sayDuration(recovery.toleration)} on a node that is lost. A workload that is dear to move may ask for longer with tolerations of its own for node.kubernetes.io/not-ready and node.kubernetes.io/unreachable, effect NoExecute.`,
      },
      {
        say: 'For pods that wait, ask the scheduler why.',
        run: 'kubectl -n NAMESPACE get events --field-selector=reason=FailedScheduling',
        expect: 'the reason for each node',
      },
    ],
  };
}

function useGpus(model: Model): readonly Runbook[] {
  const form = gpuForm(model);
  if (form === null || model.gpu === null) return [];
  return [
    {
      id: 'use-gpus',
      title: `Run on the GPU machines of ${model.cluster.name}`,
      when: `When a team of namespace ${model.gpu.namespaces.join(' or ')} needs a GPU, or another namespace shall get access.`,
      steps: [
        {
          say: 'The toleration lets the pod in, the selector leads it there, the limit gives it a GPU. It needs all three.',
          run: `kubectl apply --dry-run=server -f - <<'EOF'\n${documents([form])}EOF`,
          expect: 'created (server dry run), without a Warning',
        },
        {
          say: 'See how many GPUs the namespace has left.',
          run: model.gpu.namespaces.map((name) => `kubectl -n ${name} describe resourcequota holdfast-gpu`).join('\n'),
          expect: 'requests.nvidia.com/gpu with used and hard',
        },
        {
          say: 'To let another namespace in, add it to spec.scheduling.gpuNamespaces of the cluster document and render again: policy and quota follow. Labels and taints belong to the pool in the document; set on a node by hand they are gone with the machine.',
        },
      ],
    },
  ];
}

function documents(all: readonly JsonObject[]): string {
  return all.map((one) => stringify(one, { lineWidth: 0 })).join('---\n');
}
