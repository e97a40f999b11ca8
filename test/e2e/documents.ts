/** Documents that make the systems render what no example does: each balancer, external etcd, one zone, IPv6. */

interface ExtraDocument {
  readonly name: string;
  readonly text: string;
}

function bareMetal(name: string, spec: string): ExtraDocument {
  const head = `apiVersion: holdfast.dev/v1\nkind: Cluster\nmetadata: {name: judged}\nspec:\n  provider: bare-metal\n`;
  return { name: `extra ${name}`, text: `${head}${spec.replace(/^/gm, '  ')}\n` };
}

const THREE_ZONES = 'regions: [{name: hall, zones: [row-a, row-b, row-c]}]\nsurvive: zone\n';

export const extraDocuments: readonly ExtraDocument[] = [
  bareMetal('haproxy', `${THREE_ZONES}controlPlane: {kind: kubeadm, balancer: haproxy}`),
  bareMetal('nginx', `${THREE_ZONES}controlPlane: {kind: kubeadm, balancer: nginx}`),
  bareMetal('kube-vip', `${THREE_ZONES}controlPlane: {kind: kubeadm, balancer: kube-vip}`),
  bareMetal(
    'short recovery',
    `${THREE_ZONES}controlPlane: {kind: kubeadm}\nobjectives: {controlPlaneRecovery: 5s, nodeFailureRecovery: 1m}`,
  ),
  bareMetal(
    'policies that refuse, closed',
    `${THREE_ZONES}controlPlane: {kind: kubeadm}\npolicy:\n  stage: deny\n  liveViolations: 0\n  registries: [registry.example.com]\n  auditExisting: true\n  namespaces: [{name: pay, level: restricted}, {name: agents, level: privileged, reason: node agents}]\n  rules: {uniqueHosts: {stage: deny}, drainableBudgets: {stage: deny}}\n  gatekeeper: {failurePolicy: Fail, timeout: 2s, auditInterval: 10s}`,
  ),
  bareMetal(
    'policies that refuse, open',
    `${THREE_ZONES}controlPlane: {kind: kubeadm}\npolicy:\n  liveViolations: 0\n  rules: {uniqueHosts: {stage: deny}, drainableBudgets: {stage: warn}}`,
  ),
  bareMetal(
    'policies with an audit alone',
    `${THREE_ZONES}controlPlane: {kind: kubeadm}\npolicy: {auditExisting: true}`,
  ),
  bareMetal('one zone', 'regions: [{name: hall, zones: [row-a]}]\nsurvive: node\ncontrolPlane: {kind: kubeadm}'),
];
