/** Which files this plan becomes, by the kind of control plane. */
import { type Cluster, versionOf } from '../../../spec/cluster.ts';
import type { ControlPlaneFacts, EtcdFacts, Member } from '../../../facts.ts';
import type {
  Artifact,
  ConfigurationArtifact,
  KubernetesObject,
  ObjectArtifact,
  TextArtifact,
} from '../../../system.ts';
import { auditPolicy } from '../audit.ts';
import { authenticationConfiguration } from '../authentication.ts';
import { priorityObjects } from '../priority.ts';
import { clusterApiObjects } from './cluster-api.ts';
import { eksClusterConfig } from './eks.ts';
import { keyScript, kmsEncryption } from './encryption.ts';
import { providerIdScript } from './provider-id.ts';
import { haproxyConfiguration } from './haproxy.ts';
import { keepalivedConfiguration } from './keepalived.ts';
import { kubeVipManifest } from './kube-vip.ts';
import { kubeadmDocuments } from './kubeadm.ts';
import { nginxConfiguration } from './nginx.ts';
import { repairObjects } from './repair.ts';
import { balancerTerraform } from './terraform.ts';
import type { Settled } from '../settings.ts';

export interface RenderInput {
  readonly facts: Settled;
  readonly etcd: EtcdFacts;
  readonly cluster: Cluster;
}

/** All files of the plan. */
export function artifactsOf(input: RenderInput): readonly Artifact[] {
  const fairness = priorityObjects(input.facts).map((object) =>
    applied(object, {
      purpose: 'Seats on every API server for what repairs and grows the cluster.',
      decisions: ['control-plane.priorityAndFairness'],
    }),
  );
  const own = {
    eks: () => [eks(input)],
    'cluster-api': () => management(input),
    kubeadm: () => [...hosts(input), ...balancers(input), ...repair(input)],
  };
  return [...own[input.facts.kind](), ...fairness];
}

interface Words {
  readonly purpose: string;
  readonly decisions: readonly string[];
}

function applied(object: KubernetesObject, words: Words): ObjectArtifact {
  return { form: 'object', path: `objects/${fileName(object)}`, object, ...words };
}

function fileName({ kind, metadata }: KubernetesObject): string {
  return `${kind.toLowerCase()}-${metadata?.name ?? ''}.yaml`;
}

function configuration(path: string, documents: readonly KubernetesObject[], words: Words): ConfigurationArtifact {
  return { form: 'configuration', path, documents, ...words };
}

function eks({ facts, cluster }: RenderInput): Artifact {
  return configuration('eks/cluster.yaml', [eksClusterConfig(facts, cluster)], {
    purpose: 'What eksctl makes the cluster from; node groups are in the files of the autoscaling system.',
    decisions: [
      'control-plane.kind',
      'control-plane.kubernetesVersion',
      'control-plane.endpoint',
      'control-plane.encryption',
      'control-plane.audit',
    ],
  });
}

/** For another cluster: not among the objects that are applied to this one. */
function management(input: RenderInput): readonly Artifact[] {
  return clusterApiObjects(input).map((object) => ({
    ...applied(object, {
      purpose: `For the management cluster, which makes ${input.cluster.name} and stands outside it.`,
      decisions: [
        'control-plane.kind',
        'control-plane.members',
        'control-plane.machine',
        'control-plane.nodeRepair',
        'control-plane.healthCheck',
      ],
    }),
    target: 'management' as const,
  }));
}

function hosts(input: RenderInput): readonly Artifact[] {
  const { facts } = input;
  const members = facts.members.map((member, index) =>
    configuration(`hosts/${member.name}/kubeadm.yaml`, kubeadmDocuments(input, member), {
      purpose:
        index === 0
          ? 'Makes the cluster: kubeadm init --config kubeadm.yaml.'
          : 'Joins the cluster: kubeadm join --config kubeadm.yaml, in the folder that holds discovery.conf.',
      decisions: [
        'control-plane.members',
        'control-plane.endpoint',
        'control-plane.certificateNames',
        'control-plane.certificates',
        'control-plane.failureDetection',
        'control-plane.shutdownDelay',
        'etcd.members',
      ],
    }),
  );
  return [...members, ...shared(input)];
}

/** Files that lie on every member alike, under /etc/kubernetes/holdfast. */
function shared({ facts, cluster }: RenderInput): readonly Artifact[] {
  const encryption: Words = { purpose: 'Who encrypts Secrets in etcd.', decisions: ['control-plane.encryption'] };
  return [
    configuration('hosts/shared/audit-policy.yaml', [auditPolicy], {
      purpose: 'What the API servers log of who did what.',
      decisions: ['control-plane.audit'],
    }),
    configuration('hosts/shared/authentication.yaml', [authenticationConfiguration(facts.kind)], {
      purpose: 'Which requests need no credentials: health checks.',
      decisions: ['control-plane.anonymousRequests'],
    }),
    facts.settings.encryption.provider === 'kms'
      ? configuration('hosts/shared/encryption.yaml', [kmsEncryption(cluster.name)], encryption)
      : text('hosts/shared/make-encryption-key.sh', 'shell', keyScript(facts), {
          ...encryption,
          purpose: 'Makes the encryption key on the first member; the key is in no file of this tree.',
        }),
    ...(cluster.provider === 'aws'
      ? [
          text('hosts/shared/write-provider-id.sh', 'shell', providerIdScript, {
            purpose: 'Says on a member which instance it is, before kubeadm registers its node.',
            decisions: ['control-plane.members'],
          }),
        ]
      : []),
  ];
}

function text(path: string, syntax: TextArtifact['syntax'], content: string, words: Words): TextArtifact {
  return { form: 'text', path, syntax, text: content, ...words };
}

function balancers({ facts, cluster }: RenderInput): readonly Artifact[] {
  const words = (purpose: string, ...more: readonly string[]): Words => ({
    purpose,
    decisions: ['control-plane.balancer', 'control-plane.healthCheck', 'control-plane.sessions', ...more],
  });
  const { kind, instances } = facts.balancer;
  const keepalived = () =>
    instances.map((self) =>
      text(
        `hosts/${self.name}/keepalived.conf`,
        'keepalived',
        keepalivedConfiguration(facts, self),
        words(`Who holds the address: ${self.name}'s part.`, 'control-plane.address', 'control-plane.takeover'),
      ),
    );
  const kubeVip = (self: Member) =>
    configuration(
      `hosts/${self.name}/kube-vip.yaml`,
      [kubeVipManifest(facts, self, versionOf(cluster, 'kube-vip'))],
      words('Static pod that holds the address.', 'control-plane.address', 'control-plane.takeover'),
    );
  const files: Readonly<Record<ControlPlaneFacts['balancer']['kind'], () => readonly Artifact[]>> = {
    haproxy: () => [
      ...instances.map(({ name }) =>
        text(
          `hosts/${name}/haproxy.cfg`,
          'haproxy',
          haproxyConfiguration(facts),
          words('The balancer before the API servers.'),
        ),
      ),
      ...keepalived(),
    ],
    nginx: () => [
      ...instances.map(({ name }) =>
        text(
          `hosts/${name}/nginx.conf`,
          'nginx',
          nginxConfiguration(facts),
          words('The balancer before the API servers; passive checks only.'),
        ),
      ),
      ...keepalived(),
    ],
    'kube-vip': () => instances.map((self) => kubeVip(self)),
    nlb: () => [
      text(
        'terraform/api-balancer.tf',
        'hcl',
        balancerTerraform(facts, cluster.name),
        words('The balancer before the API servers.', 'control-plane.endpoint'),
      ),
    ],
    managed: () => [],
  };
  return files[kind]();
}

function repair({ facts }: RenderInput): readonly Artifact[] {
  return repairObjects(facts).map((object) =>
    applied(object, {
      purpose: 'Repairs a lost node and lets its StatefulSets start elsewhere.',
      decisions: ['control-plane.nodeRepair', 'control-plane.statefulPods'],
    }),
  );
}
