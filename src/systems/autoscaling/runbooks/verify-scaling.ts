/** A rehearsal: real pods ask for a real machine, and the time is taken. */
import { sayDuration } from '../../../core/duration.ts';
import type { Runbook, RunbookStep } from '../../../system.ts';
import type { Model } from '../model.ts';
import { isOpen, standingNodes, POOL_LABEL } from '../node-pools.ts';

/** Measures what the plan assumes. */
export function verifyScaling(model: Model): Runbook {
  return {
    id: 'verify',
    title: 'Measure how long a machine takes, and that the room works',
    when: 'After the first deployment, and once a quarter: the boot time of the plan is an assumption until it is measured.',
    steps: [
      ...roomSteps(model),
      ...machineSteps(model),
      {
        say: 'Take the test away again.',
        run: 'kubectl delete deployment scale-test --ignore-not-found',
        expect: 'deployment.apps "scale-test" deleted, or nothing',
      },
    ],
  };
}

function roomSteps({ room }: Model): readonly RunbookStep[] {
  if (room === null) return [];
  const pods = Math.max(1, Math.floor(room.replicas / 2));
  return [
    {
      say: 'Ordinary pods of the size of the placeholders must start at once: they evict placeholders and need no new machine.',
      run: [
        `kubectl create deployment scale-test --image=registry.k8s.io/pause:3.10 --replicas=${pods}`,
        `kubectl set resources deployment scale-test --requests=cpu=${room.podCpu}m,memory=${room.podMemory}`,
        'time kubectl rollout status deployment/scale-test --timeout=2m',
      ].join('\n'),
      expect: 'rolled out within seconds; placeholders are Pending for a moment',
    },
  ];
}

function machineSteps({ engine, nodeReady, pools, room }: Model): readonly RunbookStep[] {
  if (engine === 'none' || nodeReady === null) return [];
  const pool = pools.find((one) => isOpen(one) && one.maxNodesPerZone > one.minNodesPerZone);
  if (pool === undefined) {
    return [{ say: 'No pool without taints may grow, so there is no new machine to measure.' }];
  }
  const size = `cpu=${Math.floor(pool.cpu / 2)}m,memory=${Math.floor(pool.memory / 2)}`;
  const always = standingNodes(pool);
  const selector = JSON.stringify({ spec: { template: { spec: { nodeSelector: { [POOL_LABEL]: pool.name } } } } });
  const create =
    room === null
      ? [`kubectl create deployment scale-test --image=registry.k8s.io/pause:3.10 --replicas=0`]
      : ['kubectl scale deployment scale-test --replicas=0'];
  return [
    {
      say: `Of pods that ask for half of a machine's capacity only one fits, since the machine keeps some back: ${always + 1} of them do not fit on the ${always} that always run, so pool ${pool.name} must grow. The time until they run is what autoscaling.nodeBoot should say, less the seconds of the engine. If none had to come, more machines run than the least: raise the number.`,
      run: [
        ...create,
        `kubectl set resources deployment scale-test --requests=${size}`,
        `kubectl patch deployment scale-test --type=merge --patch '${selector}'`,
        `kubectl scale deployment scale-test --replicas=${always + 1}`,
        'time kubectl rollout status deployment/scale-test --timeout=15m',
        `kubectl get nodes -l ${POOL_LABEL}=${pool.name} --sort-by=.metadata.creationTimestamp`,
      ].join('\n'),
      expect: `new nodes at the end of the list, within ${sayDuration(nodeReady.least)} to ${sayDuration(nodeReady.most)}; if it takes longer, write the measured time into the document and plan again`,
    },
  ];
}
