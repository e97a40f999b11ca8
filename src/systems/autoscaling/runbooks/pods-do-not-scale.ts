/** An autoscaler of pods is frozen or at its most. */
import type { Runbook, RunbookStep } from '../../../system.ts';
import { type Model, needsKeda } from '../model.ts';

/** From the autoscaler to the API of its metric to the source of the metric. */
export function podsDoNotScale(model: Model): Runbook {
  const [workload] = model.workloads;
  const namespace = workload?.namespace ?? 'NAMESPACE';
  const name = workload === undefined ? 'NAME' : workload.by === 'keda' ? `keda-hpa-${workload.name}` : workload.name;
  return {
    id: 'pods-do-not-scale',
    title: 'The number of pods does not follow the load',
    when: 'PodAutoscalerFrozen, PodAutoscalerAtMost or MetricsApiUnavailable fires.',
    steps: [
      {
        say: 'Ask the autoscaler. ScalingActive False with FailedGetResourceMetric: metrics-server. FailedGetExternalMetric: KEDA. ScalingLimited TooManyReplicas: it is at its most, raise maxReplicas in the document if the machines are there.',
        run: `kubectl -n ${namespace} describe hpa ${name}`,
        expect: 'the condition and its reason',
      },
      {
        say: 'Ask the APIs of metrics.',
        run: 'kubectl get apiservice | grep metrics.k8s.io && kubectl -n kube-system get pods -l app.kubernetes.io/name=metrics-server',
        expect:
          'True, and 2 pods Running; "x509" in their log means that the kubelets’ certificates and autoscaling.kubeletCertificates disagree',
      },
      ...(needsKeda(model) ? kedaSteps(model) : []),
      {
        say: 'Until it is mended, set the number by hand; the autoscaler leaves it alone while it is frozen.',
        run:
          workload === undefined
            ? 'kubectl -n NAMESPACE scale deployment/NAME --replicas=N'
            : `kubectl -n ${workload.namespace} scale ${workload.kind.toLowerCase()}/${workload.name} --replicas=${workload.maxReplicas}`,
        expect: 'scaled',
      },
    ],
  };
}

function kedaSteps({ section }: Model): readonly RunbookStep[] {
  return [
    {
      say: 'Ask KEDA and the source that it reads.',
      run: [
        'kubectl get scaledobjects.keda.sh -A',
        'kubectl -n keda logs -l app=keda-operator --since=15m --tail=50 | grep -i error',
        `kubectl -n keda run ask --rm -i --restart=Never --image=registry.k8s.io/e2e-test-images/agnhost:2.53 -- connect ${hostOf(section.prometheus)}`,
      ].join('\n'),
      expect: 'READY True, FALLBACK False; the connection answers',
    },
  ];
}

/** `host:port` of an http address. */
function hostOf(address: string): string {
  const [, scheme = 'http', host = ''] = /^(https?):\/\/([^/]+)/.exec(address) ?? [];
  return host.includes(':') ? host : `${host}:${scheme === 'https' ? 443 : 80}`;
}
