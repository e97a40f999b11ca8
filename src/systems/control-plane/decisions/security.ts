/** Decisions about certificates, encryption, the audit log, and who may ask what. */
import type { Decision } from '../../../system.ts';
import { logRetentionDays } from '../audit.ts';
import { anonymousPaths } from '../authentication.ts';
import { KIND } from './paths.ts';
import type { Settled } from '../settings.ts';

const DAY = 86_400_000;
/** Shares of the limited levels that every API server has: system 30, node-high 40, leader-election 10, workload-high 40, workload-low 100, global-default 20, catch-all 5. */
const BUILT_IN_SHARES = 245;
/** max-requests-inflight 400 and max-mutating-requests-inflight 200, kube-apiserver's defaults. */
const SEATS = 600;

/** What keeps secrets secret and the API fair. */
export function securityDecisions(facts: Settled): readonly Decision[] {
  const own = facts.kind === 'eks' ? [] : [certificates(facts), anonymous(facts)];
  return [encryption(facts), audit(facts), fairness(facts), ...own];
}

function certificates(facts: Settled): Decision {
  const { certificateValidity: validity, authorityValidity } = facts.settings;
  const days = Math.floor(validity / DAY);
  const renewal =
    facts.kind === 'cluster-api'
      ? `Cluster API replaces a member ${renewBeforeDays(validity)} days before its certificates end`
      : `kubeadm upgrade renews them; a cluster that is not upgraded for ${days} days stops, so an alert fires ${alertBeforeDays(validity)} days before and a runbook renews them without an upgrade`;
  return {
    field: 'certificates',
    value: {
      validityDays: days,
      authorityDays: Math.floor(authorityValidity / DAY),
      renewBeforeDays: facts.kind === 'cluster-api' ? renewBeforeDays(validity) : alertBeforeDays(validity),
    },
    because: `Certificates of the members live ${days} days. ${renewal}. Their authorities live ${Math.floor(authorityValidity / DAY)} days; replacing one touches every node and is planned years ahead. Kubelets rotate their client certificates themselves; their serving certificates are requested from the cluster (serverTLSBootstrap), and Kubernetes approves none of those by itself: a runbook does.`,
    source: { project: 'kubeadm v1.36.3', where: 'cmd/kubeadm/app/constants/constants.go: CertificateValidityPeriod' },
    from: [KIND, 'spec.controlPlane.certificates.validity', 'spec.controlPlane.certificates.authorityValidity'],
  };
}

/** Days before the end at which Cluster API replaces a member: a quarter of the life, 7 (its least) to 90. */
export function renewBeforeDays(validity: number): number {
  return Math.min(90, Math.max(7, Math.floor(validity / DAY / 4)));
}

/** Days before the end at which people are told: a quarter of the life, at most 30. */
export function alertBeforeDays(validity: number): number {
  return Math.min(30, Math.max(1, Math.floor(validity / DAY / 4)));
}

function encryption(facts: Settled): Decision {
  const { provider, keyArn, keyBackup } = facts.settings.encryption;
  const because = {
    kms: `Secrets are encrypted with data keys that the KMS key ${keyArn ?? ''} wraps (KMS v2 envelope); the key itself never leaves KMS. It cannot be copied: what protects it is that it is not deleted, so deletion waits 30 days and needs a second person. Every etcd snapshot is unreadable without it.`,
    'provider-owned':
      'EKS encrypts all API data with an envelope key that AWS owns; a key of your own (encryption.keyArn) adds the right to revoke it, and the duty not to.',
    secretbox:
      'secretbox (XSalsa20-Poly1305) is strong and fast; the key lies on the members, so it protects snapshots and disks that leave the house, not a member that is broken into. A KMS key would do both.',
    aescbc: 'aescbc was asked for; Kubernetes calls it weak (padding oracle) and prefers secretbox.',
  }[provider];
  const local = provider === 'secretbox' || provider === 'aescbc';
  const backup = local
    ? ` The key is made on a member and never in git; its backup is ${keyBackup}. Restoring an etcd snapshot without it gives a cluster whose Secrets nobody can read.`
    : '';
  return {
    field: 'encryption',
    value: { provider, key: keyArn, backup: local ? keyBackup : null },
    because: `${because}${backup}`,
    source: {
      project: 'Kubernetes v1.36.3',
      where: 'Encrypting confidential data at rest; apiserver.config.k8s.io/v1',
    },
    from: [
      KIND,
      'spec.controlPlane.encryption.provider',
      'spec.controlPlane.encryption.keyArn',
      'spec.controlPlane.encryption.keyBackup',
    ],
  };
}

function audit(facts: Settled): Decision {
  const days = logRetentionDays(facts.kind, facts.settings.auditKeep);
  const because =
    facts.kind === 'eks'
      ? `EKS has an audit policy of its own that cannot be changed; its logs go to CloudWatch and are kept ${days} days, the next period that CloudWatch knows.`
      : `Who did what is logged for every write, and for reads of Secrets without their content; health checks, events and leases are left out, since they are most of the traffic and none of the evidence. Logs are kept ${days} days, at most 11 files of 100 MB on each member, so ship them if more is written.`;
  return {
    field: 'audit',
    value: { days, where: facts.kind === 'eks' ? 'CloudWatch' : 'files on each member' },
    because,
    source: { project: 'Kubernetes v1.36.3', where: 'audit.k8s.io/v1; k8s.io/apiserver pkg/server/options/audit.go' },
    from: [KIND, 'spec.controlPlane.audit.keep'],
  };
}

function fairness(facts: Settled): Decision {
  const { repairShares: shares, repairAccounts: accounts } = facts.settings;
  const seats = Math.ceil((SEATS * shares) / (BUILT_IN_SHARES + shares));
  const built = 'The built-in levels stay: leader election, nodes and probes have seats of their own.';
  const own =
    accounts.length === 0
      ? 'No level is added: Cluster API repairs and grows this cluster from outside, as an administrator, whom no flood of requests delays.'
      : `What repairs and grows the cluster would share its level with all other controllers of kube-system, or with every tenant, so a flood of requests would stop repair just when it is needed. These accounts get a level with ${shares} shares beside the built-in ${BUILT_IN_SHARES}: ${seats} of ${SEATS} seats on each API server, half of which it lends while idle.`;
  return {
    field: 'priorityAndFairness',
    value:
      accounts.length === 0
        ? 'built-in levels'
        : {
            level: 'platform-repair',
            shares,
            accounts: accounts.map(({ namespace, name }) => `${namespace}/${name}`),
          },
    because: `${built} ${own}`,
    source: { project: 'k8s.io/apiserver v0.36.3', where: 'pkg/apis/flowcontrol/bootstrap/default.go' },
    from: [KIND, 'spec.provider', 'spec.regions[].name'],
  };
}

function anonymous(facts: Settled): Decision {
  const paths = anonymousPaths(facts.kind);
  return {
    field: 'anonymousRequests',
    value: paths,
    because: `Balancers and probes carry no certificate, so ${paths.slice(0, 3).join(', ')} answer without one and nothing else does: with --anonymous-auth=false every check would get 401 and every member would be taken out. ${facts.kind === 'cluster-api' ? 'The ConfigMap cluster-info stays open as well, since machines of Cluster API join with a token and read it before they have a certificate.' : 'Machines join with a discovery file that carries a token, since the anonymous read of cluster-info is closed.'}`,
    source: {
      project: 'k8s.io/apiserver v0.36.3',
      where: 'pkg/apis/apiserver/v1/types.go: AnonymousAuthConfig; locked on since Kubernetes 1.34',
    },
    from: [KIND],
  };
}
