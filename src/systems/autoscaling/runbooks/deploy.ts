/** How the groups of machines and their engine come to life. */
import { addressOfEndpoint } from '../endpoint.ts';
import { MANAGEMENT_VARIABLE, onManagement } from '../../../kubernetes/management.ts';
import { versionOf } from '../../../spec/cluster.ts';
import type { Runbook, RunbookStep } from '../../../system.ts';
import type { Model } from '../model.ts';
import { formatTaint, POOL_LABEL } from '../node-pools.ts';
import { KUBELET_PATCH, PATCHES } from '../names.ts';

/** The steps of this cluster's form of node groups, then what is the same everywhere. */
export function deploy(model: Model): Runbook {
  return {
    id: 'deploy',
    title: 'Bring up the machines and what scales them',
    when: 'Once, after the control plane answers; again after a change of the pools.',
    steps: [...holderSteps(model), ...engineSteps(model), ...lastSteps(model)],
  };
}

function holderSteps(model: Model): readonly RunbookStep[] {
  switch (model.holder) {
    case 'eksctl':
      return eksctlSteps(model);
    case 'terraform':
      return terraformSteps(model);
    case 'cluster-api':
      return clusterApiSteps(model);
    case 'join-configuration':
      return joinSteps(model);
    case 'simulated':
      return [{ say: 'The lab makes the machines of the pools itself; there is nothing to do for them.' }];
  }
}

function eksctlSteps({ cluster, gpuPools }: Model): readonly RunbookStep[] {
  return [
    {
      say: 'Create the managed node groups; those that exist are left alone. A change of labels, taints or types makes a new group: create it under a new pool name, then drain and delete the old one.',
      run: `eksctl create nodegroup -f autoscaling/eksctl/nodegroups.yaml${gpuPools.length === 0 ? '' : ' --install-nvidia-plugin=false'}`,
      expect: `created or "already exists" for every group${gpuPools.length === 0 ? '' : '; the device plugin comes with its chart, which tolerates the taints of the pools'}`,
    },
    {
      say: 'Let the groups stand before anything is scaled.',
      run: `eksctl get nodegroup --cluster ${cluster.name} --region ${cluster.regions[0]?.name ?? ''}`,
      expect: 'ACTIVE on every line',
    },
  ];
}

function terraformSteps(model: Model): readonly RunbookStep[] {
  const { cluster } = model;
  const hours = 24;
  return [
    {
      say: `On a control-plane machine, write what a new machine needs to join: the cluster's address, its authority and a token. It lives ${hours} h at most, so the timer of the next step renews it; without it, no machine can join a day from now.`,
      run: [
        'sudo install -m 0755 autoscaling/join/holdfast-join-token.sh /usr/local/sbin/holdfast-join-token',
        'sudo install -m 0644 autoscaling/join/holdfast-join-token.service autoscaling/join/holdfast-join-token.timer /etc/systemd/system/',
        'sudo systemctl daemon-reload && sudo systemctl enable --now holdfast-join-token.timer && sudo systemctl start holdfast-join-token.service',
      ].join('\n'),
      expect:
        'systemctl status holdfast-join-token.service says status=0/SUCCESS; do it on every control-plane machine, so that the loss of one does not end the renewal',
    },
    ...cluster.regions.map(({ name }) => ({
      say: `Create the groups of ${name}. The variables name what your account has: subnets by zone, security groups, images by architecture, the instance profile (ssm:GetParameter on /${cluster.name}/join/discovery, and the node policies of the cloud provider).`,
      run: `cd autoscaling/terraform/${name} && terraform init && terraform plan -out plan.tfplan && terraform apply plan.tfplan`,
      expect: 'Apply complete',
    })),
    approval(),
  ];
}

function clusterApiSteps({ cluster, engine }: Model): readonly RunbookStep[] {
  return [
    {
      say: `On the management cluster (${MANAGEMENT_VARIABLE} is the name of its context), apply the MachineDeployments and their templates.${engine === 'none' ? '' : ' replicas is not written: its value is the autoscaler’s.'}`,
      run: onManagement('apply --server-side -f management/autoscaling/objects/'),
      expect: 'serverside-applied for every object',
    },
    {
      say: 'Wait until the machines that always run are there.',
      run: onManagement(`get machinedeployments -l cluster.x-k8s.io/cluster-name=${cluster.name}`),
      expect: 'as many READY as the least of each group',
    },
  ];
}

function joinSteps(model: Model): readonly RunbookStep[] {
  const [pool] = model.pools;
  const zone = pool?.places[0]?.zones[0] ?? '';
  return [
    {
      say: 'On a control-plane machine, write the discovery file: the address and authority of the cluster and a token that lives two hours. It is a secret: copy it to the new machine only, with mode 0600.',
      run: [
        "kubectl -n kube-public get configmap cluster-info -o jsonpath='{.data.kubeconfig}' > discovery.conf",
        'kubectl config --kubeconfig=discovery.conf set-credentials tls-bootstrap --token="$(kubeadm token create --ttl 2h)"',
        'kubectl config --kubeconfig=discovery.conf set-context bootstrap --cluster="" --user=tls-bootstrap',
        'kubectl config --kubeconfig=discovery.conf use-context bootstrap',
      ].join('\n'),
      expect: `a server line with ${addressOfEndpoint(model)}`,
    },
    {
      say: 'On the new machine, with discovery.conf beside the file of its pool and zone: join. The file carries the labels and taints, so that they are there before the first pod and again after every new installation.',
      run: [
        `sudo install -D -t ${PATCHES} scheduling/nodes/${pool?.name ?? ''}/${KUBELET_PATCH}`,
        `cd autoscaling/hosts/${pool?.name ?? ''}/${zone}`,
        'sudo kubeadm join --config join.yaml && rm discovery.conf',
      ].join('\n'),
      expect: 'This node has joined the cluster',
    },
    approval(),
    {
      say: 'Look at it.',
      run: `kubectl get nodes -L ${POOL_LABEL},topology.kubernetes.io/zone`,
      expect: `the new node with its pool and zone${pool && pool.taints.length > 0 ? `, tainted ${pool.taints.map(formatTaint).join(' ')}` : ''}`,
    },
  ];
}

/** Nothing in Kubernetes approves serving certificates: the request says which names the machine claims. */
function approval(): RunbookStep {
  return {
    say: "Approve the serving certificate that the new machine asks for, after a look at the names in the request: they must be that machine's own. Until then metrics-server, logs and exec do not reach it.",
    run: [
      'kubectl get certificatesigningrequests --field-selector spec.signerName=kubernetes.io/kubelet-serving',
      'kubectl certificate approve NAME_OF_THE_REQUEST',
    ].join('\n'),
    expect: 'system:node:<the machine> as REQUESTOR, then Approved,Issued',
  };
}

function engineSteps(model: Model): readonly RunbookStep[] {
  const { engine, cluster, holder } = model;
  if (engine === 'none') return [];
  if (engine === 'karpenter') return karpenterSteps(model);
  if (holder !== 'eksctl') {
    return [
      {
        say:
          holder === 'cluster-api'
            ? `Install Cluster Autoscaler on the management cluster; it reaches ${cluster.name} with the kubeconfig that Cluster API keeps in the Secret ${cluster.name}-kubeconfig. The priorities belong into ${cluster.name} itself.`
            : 'Give the role of the control-plane machines, where it runs, the permissions of Cluster Autoscaler (autoscaling:Describe*, SetDesiredCapacity, TerminateInstanceInAutoScalingGroup, ec2:Describe*), and ssm:PutParameter on the parameter above; then let the charts be installed.',
      },
    ];
  }
  return [
    {
      say: 'Give the autoscaler its permissions; the association stands in the same file.',
      run: 'eksctl create podidentityassociation -f autoscaling/eksctl/nodegroups.yaml',
      expect: 'created pod identity association for service account "cluster-autoscaler"',
    },
  ];
}

function karpenterSteps({ cluster }: Model): readonly RunbookStep[] {
  const version = versionOf(cluster, 'karpenter');
  const region = cluster.regions[0]?.name ?? '';
  const policies = ['NodeLifecycle', 'IAMIntegration', 'EKSIntegration', 'Interruption', 'ResourceDiscovery'];
  return [
    {
      say: 'Create the role of the machines, the policies of the controller and the queue of interruptions, from the template of the same release.',
      run: [
        `curl -fsSL https://raw.githubusercontent.com/aws/karpenter-provider-aws/${version}/website/content/en/preview/getting-started/getting-started-with-karpenter/cloudformation.yaml -o karpenter.yaml`,
        `aws cloudformation deploy --region ${region} --stack-name Karpenter-${cluster.name} --template-file karpenter.yaml --capabilities CAPABILITY_NAMED_IAM --parameter-overrides ClusterName=${cluster.name}`,
      ].join('\n'),
      expect: `Successfully created/updated stack - Karpenter-${cluster.name}`,
    },
    {
      say: 'Give the controller those policies, and let its machines join.',
      run: [
        'ACCOUNT="$(aws sts get-caller-identity --query Account --output text)"',
        `eksctl create podidentityassociation --cluster ${cluster.name} --region ${region} --namespace kube-system --service-account-name karpenter --role-name ${cluster.name}-karpenter --permission-policy-arns "${policies.map((name) => `arn:aws:iam::$ACCOUNT:policy/KarpenterController${name}Policy-${cluster.name}`).join(',')}"`,
        `aws eks create-access-entry --region ${region} --cluster-name ${cluster.name} --principal-arn "arn:aws:iam::$ACCOUNT:role/KarpenterNodeRole-${cluster.name}" --type EC2_LINUX`,
      ].join('\n'),
      expect: 'an association and an access entry',
    },
    {
      say: 'Mark the private subnets and the security group of the cluster, once: Karpenter starts machines in what carries the mark and nowhere else.',
      run: [
        `VPC="$(aws eks describe-cluster --region ${region} --name ${cluster.name} --query cluster.resourcesVpcConfig.vpcId --output text)"`,
        `GROUP="$(aws eks describe-cluster --region ${region} --name ${cluster.name} --query cluster.resourcesVpcConfig.clusterSecurityGroupId --output text)"`,
        `SUBNETS="$(aws ec2 describe-subnets --region ${region} --filters "Name=vpc-id,Values=$VPC" Name=tag:kubernetes.io/role/internal-elb,Values=1 --query 'Subnets[].SubnetId' --output text)"`,
        `aws ec2 create-tags --region ${region} --tags Key=karpenter.sh/discovery,Value=${cluster.name} --resources $SUBNETS $GROUP`,
        `aws ec2 describe-subnets --region ${region} --filters Name=tag:karpenter.sh/discovery,Values=${cluster.name} --query 'Subnets[].AvailabilityZone' --output text`,
      ].join('\n'),
      expect: `each of ${cluster.regions[0]?.zones.join(', ') ?? ''}, once`,
    },
  ];
}

function lastSteps(model: Model): readonly RunbookStep[] {
  return [
    {
      say: 'Let the charts and objects of this system be applied in their order (charts bring the kinds of the objects).',
      run: 'kubectl apply --server-side -f autoscaling/objects/',
      expect: 'serverside-applied for every object',
    },
    ...(model.room === null
      ? []
      : [
          {
            say: 'The room must be complete before the cluster counts as protected against a loss.',
            run: 'kubectl -n headroom rollout status deployment/headroom --timeout=15m',
            expect: 'successfully rolled out',
          },
        ]),
  ];
}
