/** Commands that show that the decisions hold on the running cluster. */
import type { Verification } from '../../system.ts';
import type { Model } from './model.ts';

export function verifications(model: Model): readonly Verification[] {
  return [...timers(model), ...placement(model), ...gpu(model)];
}

function timers({ recovery, tolerationBy, cluster }: Model): readonly Verification[] {
  const seconds = recovery.toleration / 1_000;
  const tolerations: Verification = {
    title: `New pods tolerate a lost node for ${seconds} s${tolerationBy === 'pods' ? ', when their template says so' : ''}`,
    command: `kubectl run tolerations --image=registry.k8s.io/pause:3.10 --dry-run=server -o jsonpath='{range .spec.tolerations[*]}{.key}={.tolerationSeconds}{"\\n"}{end}'`,
    expect:
      tolerationBy === 'MutatingAdmissionPolicy' && seconds < 300
        ? `node.kubernetes.io/not-ready=${seconds} and node.kubernetes.io/unreachable=${seconds} before the lines with 300`
        : `node.kubernetes.io/not-ready=${tolerationBy === 'kube-apiserver flags' ? seconds : 300} and node.kubernetes.io/unreachable=${tolerationBy === 'kube-apiserver flags' ? seconds : 300}`,
  };
  if (!recovery.settable) return [tolerations];
  const grace: Verification = {
    title: 'The controller manager has the planned timers',
    command: `kubectl -n kube-system get pods -l component=kube-controller-manager -o yaml | grep -E 'node-monitor-grace-period|node-eviction-rate'`,
    expect: `--node-monitor-grace-period=${recovery.grace / 1_000}s and --node-eviction-rate=${recovery.nodeEvictionRate} once for each member of ${cluster.name}`,
  };
  return [tolerations, grace];
}

function placement({ priorityClasses, section, zones }: Model): readonly Verification[] {
  return [
    {
      title: 'The priority classes are there',
      command: `kubectl get priorityclass ${priorityClasses.map(({ name }) => name).join(' ')} -o custom-columns=NAME:.metadata.name,VALUE:.value --no-headers`,
      expect: priorityClasses.map(({ name, value }) => `${name} ${value}`).join(', '),
    },
    {
      title: 'Every node says in which zone it stands',
      command: `kubectl get nodes -L topology.kubernetes.io/zone --no-headers | awk '{print $NF}' | sort | uniq -c`,
      expect: `one line for each of ${zones.join(', ')} and no other`,
    },
    ...(section.admission === 'off'
      ? []
      : [
          {
            title: 'The API server accepts the policies without type errors',
            command: `kubectl get validatingadmissionpolicies holdfast-spread holdfast-disruption-budget -o jsonpath='{range .items[*]}{.metadata.name}: {.status.typeChecking.expressionWarnings}{"\\n"}{end}'`,
            expect: 'each name with nothing behind it',
          },
        ]),
  ];
}

function gpu({ gpu: settings }: Model): readonly Verification[] {
  if (settings === null) return [];
  const [taint] = settings.taints;
  const [namespace] = settings.namespaces;
  if (taint === undefined || namespace === undefined) return [];
  const toleration = `{"key":"${taint.key}","operator":"Equal","value":"${taint.value}","effect":"${taint.effect}"}`;
  return [
    {
      title: 'Other namespaces are kept off GPU machines',
      command: `kubectl -n default run gpu-guard --image=registry.k8s.io/pause:3.10 --dry-run=server --overrides='{"spec":{"tolerations":[${toleration}]}}'`,
      expect: `denied by ValidatingAdmissionPolicy 'holdfast-gpu-guard': only namespaces ${settings.namespaces.join(', ')} may tolerate the taint of GPU machines`,
    },
    {
      title: `Namespace ${namespace} may request ${settings.perNamespace} GPUs`,
      command: `kubectl -n ${namespace} get resourcequota holdfast-gpu -o jsonpath='{.spec.hard}'`,
      expect: `{"requests.nvidia.com/gpu":"${settings.perNamespace}"}`,
    },
  ];
}
