/** Runbooks are run by a person in an outage: each command has to do what its sentence says, on the machine that it names. */
import { describe, expect, it } from 'vitest';
import type { Runbook } from '../../system.ts';
import { documentOf, example, site, textOf, west } from './example.test-support.ts';

const bare = example({ spec: site });
const aws = example({ spec: west });
const capi = example({ spec: west, controlPlane: { kind: 'cluster-api' } });

function runbook(made: typeof bare, id: string): Runbook {
  const found = made.plan.runbooks.find((one) => one.id === id);
  if (!found) throw new Error(`no runbook ${id}`);
  return found;
}

function commands(made: typeof bare, id: string): string {
  return runbook(made, id)
    .steps.map(({ run }) => run ?? '')
    .join('\n');
}

describe('members on AWS', () => {
  it('say which instance they are before their node registers: its name is not one that the cloud controller knows', () => {
    for (const { name } of aws.plan.facts.members) {
      const kind = name === 'shop-cp-1' ? 'InitConfiguration' : 'JoinConfiguration';
      expect(documentOf(aws, `hosts/${name}/kubeadm.yaml`, kind)['patches']).toEqual({
        directory: '/etc/kubernetes/holdfast/patches',
      });
    }
    expect(textOf(aws, 'hosts/shared/write-provider-id.sh')).toContain('providerID: aws:///$zone/$instance');
    const deploy = commands(aws, 'deploy');
    for (const { name } of aws.plan.facts.members) {
      const said = deploy.indexOf(`ssh root@${name} sh /etc/kubernetes/holdfast/write-provider-id.sh`);
      expect(said).toBeGreaterThan(-1);
      expect(said).toBeLessThan(deploy.indexOf('kubeadm init --config'));
    }
    expect(commands(aws, 'replace-member')).toContain('write-provider-id.sh && kubeadm join');
  });

  it('are not asked elsewhere', () => {
    expect(documentOf(bare, 'hosts/shop-cp-1/kubeadm.yaml', 'InitConfiguration')).not.toHaveProperty('patches');
    expect(commands(bare, 'deploy')).not.toContain('provider-id');
  });

  it('have the tag by which the cloud controller knows its cluster, before it is installed', () => {
    const deploy = commands(aws, 'deploy');
    expect(deploy).toContain('Name=tag:kubernetes.io/cluster/shop,Values=owned');
    expect(deploy.indexOf('tag:kubernetes.io/cluster/shop')).toBeLessThan(deploy.indexOf('helm upgrade'));
  });

  it('run the cloud controller in the network of the machines, since there is no other yet', () => {
    for (const made of [aws, capi])
      expect(commands(made, 'deploy')).toMatch(/cloud-controller-manager .*hostNetworking=true/);
  });
});

describe('several regions on AWS', () => {
  const both = example({
    spec: {
      ...west,
      regions: [...west.regions, { name: 'us-east-1', zones: ['us-east-1a', 'us-east-1b', 'us-east-1c'] }],
    },
  });

  it('have no cloud controller: it knows one region and would delete the nodes of the other', () => {
    expect(JSON.stringify(both.artifacts)).not.toContain('cloud-provider');
    expect(commands(both, 'deploy')).not.toContain('cloud-controller-manager');
    expect(both.plan.limits.join('\n')).toContain('No cloud controller manager runs');
    expect(JSON.stringify(aws.artifacts)).toContain('{"name":"cloud-provider","value":"external"}');
  });

  it('have their balancer where the members are, whatever region the shell is set to', () => {
    for (const made of [aws, both])
      expect(textOf(made, 'terraform/api-balancer.tf')).toContain('provider "aws" {\n  region = "us-west-2"\n}');
  });
});

describe('the runbook that makes the control plane', () => {
  it('says from where a private endpoint of EKS is reached', () => {
    const say = (endpoint: Record<string, unknown>) =>
      runbook(example({ spec: west, controlPlane: { kind: 'eks', endpoint } }), 'deploy').steps.at(-1)?.say;
    expect(say({})).toContain('Its endpoint is private');
    expect(say({ public: true })).toBe('See that the API is ready.');
  });

  it('waits for a network plug-in: no node is ready without one', () => {
    for (const made of [bare, aws, capi]) {
      const step = runbook(made, 'deploy').steps.find(({ say }) => say.includes('network plug-in'));
      expect(step?.say).toContain('10.244.0.0/16');
      expect(step?.run).toContain('--for=condition=Ready');
    }
  });

  it('takes a line out of the hosts file exactly where it puts one in', () => {
    for (const made of [bare, aws, example({ spec: site, controlPlane: { balancer: 'kube-vip' } })]) {
      const run = commands(made, 'deploy');
      expect(run.includes("sed -i '/until the first member is ready/d'")).toBe(run.includes('>> /etc/hosts'));
    }
  });
});

describe('the runbook for controllers without a leader', () => {
  const steps = runbook(bare, 'controllers-without-leader').steps;

  it('looks before it changes anything', () => {
    const looking = steps.find(({ run }) => run?.includes('grep server:'));
    expect(looking?.run).not.toContain('kubeadm');
  });

  it('makes the files of each member anew with its own address, and takes the old ones away first', () => {
    for (const { name, address } of bare.plan.facts.members) {
      const run = steps.find((step) => step.run?.startsWith(`ssh root@${name} 'cd /etc/kubernetes && rm -f `))?.run;
      expect(run).toContain(`--apiserver-advertise-address ${address} `);
      expect(run).not.toContain('--config');
    }
  });
});

describe('the runbook of an upgrade', () => {
  it('keeps the patches of machines that stay, and replaces those of groups', () => {
    expect(commands(bare, 'upgrade')).toContain('kubeadm upgrade node --patches /etc/kubernetes/patches');
    expect(commands(aws, 'upgrade')).toContain('terminate-instance-in-auto-scaling-group');
    expect(commands(aws, 'upgrade')).not.toContain('--patches');
  });

  it('says on every member that the new kubeadm has to be there', () => {
    const [first, ...others] = bare.plan.facts.members;
    for (const { name } of [first, ...others].filter((one) => one !== undefined)) {
      const step = runbook(bare, 'upgrade').steps.find(({ run }) => run?.startsWith(`ssh root@${name} `));
      expect(step?.say).toContain('install the new kubeadm');
    }
  });
});

describe('etcd of a stacked member', () => {
  it('runs the image that its own project publishes for every release; those of Kubernetes exist for few', () => {
    const cluster = documentOf(bare, 'hosts/shop-cp-1/kubeadm.yaml', 'ClusterConfiguration') as {
      etcd: { local: { imageTag: string } };
    };
    expect(cluster.etcd.local.imageTag).toBe('v3.6.14');
  });
});
