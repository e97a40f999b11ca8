/** What the plan of etcd holds for every document, and what it decides for particular ones. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { majority } from '../../availability/k-of-n.ts';
import { decision, planned, refusalsOf, runbookText, textOf, THREE_ZONES } from './example.test-support.ts';
import { lossesBy } from './members.ts';
import { leaderLossOf } from './timers.ts';

const ZONES = ['a', 'b', 'c', 'd', 'e'];
const zones = (count: number): string => `regions: [{name: west, zones: [${ZONES.slice(0, count).join(', ')}]}]`;
const regions = (count: number): string =>
  `regions: [${ZONES.slice(0, count)
    .map((name) => `{name: r${name}, zones: [${name}1, ${name}2]}`)
    .join(', ')}]`;

describe('every combination of provider, control plane, promise and zones', () => {
  const kinds = ['eks', 'kubeadm', 'cluster-api'];
  const combinations = ['aws', 'bare-metal', 'lab'].flatMap((provider) =>
    kinds.flatMap((kind) =>
      ['node', 'zone', 'region'].flatMap((survive) =>
        [...[1, 2, 3, 5].map(zones), ...[2, 3, 5].map(regions)].map(
          (where) => `provider: ${provider}, controlPlane: {kind: ${kind}}, survive: ${survive}, ${where}`,
        ),
      ),
    ),
  );

  it.each(combinations)('%s is planned, or refused with a reason', (spec) => {
    const refusals = refusalsOf(spec);
    for (const { message, expected } of refusals) expect(message.length * expected.length).toBeGreaterThan(0);
    if (refusals.length > 0) return;
    const { plan, facts, artifacts, cluster } = planned(spec);
    expect(planned(spec).artifacts).toEqual(artifacts);
    expect(new Set(artifacts.map(({ path }) => path)).size).toBe(artifacts.length);
    expect(facts.quorum).toBe(facts.members.length === 0 ? 0 : majority(facts.members.length));
    expect(new Set(facts.members.map(({ name }) => name)).size).toBe(facts.members.length);
    expect(new Set(facts.members.map(({ address }) => address)).size).toBe(facts.members.length);
    for (const by of cluster.survive === 'node' ? [] : (['zone', cluster.survive] as const)) {
      for (const loss of lossesBy(by, facts.members)) expect(loss.quorumKept, `${by} ${loss.domain}`).toBe(true);
    }
    for (const alert of plan.alerts) expect(plan.runbooks.map(({ id }) => id)).toContain(alert.runbook);
    const ids = new Set(plan.decisions.map(({ field }) => `etcd.${field}`));
    for (const artifact of artifacts) expect(artifact.decisions.filter((id) => !ids.has(id))).toEqual([]);
    expect(JSON.stringify([plan, artifacts])).not.toMatch(/undefined|NaN|\[object/);
  });
});

describe('members', () => {
  it('stand 1/1/1, 2/2/1 or 3/2/2 over three zones, so that no zone takes the quorum', () => {
    expect(decision(planned(), 'losses').value).toEqual(['a', 'b', 'c'].map((zone) => `${zone}: 2 of 3 left, quorum`));
    expect(decision(planned(`${THREE_ZONES}, etcd: {members: 5}`), 'losses').because).toContain(
      '2/2/1: losing a takes 2 and leaves 3 of 5',
    );
    expect(planned(`${THREE_ZONES}, etcd: {members: 7}`).facts.members.map(({ name }) => name)).toEqual([
      'cp-a-1',
      'cp-b-1',
      'cp-c-1',
      'cp-a-2',
      'cp-b-2',
      'cp-c-2',
      'cp-a-3',
    ]);
  });

  it('have addresses in the block of their zone', () => {
    expect(planned(`${THREE_ZONES}, etcd: {members: 5}`).facts.members.map(({ address }) => address)).toEqual([
      '10.0.0.11',
      '10.0.64.11',
      '10.0.128.11',
      '10.0.0.12',
      '10.0.64.12',
    ]);
  });

  it('cannot survive a zone with two zones, and the refusal shows the arithmetic and the way out', () => {
    expect(refusalsOf(`survive: zone, ${zones(2)}`)).toMatchObject([
      {
        path: 'spec.regions[0].zones',
        message: '3 members over 2 zones put 2 in one: losing that zone leaves 1 of 3, and a quorum is 2.',
        expected: 'three zones in region west',
        hint: expect.stringContaining('A third zone that holds one member and no workloads is enough') as string,
      },
    ]);
    expect(planned(`survive: node, ${zones(2)}`).plan.limits.join(' ')).toContain('Losing zone a stops every write');
  });

  it('stand in three regions when a region may be lost, with timers for that distance', () => {
    const plan = planned(`survive: region, regionRoundTrip: 150ms, ${regions(3)}`);
    expect(plan.facts.members.map(({ zone }) => zone)).toEqual(['a1', 'b1', 'c1']);
    expect(decision(plan, 'timers').value).toEqual({ roundTrip: '150 ms', heartbeat: '150 ms', election: '1500 ms' });
    expect(refusalsOf(`survive: region, ${regions(2)}`)).toMatchObject([{ path: 'spec.regions', code: 'no-quorum' }]);
  });

  it('may be one only where the document survives no more than a node, and the plan says what that is worth', () => {
    expect(refusalsOf(`survive: zone, ${zones(3)}, etcd: {members: 1}`)).toMatchObject([{ code: 'cannot-survive' }]);
    const plan = planned(`survive: node, ${zones(3)}, etcd: {members: 1}`);
    expect(decision(plan, 'quorum').value).toEqual({ members: 1, quorum: 1, tolerates: 0 });
    expect(plan.plan.limits[0]).toContain('survives no loss at all');
  });
});

describe('timers', () => {
  it('hold the rules of etcd for every round trip and every flush', () =>
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000 }), fc.integer({ min: 1, max: 5_000 }), (roundTrip, flush) => {
        const { facts } = planned(
          `regions: [{name: west, zones: [a, b, c], zoneRoundTrip: ${roundTrip}ms}], etcd: {load: {fsyncP99: ${flush}ms}}`,
        );
        const { electionTimeout: election, leaderLoss } = facts;
        const { heartbeatInterval: heartbeat } = facts.settings;
        expect(Number.isInteger(heartbeat) && Number.isInteger(election)).toBe(true);
        expect(heartbeat).toBeGreaterThanOrEqual(Math.max(100, roundTrip / 2));
        expect(election).toBeGreaterThanOrEqual(Math.max(5 * heartbeat, 10 * roundTrip));
        expect(election).toBeLessThanOrEqual(50_000);
        expect(leaderLoss.least).toBeLessThan(leaderLoss.most);
      }),
      { numRuns: 50 },
    ));

  it.each([
    ['heartbeat: 50ms', 'spec.etcd.heartbeat'],
    ['heartbeat: 11s', 'spec.etcd.heartbeat'],
    ['electionTimeout: 60s', 'spec.etcd.electionTimeout'],
    ['electionTimeout: 400ms', 'spec.etcd.electionTimeout'],
  ])('refuse %s', (fields, path) => {
    expect(refusalsOf(`${THREE_ZONES}, etcd: {${fields}}`).map((one) => one.path)).toContain(path);
  });

  it('explain what was measured on three members: every run lies within the bounds', () => {
    const within = (heartbeat: number, election: number, measured: readonly number[]) => {
      const { least, most } = leaderLossOf({ heartbeat, election, roundTrip: 0 });
      expect(measured.every((millis) => millis >= least && millis <= most)).toBe(true);
    };
    within(100, 1_000, [1_260, 1_900, 2_950]);
    within(500, 2_500, [2_490, 3_330]);
  });

  it('are not shortened for a promise that an election cannot keep', () => {
    const plan = planned(`${THREE_ZONES}, objectives: {controlPlaneRecovery: 1s}`);
    expect(plan.facts.electionTimeout).toBe(1_000);
    expect(decision(plan, 'leaderLoss').because).toContain(
      'controlPlaneRecovery promises 1 s, less than an election can take',
    );
  });

  it('refuse members that are too far apart', () => {
    expect(refusalsOf('regions: [{name: west, zones: [a, b, c], zoneRoundTrip: 6s}]')).toMatchObject([
      { path: 'spec.regions[0].zoneRoundTrip', code: 'too-far' },
    ]);
  });
});

describe('capacity', () => {
  it('moves events to an etcd of their own when only that makes the rest fit', () => {
    const load = 'load: {writesPerSecond: 2000, bytesPerWrite: 8Ki, eventShare: 50%}';
    const plan = planned(`${THREE_ZONES}, etcd: {${load}}`);
    expect(decision(plan, 'quota').value).toMatchObject({ events: 'apart', verdict: 'fits with events apart' });
    expect(plan.facts.apiServerArguments).toEqual([
      {
        name: 'etcd-servers-overrides',
        value: '/events#https://10.0.0.11:2382;https://10.0.64.11:2382;https://10.0.128.11:2382',
      },
    ]);
    expect(plan.artifacts.filter(({ path }) => path.endsWith('/etcd-events.yaml'))).toHaveLength(3);
    expect(plan.plan.needs.map(({ component }) => component)).toEqual(['etcd', 'etcd-events']);
    const shared = planned(`${THREE_ZONES}, etcd: {events: shared, ${load}}`);
    expect(decision(shared, 'quota').value).toMatchObject({ events: 'shared', verdict: 'does not fit etcd' });
  });

  it('takes the least quota that holds the data twice and a client that runs wild', () => {
    const quota = (liveData: string): unknown =>
      (decision(planned(`${THREE_ZONES}, etcd: {load: {liveData: ${liveData}}}`), 'quota').value as { quota: string })
        .quota;
    expect([quota('100Mi'), quota('600Mi'), quota('2Gi'), quota('6Gi')]).toEqual(['2Gi', '4Gi', '8Gi', '8Gi']);
    expect(refusalsOf(`${THREE_ZONES}, etcd: {quota: 16Gi}`)).toMatchObject([{ path: 'spec.etcd.quota' }]);
  });

  it('leaves compaction to kube-apiserver, whose flag is set only when it is asked for', () => {
    expect(planned().facts.apiServerArguments).toEqual([]);
    expect(planned().facts.arguments.map(({ name }) => name)).not.toContain('auto-compaction-retention');
    expect(planned(`${THREE_ZONES}, etcd: {compactionInterval: 1m}`).facts.apiServerArguments).toEqual([
      { name: 'etcd-compaction-interval', value: '60s' },
    ]);
  });

  it('says when the measured disk is too slow, and nothing about one that nobody measured', () => {
    expect(planned(`${THREE_ZONES}, etcd: {load: {fsyncP99: 40ms}}`).plan.limits.join(' ')).toContain(
      'flushes in 40 ms',
    );
    expect(decision(planned(), 'disk').value).toBe('unknown');
  });

  it('never lets a larger load fit where a smaller does not', () =>
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20_000 }), fc.integer({ min: 1, max: 20_000 }), (one, other) => {
        const fits = (rate: number): boolean =>
          planned(`${THREE_ZONES}, etcd: {load: {writesPerSecond: ${rate}}}`).facts.settings.verdict === 'fits';
        if (fits(Math.max(one, other))) expect(fits(Math.min(one, other))).toBe(true);
      }),
      { numRuns: 30 },
    ));
});

describe('snapshots', () => {
  const aws = 'provider: aws, regions: [{name: us-west-2, zones: [a, b, c]}]';

  it('come twice within the rpo and go to another failure domain', () => {
    const plan = planned(`${aws}, objectives: {rpo: 1h}`);
    expect(decision(plan, 'snapshots').value).toEqual({
      interval: '30m',
      keep: '7d',
      target: 's3/shop-etcd-snapshots/shop',
      region: 'us-west-2',
    });
    expect(textOf(plan, 'hosts/etcd-snapshot.timer')).toContain('OnUnitActiveSec=1800s');
    const two = planned('provider: aws, regions: [{name: us-west-2, zones: [a, b, c]}, {name: us-east-1, zones: [d]}]');
    expect(decision(two, 'snapshots').value).toMatchObject({ region: 'us-east-1' });
  });

  it('say what they cannot keep', () => {
    expect(planned(`${aws}, objectives: {rpo: 75s}`).plan.limits.join(' ')).toContain('more than the rpo of 1 m 15 s');
    expect(planned().plan.limits.join(' ')).toContain('stay on its members');
  });

  it('are compared with the hash at their end, which etcdutl snapshot status does not do', () => {
    const plan = planned();
    expect(textOf(plan, 'hosts/etcd-snapshot.sh')).toContain(
      `if [ "$(tail -c 32 "$part" | od -An -v -tx1 | tr -d ' \\n')" != "$(head -c -32 "$part" | sha256sum | cut -d ' ' -f 1)" ]`,
    );
    expect(runbookText(plan, 'restore')).toContain('head -c -32 "$SNAPSHOT" | sha256sum');
  });

  it('never take a flag beside the environment, which etcdctl refuses, and hold no key', () => {
    const plan = planned(`${THREE_ZONES}, etcd: {backup: {bucket: shop-etcd, endpoint: s3.example.net}}`);
    for (const path of ['hosts/etcd-snapshot.sh', 'hosts/etcd-defragment.sh'])
      expect(textOf(plan, path)).not.toContain('--endpoints');
    expect(JSON.stringify(plan.plan.runbooks)).not.toContain('--endpoints');
    expect(textOf(plan, 'hosts/etcd-snapshot.service')).toContain(
      'RCLONE_CONFIG_SNAPSHOTS_ENDPOINT=https://s3.example.net',
    );
    expect(JSON.stringify(plan.artifacts)).not.toMatch(/SECRET_ACCESS_KEY=\w/);
  });
});

describe('runbooks', () => {
  it('replace a member by removing the dead one first, and add the new one without a vote', () => {
    const external = runbookText(planned(`${THREE_ZONES}, etcd: {topology: external}`), 'replace-member');
    const order = ['etcdctl member remove', 'etcdctl member add "$DEAD" --learner', 'etcdctl member promote'];
    const at = order.map((words) => external.indexOf(words));
    expect(at).toEqual([...at].sort((a, b) => a - b));
    expect(at[0]).toBeGreaterThan(0);
    const stacked = runbookText(planned(), 'replace-member');
    expect(stacked.indexOf('etcdctl member remove')).toBeLessThan(stacked.indexOf('kubeadm join'));
    expect(stacked).toContain('DEAD=cp-a-1   # or cp-b-1, cp-c-1');
  });

  it('use variables for the machines of Cluster API, which names them itself', () => {
    const plan = planned(
      'provider: aws, controlPlane: {kind: cluster-api}, regions: [{name: us-west-2, zones: [a, b, c]}]',
    );
    expect(runbookText(plan, 'restore')).toContain('--initial-cluster "$NAME_1=https://$ADDRESS_1:2380,');
    expect(decision(plan, 'members').value).toEqual(['one in a', 'one in b', 'one in c']);
    expect(textOf(plan, 'hosts/etcdctl.env')).toContain('ETCDCTL_ENDPOINTS=https://127.0.0.1:2379\n');
  });

  it('defragment under the alarm NOSPACE, when etcdctl calls every member unhealthy', () => {
    expect(textOf(planned(), 'hosts/etcd-defragment.sh')).toContain(
      String.raw`'is healthy|Active Alarm\(s\): NOSPACE'`,
    );
  });

  it('start API servers before they depend on an etcd of events that has no quorum yet', () => {
    const plan = planned(`${THREE_ZONES}, etcd: {events: separate}`);
    const text = runbookText(plan, 'deploy');
    const at = ['leave etcd-servers-overrides out', 'etcd-events.yaml', '--etcd-servers-overrides=/events#'].map(
      (words) => text.indexOf(words),
    );
    expect(at).toEqual([...at].sort((a, b) => a - b));
    expect(at[0]).toBeGreaterThan(0);
    expect(plan.plan.limits.join(' ')).toContain('a second quorum that every API server needs');
  });

  it('clear NOSPACE in the only order that works: find, delete, compact, defragment, disarm', () => {
    const text = runbookText(planned(), 'no-space');
    const at = ['alarm list', 'kubectl delete', 'etcdctl compaction', 'etcd-defragment', 'etcdctl alarm disarm'].map(
      (words) => text.indexOf(words),
    );
    expect(at).toEqual([...at].sort((a, b) => a - b));
    expect(at[0]).toBeGreaterThan(0);
  });
});
