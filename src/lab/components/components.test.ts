import { describe, expect, it } from 'vitest';
import { describeComponents, flagSet, flags } from './component.ts';
import type { PlaneLayout } from './layout.ts';
import { planeComponents } from './plane.ts';

const layout: PlaneLayout = {
  zone: 'a',
  directory: '/lab',
  fsync: true,
  ports: {
    etcdClient: 1001,
    etcdPeer: 1002,
    etcdMetrics: 1003,
    apiServer: 1004,
    controllerManager: 1005,
    scheduler: 1006,
    kwok: 1007,
  },
};

function valueOf(component: string, flag: string, from: PlaneLayout = layout): string | undefined {
  const args = planeComponents(from).find(({ name }) => name === component)?.args ?? [];
  return args.find((arg) => arg.startsWith(`--${flag}=`))?.slice(flag.length + 3);
}

describe('components of a plane', () => {
  it('start in the order in which they need each other', () => {
    expect(planeComponents(layout).map(({ name }) => name)).toEqual([
      'etcd-a',
      'kube-apiserver-a',
      'kube-controller-manager-a',
      'kube-scheduler-a',
    ]);
  });

  it('are the same value for the same layout: nothing is read from the machine', () => {
    expect(planeComponents(layout)).toEqual(planeComponents(structuredClone(layout)));
  });

  it('listen on loopback only, and advertise an address that is not loopback', () => {
    const args = planeComponents(layout).flatMap((component) => component.args);
    expect(args.filter((arg) => arg.includes('0.0.0.0'))).toEqual([]);
    expect(valueOf('kube-apiserver-a', 'bind-address')).toBe('127.0.0.1');
    expect(valueOf('kube-apiserver-a', 'advertise-address')).toBe('198.18.7.1');
    for (const arg of args.filter((one) => /listen-.*-urls|bind-address/.test(one))) expect(arg).toContain('127.0.0.1');
  });

  it('let privileged pods through to admission, which is where policies judge them', () => {
    expect(valueOf('kube-apiserver-a', 'allow-privileged')).toBe('true');
  });

  it('each controller has a user of its own and talks to its own plane', () => {
    expect(valueOf('kube-controller-manager-a', 'kubeconfig')).toBe('/lab/controller-manager.kubeconfig');
    expect(valueOf('kube-scheduler-a', 'kubeconfig')).toBe('/lab/scheduler.kubeconfig');
  });

  it('keep fsync on unless it is asked off', () => {
    expect(valueOf('etcd-a', 'unsafe-no-fsync')).toBeUndefined();
    expect(valueOf('etcd-a', 'unsafe-no-fsync', { ...layout, fsync: false })).toBe('true');
  });

  it('use each port once', () => {
    const ports = planeComponents(layout).flatMap((component) => Object.values(component.ports));
    expect(new Set(ports).size).toBe(ports.length);
  });

  it('take flags that replace ours in place and add new ones', () => {
    const changed = {
      ...layout,
      extraArgs: { 'kube-apiserver': flagSet({ 'authorization-mode': 'RBAC', 'goaway-chance': 0.001 }) },
    };
    const args = planeComponents(changed)[1]?.args ?? [];
    expect(args.filter((arg) => arg.startsWith('--authorization-mode='))).toEqual(['--authorization-mode=RBAC']);
    expect(args.at(-1)).toBe('--goaway-chance=0.001');
  });
});

describe('a dry run', () => {
  it('prints commands that a shell takes as they are', () => {
    const text = describeComponents(planeComponents(layout).slice(0, 1), (binary) => `/opt/my tools/${binary}`);
    expect(text).toContain('# etcd-a: ready when http://127.0.0.1:1003/readyz answers 200');
    expect(text).toContain("'/opt/my tools/etcd' \\\n  --name=etcd-a \\\n");
  });

  it('quotes what a shell would read otherwise', () => {
    const [component] = planeComponents({ ...layout, extraArgs: { etcd: [{ name: 'x', value: "it's $HOME" }] } });
    const text = describeComponents(component === undefined ? [] : [component], (binary) => binary);
    expect(text).toContain(String.raw`'--x=it'\''s $HOME'`);
  });

  it('merges flags by name, the last wins', () => {
    expect(flags(flagSet({ a: 1, b: 2 }), flagSet({ a: 3 }))).toEqual(['--a=3', '--b=2']);
  });
});
