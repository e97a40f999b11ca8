/** Every row of the article's errors about masters and their balancer, as its right form. */
import { describe, expect, it } from 'vitest';
import { isObject } from '../../core/json.ts';
import { documentOf, example, site, textOf, west } from './example.test-support.ts';

const bare = example({ spec: site });
const nginx = example({ spec: site, controlPlane: { balancer: 'nginx' } });
const haproxyText = textOf(bare, 'hosts/shop-balancer-1/haproxy.cfg');
const nginxText = textOf(nginx, 'hosts/shop-balancer-1/nginx.conf');
const terraform = textOf(example({ spec: west }), 'terraform/api-balancer.tf');
const cluster = documentOf(bare, 'hosts/shop-cp-1/kubeadm.yaml', 'ClusterConfiguration') as {
  etcd: { local: { extraArgs: readonly { name: string; value: string }[] } };
};
const everything = JSON.stringify(bare.artifacts) + JSON.stringify(nginx.artifacts) + terraform;

describe('item 1 of the article', () => {
  it('1.1 etcd timers are whole milliseconds without a unit', () => {
    const timers = cluster.etcd.local.extraArgs.filter(
      ({ name }) => name === 'heartbeat-interval' || name === 'election-timeout',
    );
    expect(timers).toHaveLength(2);
    for (const { value } of timers) expect(value).toMatch(/^\d+$/);
  });

  it('1.2 the request limit is not raised: it is no throughput knob', () => {
    expect(everything).not.toContain('157286400');
    expect(cluster.etcd.local.extraArgs.map(({ name }) => name)).not.toContain('max-request-bytes');
  });

  it('1.3 members stand in zones because their machines do, one per zone, and register with it', () => {
    expect(bare.plan.facts.members.map(({ zone }) => zone)).toEqual(['row-a', 'row-b', 'row-c']);
    for (const { name, zone } of bare.plan.facts.members) {
      const kind = name === 'shop-cp-1' ? 'InitConfiguration' : 'JoinConfiguration';
      const { nodeRegistration } = documentOf(bare, `hosts/${name}/kubeadm.yaml`, kind) as {
        nodeRegistration: { kubeletExtraArgs: unknown };
      };
      expect(JSON.stringify(nodeRegistration.kubeletExtraArgs)).toContain(`topology.kubernetes.io/zone=${zone}`);
    }
    const eks = example({ spec: west, controlPlane: { kind: 'eks' } });
    expect(eks.plan.facts.members).toEqual([]);
    expect(JSON.stringify(eks.artifacts)).not.toContain('heartbeat');
  });

  it('1.4 nginx gets only directives that stock nginx has', () => {
    expect(nginxText).not.toMatch(/^\s*(check|check_http_send|check_http_expect_alive|health_check)\b/m);
    expect(nginxText).toContain('max_fails=2');
  });

  it('1.5 health checks speak TLS to the TLS port and verify it', () => {
    expect(haproxyText).toContain('http-check connect ssl sni kubernetes.default.svc');
    expect(haproxyText).toContain('http-check send meth GET uri /readyz');
    expect(haproxyText).toMatch(/default-server check .* verify required ca-file/);
    expect(haproxyText).not.toContain('verify none');
    expect(terraform).toMatch(/protocol\s+= "HTTPS"\n\s+path\s+= "\/readyz"/);
  });

  it('1.6 balancers pass TLS through, so client certificates arrive', () => {
    expect(haproxyText).toMatch(/defaults\n {2}mode tcp/);
    expect(haproxyText).not.toMatch(/bind .*:6443.* ssl/);
    expect(nginxText).toContain('stream {');
    expect(nginxText).not.toMatch(/^http \{/m);
    expect(terraform).toContain('load_balancer_type               = "network"');
    expect(terraform).not.toContain('"TLS"');
  });

  it('1.7 a listener, all members, and a second balancer in another zone that can hold the address', () => {
    for (const text of [haproxyText, nginxText]) {
      for (const { address } of bare.plan.facts.members) expect(text).toContain(`${address}:6443`);
    }
    expect(haproxyText).toContain('bind *:6443');
    expect(nginxText).toMatch(/listen 6443;\n\s+proxy_pass members;/);
    expect(new Set(bare.plan.facts.balancer.instances.map(({ zone }) => zone)).size).toBe(2);
    const [one, two] = bare.plan.facts.balancer.instances.map(({ name }) =>
      textOf(bare, `hosts/${name}/keepalived.conf`),
    );
    expect(one).toContain('10.0.255.250');
    expect(two).toContain('10.0.255.250');
    expect(one).toContain('priority 100');
    expect(two).toContain('priority 99');
  });

  it('1.8 etcd is set where kubeadm reads it, never by an environment file', () => {
    expect(everything).not.toContain('etcd.conf');
    expect(everything).not.toContain('ETCD_');
    expect(isObject(cluster.etcd.local)).toBe(true);
  });
});

describe('what the article never mentions', () => {
  const flags = new Map(bare.plan.settings.apiServerArguments.map(({ name, value }) => [name, value]));

  it('anonymous requests reach health checks and nothing else', () => {
    expect(documentOf(bare, 'hosts/shared/authentication.yaml', 'AuthenticationConfiguration')['anonymous']).toEqual({
      enabled: true,
      conditions: [{ path: '/livez' }, { path: '/readyz' }, { path: '/healthz' }],
    });
    expect(flags.get('authentication-config')).toBe('/etc/kubernetes/holdfast/authentication.yaml');
    expect(flags.has('anonymous-auth')).toBe(false);
  });

  it('audit, encryption, drain and rebalancing are set', () => {
    expect(flags.get('audit-policy-file')).toBeDefined();
    expect(flags.get('encryption-provider-config')).toBeDefined();
    expect(flags.get('goaway-chance')).toBe('0.001');
    expect(flags.get('shutdown-delay-duration')).toBe('5s');
  });

  it('no file holds a key, a token or a password', () => {
    for (const made of [
      bare,
      example({ spec: west }),
      example({ spec: west, controlPlane: { kind: 'cluster-api' } }),
    ]) {
      const text = JSON.stringify(made.artifacts);
      expect(text).not.toMatch(/"token":|"certificateKey":|"tlsBootstrapToken"/);
      expect(text).not.toMatch(/[A-Za-z0-9+/]{43}=/);
      expect(text).not.toMatch(/[a-z0-9]{6}\.[a-z0-9]{16}"/);
    }
  });

  it('each member writes its own kubeconfigs; only authorities and shared files are copied', () => {
    const deploy = bare.plan.runbooks.find(({ id }) => id === 'deploy');
    const copies =
      deploy?.steps
        .filter(({ run }) => run?.includes('tar -C /'))
        .map(({ run }) => run)
        .join('\n') ?? '';
    expect(copies).toContain('pki/sa.key');
    expect(copies).not.toContain('controller-manager.conf');
    expect(copies).not.toContain('scheduler.conf');
    expect(bare.plan.verify.filter(({ command }) => command.includes('controller-manager.conf'))).toHaveLength(3);
  });

  it('sessions of a member that is down are closed, half-open ones end', () => {
    expect(haproxyText).toContain('on-marked-down shutdown-sessions');
    expect(haproxyText).toContain('option clitcpka');
    expect(terraform).toContain('enable_unhealthy_connection_termination = true');
  });

  it('statistics are on loopback', () => {
    expect(haproxyText).toMatch(/frontend status\n {2}bind 127\.0\.0\.1:8404/);
  });
});
