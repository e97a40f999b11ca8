import { writeFileSync } from 'node:fs';
import { stringify } from 'yaml';
import { z } from 'zod';
import { baseSpec } from '../src/spec/cluster.ts';
import { scheduling } from '../src/systems/scheduling/index.ts';
const bases: Record<string, any> = {
  eks: { provider: 'aws', regions: [{ name: 'r', zones: ['ra', 'rb', 'rc'] }], objectives: { nodeFailureRecovery: '2m', zoneFailureRecovery: '5m' }, pools: [{ name: 'general', nodesPerZone: 3, maxNodesPerZone: 20 }, { name: 'gpu', nodesPerZone: 0, maxNodesPerZone: 3, machine: { type: 'g6.2xlarge' }, labels: { workload: 'ai' }, taints: [{ key: 'dedicated', value: 'ai' }] }] },
  kubeadm: { provider: 'bare-metal', regions: [{ name: 'r', zones: ['ra', 'rb', 'rc'] }], objectives: { nodeFailureRecovery: '2m', zoneFailureRecovery: '5m' }, pools: [{ name: 'general', nodesPerZone: 20 }] },
};
const [name, sectionText] = [process.argv[2] ?? 'eks', process.argv[3] ?? '{}'];
const cluster = { ...z.object(baseSpec).parse(bases[name]), name: 'shop', controlPlane: { kind: name } } as any;
const section = scheduling.section.parse(JSON.parse(sectionText));
const plan = scheduling.plan(section, { cluster, plans: {} as never });
if (process.argv[4] === 'plan') { for (const d of plan.decisions) console.log(`${d.field} = ${JSON.stringify(d.value)}\n   ${d.because}\n`); console.log(plan.limits.join('\n')); }
else { const out = scheduling.render(plan, { cluster, plans: {} as never }); writeFileSync(`/tmp/sched/${name}.yaml`, out.flatMap((a: any) => a.form === 'object' ? [stringify(a.object, { lineWidth: 0 })] : []).join('---\n'));
 for (const r of plan.runbooks) for (const s of r.steps) if (s.run?.includes('apply')) writeFileSync(`/tmp/sched/${name}-${r.id}.sh`, s.run); 
 for (const a of out) console.log(a.path); }
