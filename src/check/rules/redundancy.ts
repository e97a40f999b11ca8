/** WL: how many of a workload there are. */
import { answersAlone, requestServices } from '../reach.ts';
import { defect, type Rule } from '../rule.ts';
import { keepsReplicas } from '../workloads.ts';
import { losingItsNode } from '../witnesses.ts';

const wl01: Rule = {
  id: 'WL01',
  family: 'WL',
  title: 'One replica serves traffic',
  severity: 'error',
  whySeverity: 'Losing one pod, one node or one drain is an everyday event, and nobody answers until the pod is back.',
  takesDown: 'The workload and everybody who calls its Service, whenever its one pod or its node goes.',
  remedy: 'Run at least two replicas and spread them over nodes.',
  price: 'Its requests again; a program that may run only once needs a standby that waits for a lock.',
  source: 'Kubernetes v1.36 docs, concepts/workloads/pods/disruptions; checks of kube-score and kube-linter v0.7',
  needs: 'manifests',
  reads: ['/Service', 'autoscaling/HorizontalPodAutoscaler'],
  // What makes it one: an autoscaler's floor, a default, a program that cannot be two.
  yieldsTo: ['WL02', 'WL03', 'WL05'],
  *check(world, context) {
    for (const workload of world.workloads) {
      if (!keepsReplicas(workload) || workload.replicas !== 1) continue;
      // Where a canary's or another colour's pods answer too, one pod fewer is no outage.
      const services = requestServices(workload, context).filter((one) => answersAlone(workload, [one]));
      const [service, ...others] = services;
      if (service === undefined) continue;
      const more = others.length === 0 ? '' : ` and ${others.length} more`;
      yield {
        on: workload,
        path: ['spec', 'replicas'],
        message: `The Service ${service.name}${more} sends everything to one pod.`,
        cause: defect('one-replica', workload),
        witness: { lose: losingItsNode(workload) },
        // No patch: whether two of a program may run at once is not in its manifest.
      };
    }
  },
};

export const redundancy: readonly Rule[] = [wl01];
