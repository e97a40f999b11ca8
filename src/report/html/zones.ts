/** Regions and zones with what stands in each: balancers, control plane, etcd, pools. */
import type { ControlPlaneFacts, EtcdFacts, Member } from '../../facts.ts';
import { formatBytes, formatCpu } from '../../core/quantity.ts';
import { type Plan } from '../../plan/types.ts';
import { type Pool, poolMaxPerZone, poolZones } from '../../spec/cluster.ts';
import type { Sweep } from '../../twin/results.ts';
import { lossOfZone, sayLoss } from '../losses.ts';
import { counted } from '../words.ts';
import { html, type Html } from './markup.ts';

interface Box {
  readonly name: string;
  readonly note: string;
}

/** One card per zone, grouped by region. */
export function zonesHtml(plan: Plan, losses?: Sweep): Html {
  return html`${managedNote(plan)}${plan.cluster.regions.map(
    (region) =>
      html`<div class="region">
        <h3>${region.name}</h3>
        <div class="zones">
          ${region.zones.map((zone) => zoneCard(zone, boxesIn(zone, plan), lossesIn({ region: region.name, zone }, plan, losses)))}
        </div>
      </div> `,
  )}`;
}

interface Loss {
  readonly tone: 'kept' | 'missed';
  readonly say: string;
}

/** What the loss of a zone leaves of etcd: whether anything can still be changed or repaired. */
function lossOf(at: Pick<Member, 'region' | 'zone'>, plan: Plan): Loss | undefined {
  const { members = [], quorum = 0 } = etcd(plan) ?? {};
  if (members.length === 0) return undefined;
  const left = members.filter(({ region, zone }) => region !== at.region || zone !== at.zone).length;
  if (left === members.length) return { tone: 'kept', say: 'Its loss takes no member of etcd.' };
  const leaves = `Its loss leaves ${left} of ${counted(members.length, 'member')} of etcd`;
  return left >= quorum
    ? { tone: 'kept', say: `${leaves}, and ${quorum} are the quorum: changes and repair go on.` }
    : {
        tone: 'missed',
        say: `${leaves}, and ${quorum} ${quorum === 1 ? 'is' : 'are'} the quorum: nothing can be changed or repaired until it is back.`,
      };
}

/** The quorum first, then what the simulation of the loss says of the workloads. */
function lossesIn(at: Pick<Member, 'region' | 'zone'>, plan: Plan, losses: Sweep | undefined): readonly Loss[] {
  const quorum = lossOf(at, plan);
  const row = losses === undefined ? undefined : lossOfZone(losses, at.region, at.zone);
  return [
    ...(quorum === undefined ? [] : [quorum]),
    ...(row === undefined
      ? []
      : [
          {
            tone: row.failure.workloadsDown.length > 0 ? ('missed' as const) : ('kept' as const),
            say: `Simulated: ${sayLoss(row.failure)}.`,
          },
        ]),
  ];
}

function zoneCard(zone: string, boxes: readonly Box[], losses: readonly Loss[]): Html {
  const items = boxes.map(({ name, note }) => html`<li><code>${name}</code><span>${note}</span></li> `);
  return html`<div class="card zone">
    <h3>${zone}</h3>
    <ul>
      ${items.length > 0 ? items : html`<li><span>nothing stands here</span></li>`}
    </ul>
    ${losses.map(({ tone, say }) => html`<p class="loss ${tone}">${say}</p>`)}
  </div> `;
}

function managedNote(plan: Plan): Html | undefined {
  const { members, kind } = controlPlane(plan) ?? { members: [], kind: 'kubeadm' };
  if (members.length > 0 || kind !== 'eks') return undefined;
  return html`<p class="soft">The provider runs API servers and etcd; the zones show what is yours.</p>`;
}

/** Members of the same machine are one box that says all its roles. */
function boxesIn(zone: string, plan: Plan): readonly Box[] {
  const roles = new Map<string, { member: Member; roles: string[] }>();
  const add = (members: readonly Member[] | undefined, role: string): void => {
    for (const member of members ?? []) {
      if (member.zone !== zone) continue;
      const known = roles.get(member.name);
      if (known) known.roles.push(role);
      else roles.set(member.name, { member, roles: [role] });
    }
  };
  add(controlPlane(plan)?.members, 'API server, controllers, scheduler');
  add(etcd(plan)?.members, 'etcd');
  add(controlPlane(plan)?.balancer?.instances, 'API balancer');
  const machines = [...roles.values()].map(({ member, roles: own }) => ({
    name: member.name,
    note: `${own.join(', ')} · ${member.address}`,
  }));
  return [
    ...machines,
    ...plan.cluster.pools.filter((pool) => poolZones(pool, plan.cluster).includes(zone)).map(poolBox),
  ];
}

function poolBox(pool: Pool): Box {
  const most = poolMaxPerZone(pool);
  const count =
    most > pool.nodesPerZone ? `${pool.nodesPerZone} to ${counted(most, 'node')}` : counted(pool.nodesPerZone, 'node');
  const { machine } = pool;
  const size = machine.type ?? `${formatCpu(machine.cpu)} CPU, ${formatBytes(machine.memory)}`;
  return { name: pool.name, note: `pool · ${count} · ${size}${pool.capacity === 'spot' ? ' · spot' : ''}` };
}

/** The fields that the boxes need; a plan without the system has none of them. */
function controlPlane(plan: Plan): (Partial<ControlPlaneFacts> & Pick<ControlPlaneFacts, 'members'>) | undefined {
  return (plan.systems as Partial<Plan['systems']>)['control-plane']?.facts;
}

function etcd(plan: Plan): EtcdFacts | undefined {
  return (plan.systems as Partial<Plan['systems']>).etcd?.facts;
}
