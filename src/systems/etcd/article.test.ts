/** Every row of the article's errors about etcd: its right form in what is planned, and its wrong form refused. */
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { atLeast } from '../../availability/k-of-n.ts';
import { decision, planned, refusalsOf, runbookText, textOf, THREE_ZONES } from './example.test-support.ts';

const flag = (spec: string, name: string): string | undefined =>
  planned(spec).facts.arguments.find((one) => one.name === name)?.value;
const etcd = (fields: string): string => `${THREE_ZONES}, etcd: {${fields}}`;

describe('item 1: multi-master', () => {
  it('1.1 heartbeat and election are whole numbers of milliseconds without a unit', () => {
    for (const spec of [THREE_ZONES, etcd('heartbeat: 200ms, electionTimeout: 2s')]) {
      expect(flag(spec, 'heartbeat-interval')).toMatch(/^\d+$/);
      expect(flag(spec, 'election-timeout')).toMatch(/^\d+$/);
    }
    expect(flag(etcd('heartbeat: 200ms, electionTimeout: 2s'), 'election-timeout')).toBe('2000');
  });

  it('1.1 heartbeat 500ms with election 2000ms, which etcd refuses at start, is refused', () => {
    expect(refusalsOf(etcd('heartbeat: 500ms, electionTimeout: 2000ms'))).toMatchObject([
      {
        path: 'spec.etcd.electionTimeout',
        message: expect.stringContaining('less than 5 heartbeats of 500 ms') as string,
      },
    ]);
  });

  it('1.2 the request limit stays at 1.5 MiB, and 150 MiB is refused with the reason', () => {
    expect(decision(planned(), 'requestLimit').value).toBe('1536Ki');
    expect(flag(THREE_ZONES, 'max-request-bytes')).toBeUndefined();
    expect(flag(etcd('maxRequestBytes: 2Mi'), 'max-request-bytes')).toBe('2097152');
    expect(refusalsOf(etcd('maxRequestBytes: 150Mi'))).toMatchObject([
      { path: 'spec.etcd.maxRequestBytes', message: expect.stringContaining('raises no throughput') as string },
    ]);
  });

  it('1.3 members get their zones from their machines, in the plan, and no label is said to force anything', () => {
    const plan = planned('provider: aws, regions: [{name: us-west-2, zones: [us-west-2a, us-west-2b, us-west-2c]}]');
    expect(plan.facts.members.map(({ zone }) => zone)).toEqual(['us-west-2a', 'us-west-2b', 'us-west-2c']);
    expect(decision(plan, 'topology').because).toContain('no label or spread constraint moves it');
    expect(plan.plan.verify.map(({ command }) => command).join('\n')).toContain('topology.kubernetes.io/zone');
  });

  it('1.3 on EKS etcd is not ours: no member, no flag, no file, and what is written is refused', () => {
    const eks = 'provider: aws, regions: [{name: us-west-2, zones: [a, b, c]}], controlPlane: {kind: eks}';
    const plan = planned(eks);
    expect(plan.facts).toMatchObject({ topology: 'managed', members: [], arguments: [], apiServerArguments: [] });
    expect(plan.artifacts).toEqual([]);
    expect(refusalsOf(`${eks}, etcd: {quota: 8Gi, backup: {keep: 7d}}`).map(({ path }) => path)).toEqual([
      'spec.etcd.quota',
      'spec.etcd.backup.keep',
    ]);
  });

  it('1.8 no environment file of a distribution: flags for kubeadm, one configuration file when external', () => {
    const files = [planned(), planned(etcd('topology: external'))].flatMap(({ artifacts }) => artifacts);
    expect(files.filter(({ path }) => path.endsWith('etcd.conf'))).toEqual([]);
    expect(JSON.stringify(files)).not.toMatch(/ETCD_(HEARTBEAT|ELECTION|MAX_REQUEST|SNAPSHOT_COUNT)/);
    const external = planned(etcd('topology: external'));
    const unit = textOf(external, 'hosts/etcd.service');
    expect(unit).toMatch(/ExecStart=\/usr\/local\/bin\/etcd --config-file=\/etc\/etcd\/etcd.conf.yaml\n/);
    expect(unit).not.toMatch(/^Environment/m);
    expect(load(textOf(external, 'hosts/etcd-a-1/etcd.conf.yaml'))).toMatchObject({
      name: 'etcd-a-1',
      'heartbeat-interval': 100,
      'election-timeout': 1_000,
      'initial-cluster-state': 'new',
    });
  });
});

describe('item 2: etcd', () => {
  const article = 'load: {writesPerSecond: 2000, bytesPerWrite: 10240}';

  it('2.1 members follow from the losses to tolerate, never from the writes', () => {
    const plain = planned();
    const busy = planned(etcd(article));
    expect(busy.facts.members).toEqual(plain.facts.members);
    expect(decision(plain, 'quorum').because).toContain('more members make writes slower');
    expect(decision(plain, 'quorum').because).toContain('no working and spare members');
  });

  it('2.2 thirteen members are refused with the reason, and so is every even count', () => {
    expect(refusalsOf(etcd('members: 13'))).toMatchObject([
      {
        path: 'spec.etcd.members',
        message: expect.stringContaining('write throughput does not grow with members') as string,
      },
    ]);
    expect(refusalsOf(etcd('members: 4'))).toMatchObject([
      {
        message: expect.stringContaining('tolerate the loss of 1, as many as 3 members do') as string,
        expected: '3, 5 or 7',
      },
    ]);
    expect(planned(etcd('members: 5')).facts).toMatchObject({ quorum: 3 });
  });

  it('2.2 availability by count is the binomial sum', () => {
    const { because } = decision(planned(), 'quorum');
    for (const [count, quorum] of [
      [3, 2],
      [4, 3],
      [5, 3],
    ] as const) {
      expect(because).toContain(`${Number((atLeast(quorum, count, 0.99) * 100).toFixed(5))}%`);
    }
  });

  it("2.3 capacity is judged by a sourced figure, etcd's benchmark, not by 1.5 MB/s per member", () => {
    const plan = planned(etcd('load: {writesPerSecond: 50000, bytesPerWrite: 256, liveData: 100Mi}'));
    expect(decision(plan, 'quota').value).toMatchObject({ verdict: 'does not fit etcd' });
    expect(decision(plan, 'quota').because).toContain('44341');
  });

  it("2.4 the article's 20 MB/s fill 2 GiB in 105 s and leave more history than 8 GiB: it does not fit etcd", () => {
    const plan = planned(etcd(article));
    expect(decision(plan, 'quota').value).toMatchObject({ verdict: 'does not fit etcd', quota: '8Gi' });
    expect(decision(plan, 'quota').because).toContain('a quota of 2 GiB is full after 1 m 45 s');
    expect(plan.plan.limits.join(' ')).toContain('does not fit etcd');
    expect(2_000 * 10_240 * 600).toBeGreaterThan(8 * 2 ** 30);
  });

  it('2.5 the snapshot count is left alone and is no field', () => {
    expect(flag(THREE_ZONES, 'snapshot-count')).toBeUndefined();
    expect(refusalsOf(etcd('snapshotCount: 10000'))).toMatchObject([{ code: 'unknown-key' }]);
    expect(decision(planned(), 'requestLimit').because).toContain('nothing to do with backups');
  });

  it('2.6 timers follow the round trip and are said to carry no throughput', () => {
    expect(decision(planned(), 'timers').because).toContain('they carry no throughput');
    expect(decision(planned(), 'timers').value).toEqual({
      roundTrip: '2 ms',
      heartbeat: '100 ms',
      election: '1000 ms',
    });
    expect(decision(planned(etcd('heartbeat: 500ms, electionTimeout: 2500ms')), 'leaderLoss').value).toEqual({
      least: '2000 ms',
      most: '6008 ms',
    });
  });

  it('2.7 restores use etcdutl, for every member by its name and peer address, with a new token', () => {
    const plan = planned();
    const text = runbookText(plan, 'restore');
    const all = plan.facts.members.map(({ name, address }) => `${name}=https://${address}:2380`).join(',');
    for (const { name, address } of plan.facts.members) {
      expect(text).toContain(
        [
          'etcdutl snapshot restore ~/restore.db \\',
          `  --name "${name}" \\`,
          '  --data-dir /var/lib/etcd \\',
          `  --initial-cluster "${all}" \\`,
          '  --initial-cluster-token "shop-restore-1" \\',
          `  --initial-advertise-peer-urls "https://${address}:2380" \\`,
          '  --bump-revision 1000000000 --mark-compacted',
        ].join('\n'),
      );
    }
    const everything = JSON.stringify([plan.plan, plan.artifacts]);
    expect(everything).not.toMatch(/etcdctl snapshot (restore|status)/);
    expect(everything).not.toContain('ETCDCTL_API');
  });

  it('2.8 restores bump the revision, mark it compacted, and stop every API server first', () => {
    const text = runbookText(planned(), 'restore');
    expect(text.match(/--bump-revision 1000000000 --mark-compacted/g)).toHaveLength(3);
    expect(text.indexOf('kube-apiserver.yaml')).toBeLessThan(text.indexOf('etcdutl snapshot restore'));
    expect(text.match(/kubectl get configmap restore-check/g)).toHaveLength(2);
  });

  it('2.9 alerts compare with plain numbers of seconds, at the thresholds of the mixin', () => {
    const { alerts } = planned().plan;
    for (const { expr } of alerts) expect(expr).not.toMatch(/[<>]=? *\d+(\.\d+)?(ms|s|m)\b/);
    const fsync = alerts.filter(({ name }) => /Fsync/.test(name));
    expect(fsync.map(({ expr, severity }) => [Number(/> (.*)$/.exec(expr)?.[1]), severity])).toEqual([
      [0.01, 'info'],
      [0.5, 'warning'],
      [1, 'critical'],
    ]);
  });

  it.each([
    ['quota', 'etcdDatabaseQuotaLowSpace'],
    ['database size', 'etcdExcessiveDatabaseGrowth'],
    ['no leader', 'etcdNoLeader'],
    ['members down', 'etcdMembersDown'],
    ['no quorum', 'etcdInsufficientMembers'],
    ['peer round trip', 'etcdMemberCommunicationSlow'],
    ['defragmentation', 'etcdDatabaseHighFragmentationRatio'],
    ['backups', 'etcdSnapshotTooOld'],
  ])('2.10 there is an alert for %s', (_, name) => {
    expect(planned().plan.alerts.map((alert) => alert.name)).toContain(name);
  });

  it('2.10 every connection of a member is TLS with client certificates', () => {
    const plan = planned(etcd('topology: external'));
    expect(load(textOf(plan, 'hosts/etcd-b-1/etcd.conf.yaml'))).toMatchObject({
      'listen-peer-urls': expect.stringMatching(/^https:/) as string,
      'client-transport-security': { 'client-cert-auth': true, 'trusted-ca-file': '/etc/kubernetes/pki/etcd/ca.crt' },
      'peer-transport-security': { 'client-cert-auth': true, 'trusted-ca-file': '/etc/kubernetes/pki/etcd/ca.crt' },
    });
    expect(textOf(plan, 'hosts/etcdctl.env')).toContain('export ETCDCTL_CACERT=/etc/kubernetes/pki/etcd/ca.crt');
  });
});
