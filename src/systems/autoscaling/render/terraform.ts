/** Auto Scaling groups of machines that kubeadm joins, one per pool and zone, as Terraform; and what renews the token that they join with. */
import { stringify } from 'yaml';
import { type HclBlock, type HclItem, list, map, object, quoted, writeHcl } from '../../../core/hcl.ts';
import type { Artifact } from '../../../system.ts';
import { identifier, KUBELET_PATCH, PATCHES } from '../names.ts';
import { formatTaint, grows } from '../node-pools.ts';
import type { Rendering } from './rendering.ts';
import { autoScalingGroupName } from './autoscaler.ts';
import { joinTokenArtifacts, parameterName } from './join-token.ts';
import { joinConfiguration, kubeletPatches } from './kubelet.ts';
import type { NodePool } from '../settings.ts';

/** Fetched before the join and deleted after it. */
const DISCOVERY_FILE = '/etc/kubernetes/discovery.conf';
const DECISIONS = ['autoscaling.groups', 'autoscaling.machineTypes'];
/** Prefix of tags that say what the first machine of an empty group would bring (cluster-autoscaler-1.36.1 cloudprovider/aws/README.md). */
const TEMPLATE = 'k8s.io/cluster-autoscaler/node-template';

/** A root module per region: `main.tf` and a file per pool. */
export function renderTerraform(rendering: Rendering): readonly Artifact[] {
  const from: WithPatches = { ...rendering, patchOf: kubeletPatches(rendering) };
  const { cluster, facts } = from;
  const pools = facts.pools.filter(({ maxNodesPerZone }) => maxNodesPerZone > 0);
  if (pools.length === 0) return [];
  return [
    ...cluster.regions.flatMap(({ name: region }) => {
      const here = pools.filter(({ places }) => places.some((place) => place.region === region));
      if (here.length === 0) return [];
      return [mainFile(region, here), ...here.map((pool) => poolFile(pool, region, from))];
    }),
    ...joinTokenArtifacts(cluster),
  ];
}

interface WithPatches extends Rendering {
  readonly patchOf: (pool: NodePool) => string;
}

function mainFile(region: string, pools: readonly NodePool[]): Artifact {
  const architectures = [...new Set(pools.map(({ architecture }) => architecture))].join(' and ');
  const variable = (name: string, type: string, description: string): HclBlock => ({
    block: `variable ${quoted(name)}`,
    items: [
      ['type', type],
      ['description', quoted(description)],
    ],
  });
  return {
    form: 'text',
    syntax: 'hcl',
    path: `terraform/${region}/main.tf`,
    purpose: `What the groups of ${region} have in common, and what your account has to name.`,
    decisions: DECISIONS,
    text: writeHcl([
      {
        block: 'terraform',
        items: [
          ['required_version', quoted('>= 1.9')],
          {
            block: 'required_providers',
            items: [['aws', object({ source: quoted('hashicorp/aws'), version: quoted('>= 6.0') })]],
          },
        ],
      },
      { block: 'provider "aws"', items: [['region', quoted(region)]] },
      variable('subnet_ids', 'map(string)', 'A private subnet for each zone, by the name of the zone.'),
      variable('security_group_ids', 'list(string)', 'Security groups of the machines.'),
      variable(
        'image_ids',
        'map(string)',
        `An image with containerd, kubelet, kubeadm and the AWS CLI for each architecture: ${architectures}; GPU pools need the driver in it.`,
      ),
      variable(
        'instance_profile',
        'string',
        'Instance profile of the machines; it may read the parameter that they join with.',
      ),
    ]),
  };
}

function poolFile(pool: NodePool, region: string, from: WithPatches): Artifact {
  return {
    form: 'text',
    syntax: 'hcl',
    path: `terraform/${region}/pool-${pool.name}.tf`,
    purpose: `Machines of pool ${pool.name} in ${region}, one Auto Scaling group per zone.`,
    decisions: DECISIONS,
    text: writeHcl([launchTemplate(pool, region, from), autoScalingGroup(pool, region, from)]),
  };
}

function launchTemplate(pool: NodePool, region: string, from: WithPatches): HclBlock {
  const { cluster, facts } = from;
  const block = (name: string, items: readonly HclItem[]): HclBlock => ({ block: name, items });
  return block(`resource "aws_launch_template" ${quoted(identifier(pool.name))}`, [
    ['name_prefix', quoted(`${cluster.name}-${pool.name}-`)],
    ['image_id', `var.image_ids[${quoted(pool.architecture)}]`],
    ['instance_type', quoted(pool.machineTypes[0] ?? '')],
    ['vpc_security_group_ids', 'var.security_group_ids'],
    ['update_default_version', 'true'],
    ['user_data', `base64encode(<<-EOT\n${indent(userData(pool, region, from), '  ')}\nEOT\n)`],
    '',
    block('iam_instance_profile', [['name', 'var.instance_profile']]),
    '',
    block('metadata_options', [
      ['http_endpoint', quoted('enabled')],
      ['http_tokens', quoted('required')],
      ['http_put_response_hop_limit', '1'],
    ]),
    '',
    block('block_device_mappings', [
      ['device_name', quoted('/dev/sda1')],
      '',
      block('ebs', [
        ['volume_size', String(Math.ceil(facts.settings.rootVolume / 2 ** 30))],
        ['volume_type', quoted('gp3')],
        ['encrypted', 'true'],
        ['delete_on_termination', 'true'],
      ]),
    ]),
  ]);
}

function autoScalingGroup(pool: NodePool, region: string, { cluster, facts }: Rendering): HclBlock {
  const zones = pool.places.find((place) => place.region === region)?.zones ?? [];
  const name = identifier(pool.name);
  const names = Object.fromEntries(
    zones.map((zone) => [zone, quoted(autoScalingGroupName(cluster.name, pool.name, zone))]),
  );
  const scaled = facts.engine === 'cluster-autoscaler';
  return {
    block: `resource "aws_autoscaling_group" ${quoted(name)}`,
    items: [
      ['for_each', map(names)],
      ['name', 'each.value'],
      ['min_size', String(pool.minNodesPerZone)],
      ['max_size', String(pool.maxNodesPerZone)],
      ['desired_capacity', String(pool.minNodesPerZone)],
      ['vpc_zone_identifier', '[var.subnet_ids[each.key]]'],
      ['health_check_type', quoted('EC2')],
      // Rebalancing takes machines away behind the autoscaler's back, without a drain.
      ['suspended_processes', list([quoted('AZRebalance')])],
      '',
      ...launch(pool, name),
      '',
      ...tagBlocks(groupTags(pool, cluster.name, scaled)),
      ...(scaled && grows(pool)
        ? [
            '' as const,
            '# The size is the autoscaler’s; every apply would set it back.' as const,
            { block: 'lifecycle', items: [['ignore_changes', '[desired_capacity]']] } satisfies HclBlock,
          ]
        : []),
    ],
  };
}

/** One type: the launch template as it stands. Several of one size, or spot: whichever the provider has most of. */
function launch(pool: NodePool, name: string): readonly HclItem[] {
  const template: readonly HclItem[] = [
    ['launch_template_id', `aws_launch_template.${name}.id`],
    ['version', 'aws_launch_template.' + name + '.latest_version'],
  ];
  if (pool.machineTypes.length < 2 && pool.capacity === 'on-demand') {
    return [
      {
        block: 'launch_template',
        items: [
          ['id', `aws_launch_template.${name}.id`],
          ['version', `aws_launch_template.${name}.latest_version`],
        ],
      },
    ];
  }
  const spot = pool.capacity === 'spot';
  return [
    {
      block: 'mixed_instances_policy',
      items: [
        {
          block: 'instances_distribution',
          items: [
            ['on_demand_percentage_above_base_capacity', spot ? '0' : '100'],
            ...(spot
              ? [['spot_allocation_strategy', quoted('price-capacity-optimized')] as const]
              : [['on_demand_allocation_strategy', quoted('prioritized')] as const]),
          ],
        },
        '',
        {
          block: 'launch_template',
          items: [
            { block: 'launch_template_specification', items: template },
            ...pool.machineTypes.flatMap((type): readonly HclItem[] => [
              '',
              { block: 'override', items: [['instance_type', quoted(type)]] },
            ]),
          ],
        },
      ],
    },
  ];
}

/** Tags of a group: how the autoscaler finds it, and what the first machine of an empty group would bring. */
export function groupTags(
  pool: NodePool,
  cluster: string,
  scaled: boolean,
): readonly { readonly key: string; readonly value: string; readonly launch: boolean }[] {
  const tag = (key: string, value: string) => ({ key, value, launch: false });
  return [
    { key: 'Name', value: `${cluster}-${pool.name}`, launch: true },
    { key: `kubernetes.io/cluster/${cluster}`, value: 'owned', launch: true },
    ...(scaled
      ? [
          tag('k8s.io/cluster-autoscaler/enabled', 'true'),
          tag(`k8s.io/cluster-autoscaler/${cluster}`, 'owned'),
          ...Object.entries(pool.labels).map(([key, value]) => tag(`${TEMPLATE}/label/${key}`, value)),
          ...pool.taints.map((taint) =>
            tag(`${TEMPLATE}/taint/${taint.key}`, formatTaint(taint).slice(taint.key.length + 1)),
          ),
          ...(pool.gpus > 0 ? [tag(`${TEMPLATE}/resources/nvidia.com/gpu`, String(pool.gpus))] : []),
        ]
      : []),
  ];
}

function tagBlocks(tags: ReturnType<typeof groupTags>): readonly HclItem[] {
  return tags.flatMap(({ key, value, launch: propagate }, index): readonly HclItem[] => [
    ...(index === 0 ? [] : ['' as const]),
    {
      block: 'tag',
      items: [
        ['key', quoted(key)],
        ['value', quoted(value)],
        ['propagate_at_launch', String(propagate)],
      ],
    },
  ]);
}

/** Stands in the file until the machine knows its zone; no zone has such a name. */
const THIS_ZONE = 'THIS_ZONE';

/**
 * What a new machine runs once: name, zone, instance, secret, join. The secret is deleted before the first pod starts.
 * The cloud controller of AWS serves one region (cloud-provider-aws, pkg/providers/v1: one EC2 client) and deletes nodes
 * that it does not find there, so over several regions no node waits for one.
 */
function userData(pool: NodePool, region: string, from: WithPatches): string {
  const flags = from.cluster.regions.length === 1 ? [{ name: 'cloud-provider', value: 'external' }] : [];
  const labels = { 'topology.kubernetes.io/region': region, 'topology.kubernetes.io/zone': THIS_ZONE };
  const metadata = 'http://169.254.169.254/latest';
  const script = [
    '#!/bin/bash',
    'set -euo pipefail',
    'umask 077',
    `token=$(curl -fsS -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' ${metadata}/api/token)`,
    `read_metadata() { curl -fsS -H "X-aws-ec2-metadata-token: $token" "${metadata}/meta-data/$1"; }`,
    'zone=$(read_metadata placement/availability-zone)',
    'instance=$(read_metadata instance-id)',
    'hostnamectl set-hostname "$(read_metadata local-hostname)"',
    `mkdir -p ${PATCHES}`,
    file(
      '/etc/kubernetes/join.yaml',
      stringify(joinConfiguration(pool, { discovery: DISCOVERY_FILE, flags, labels }), { lineWidth: 0 }),
    ),
    `sed -i "s/${THIS_ZONE}/$zone/" /etc/kubernetes/join.yaml`,
    file(`${PATCHES}/${KUBELET_PATCH}`, from.patchOf(pool)),
    `echo "providerID: aws:///$zone/$instance" >> ${PATCHES}/${KUBELET_PATCH}`,
    `aws ssm get-parameter --region ${region} --name ${parameterName(from.cluster.name)} --with-decryption --query Parameter.Value --output text > ${DISCOVERY_FILE}`,
    'kubeadm join --config /etc/kubernetes/join.yaml',
    `rm -f ${DISCOVERY_FILE}`,
  ].join('\n');
  return script.replaceAll('${', () => '$${').replaceAll('%{', '%%{');
}

function file(path: string, content: string): string {
  return `cat > '${path}' <<'FILE'\n${content}FILE`;
}

function indent(text: string, by: string): string {
  return text
    .split('\n')
    .map((line) => (line === '' ? '' : `${by}${line}`))
    .join('\n');
}
