/** What can be done about a provider's etcd. */
import type { Runbook } from '../../../system.ts';

/** The runbook `too-much-data`. */
export function managedRunbook(cluster: string): Runbook {
  return {
    id: 'too-much-data',
    title: `Too much data in the etcd of ${cluster}`,
    when: 'The size that the API server reports nears 8 GiB. At the limit EKS makes the API read-only; nobody but AWS can compact or defragment.',
    steps: [
      {
        say: 'See the size.',
        run: "kubectl get --raw /metrics | grep '^apiserver_storage_size_bytes'",
        expect: 'below 6.9e+09',
      },
      {
        say: 'Find the kinds with most objects, and with most bytes.',
        run: "kubectl get --raw /metrics | grep '^apiserver_resource_objects' | sort --key 2 --general-numeric-sort | tail -n 10\nkubectl get --raw /metrics | grep '^apiserver_resource_size_estimate_bytes' | sort --key 2 --general-numeric-sort | tail -n 10",
      },
      {
        say: 'Stop whoever makes them, then delete what is not needed. Space comes back after AWS compacts and defragments, which takes minutes to hours.',
        run: 'kubectl delete <kind> --namespace <namespace> --selector <label>',
      },
      { say: 'If the API is read-only already, open a support case with AWS: only they can make room.' },
    ],
  };
}
