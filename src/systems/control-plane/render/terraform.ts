/** The network load balancer before members on AWS that kubeadm makes. */
import { type HclBlock, type HclItem, map, object, quoted, writeHcl } from '../../../core/hcl.ts';
import type { Settled } from '../settings.ts';

/** Kept for members that leave on purpose; they drain by /readyz first. */
const DEREGISTRATION_SECONDS = 60;

/** `api-balancer.tf`: balancer, target group with HTTPS /readyz, one target per member, the endpoint's record. */
export function balancerTerraform(facts: Settled, cluster: string): string {
  return writeHcl([
    requirements(),
    block(`provider ${quoted('aws')}`, [['region', quoted(facts.members[0]?.region ?? '')]]),
    ...variables(),
    locals(facts),
    loadBalancer(facts, cluster),
    targetGroup(facts, cluster),
    attachment(facts),
    listener(facts),
    record(facts),
    output(),
  ]);
}

function block(name: string, items: readonly HclItem[]): HclBlock {
  return { block: name, items };
}

function requirements(): HclBlock {
  const provider = object({ source: quoted('hashicorp/aws'), version: quoted('>= 6.0') });
  return block('terraform', [['required_version', quoted('>= 1.9')], block('required_providers', [['aws', provider]])]);
}

function variables(): readonly HclBlock[] {
  const variable = (name: string, type: string, description: string) =>
    block(`variable ${quoted(name)}`, [
      ['type', type],
      ['description', quoted(description)],
    ]);
  return [
    variable('vpc_id', 'string', 'The VPC of the members.'),
    variable('subnet_ids', 'map(string)', 'A subnet for each zone, by the name of the zone.'),
    variable(
      'security_group_ids',
      'list(string)',
      'Security groups that let clients reach the API; the members must let these in.',
    ),
    variable('dns_zone_id', 'string', "The Route 53 zone of the endpoint's name."),
  ];
}

function locals({ members }: Settled): HclBlock {
  const addresses = Object.fromEntries(members.map(({ name, address }) => [name, quoted(address)]));
  return block('locals', [['members', map(addresses)]]);
}

/** At most 32 characters, no hyphen at the end (Elastic Load Balancing API). */
function shortName(cluster: string): string {
  return `${cluster.slice(0, 28).replace(/-+$/, '')}-api`;
}

function loadBalancer(facts: Settled, cluster: string): HclBlock {
  return block('resource "aws_lb" "api"', [
    ['name', quoted(shortName(cluster))],
    ['internal', String(!facts.settings.publicEndpoint)],
    ['load_balancer_type', quoted('network')],
    ['security_groups', 'var.security_group_ids'],
    ['subnets', 'values(var.subnet_ids)'],
    ['enable_cross_zone_load_balancing', 'true'],
    ['enable_deletion_protection', 'true'],
  ]);
}

function targetGroup(facts: Settled, cluster: string): HclBlock {
  const { interval, timeout, fall, rise } = facts.settings.healthCheck;
  return block('resource "aws_lb_target_group" "api"', [
    ['name', quoted(shortName(cluster))],
    ['vpc_id', 'var.vpc_id'],
    ['port', String(facts.endpoint.port)],
    ['protocol', quoted('TCP')],
    ['target_type', quoted('ip')],
    '',
    '# A member that reaches itself through the balancer would be refused with its own address kept.',
    ['preserve_client_ip', 'false'],
    ['connection_termination', 'true'],
    ['deregistration_delay', String(DEREGISTRATION_SECONDS)],
    '',
    block('target_health_state', [['enable_unhealthy_connection_termination', 'true']]),
    '',
    block('health_check', [
      ['protocol', quoted('HTTPS')],
      ['path', quoted('/readyz')],
      ['port', quoted('traffic-port')],
      ['matcher', quoted('200')],
      ['interval', String(interval / 1_000)],
      ['timeout', String(timeout / 1_000)],
      ['healthy_threshold', String(rise)],
      ['unhealthy_threshold', String(fall)],
    ]),
  ]);
}

function attachment(facts: Settled): HclBlock {
  return block('resource "aws_lb_target_group_attachment" "member"', [
    ['for_each', 'local.members'],
    ['target_group_arn', 'aws_lb_target_group.api.arn'],
    ['target_id', 'each.value'],
    ['port', String(facts.endpoint.port)],
  ]);
}

function listener(facts: Settled): HclBlock {
  return block('resource "aws_lb_listener" "api"', [
    ['load_balancer_arn', 'aws_lb.api.arn'],
    ['port', String(facts.endpoint.port)],
    ['protocol', quoted('TCP')],
    '',
    block('default_action', [
      ['type', quoted('forward')],
      ['target_group_arn', 'aws_lb_target_group.api.arn'],
    ]),
  ]);
}

function record(facts: Settled): HclBlock {
  return block('resource "aws_route53_record" "api"', [
    ['zone_id', 'var.dns_zone_id'],
    ['name', quoted(facts.endpoint.host)],
    ['type', quoted('A')],
    '',
    block('alias', [
      ['name', 'aws_lb.api.dns_name'],
      ['zone_id', 'aws_lb.api.zone_id'],
      ['evaluate_target_health', 'true'],
    ]),
  ]);
}

function output(): HclBlock {
  return block('output "api_dns_name"', [['value', 'aws_lb.api.dns_name']]);
}
