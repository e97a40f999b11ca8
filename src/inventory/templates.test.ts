import { describe, expect, it } from 'vitest';
import { PLAIN_ADMISSION } from '../kubernetes/defaulting.ts';
import { ignoreRefusals } from '../kubernetes/objects.ts';
import { splitLabels, templateHash, templateMaker } from './templates.ts';

const pod = (rawSpec: object, more: object = {}) => ({
  owner: 'Deployment/shop/web',
  kind: 'Deployment' as const,
  name: 'a',
  namespace: 'shop',
  labels: { app: 'web' },
  annotations: {},
  rawSpec,
  admission: PLAIN_ADMISSION,
  judged: true,
  admitted: true,
  refuse: ignoreRefusals,
  ...more,
});
const container = { name: 'c', resources: { requests: { cpu: '1' } } };

describe('pods of one owner', () => {
  it('share a template when they differ only in what the cluster filled in', () => {
    const { intern } = templateMaker();
    const token = (id: string) => ({
      volumes: [{ name: `kube-api-access-${id}` }],
      containers: [{ ...container, volumeMounts: [{ name: `kube-api-access-${id}` }] }],
    });
    const first = intern(pod({ ...token('aaaaa'), nodeName: 'n1', hostname: 'h1' }));
    expect(intern(pod({ ...token('bbbbb'), nodeName: 'n2' }))).toBe(first);
    expect(first).toMatchObject({ id: 0, demand: { requests: { cpu: 1_000 }, nodeName: undefined } });
  });

  it('do not share it when anything else differs', () => {
    const { intern } = templateMaker();
    const first = intern(pod({ containers: [container] }));
    expect(intern(pod({ containers: [{ ...container, image: 'x' }] }))).not.toBe(first);
    expect(intern(pod({ containers: [container], hostNetwork: true }))).not.toBe(first);
    expect(intern(pod({ containers: [container] }, { labels: { app: 'web', canary: 'yes' } }))).not.toBe(first);
    expect(intern(pod({ containers: [container] }, { owner: 'Deployment/shop/other' }))).not.toBe(first);
  });

  it('of a StatefulSet share it under their own labels', () => {
    expect(splitLabels({ app: 'db', 'statefulset.kubernetes.io/pod-name': 'db-0' })).toEqual({
      shared: { app: 'db' },
      own: { 'statefulset.kubernetes.io/pod-name': 'db-0' },
    });
    const { intern } = templateMaker();
    const first = intern(
      pod({ containers: [container] }, { labels: { app: 'db', 'apps.kubernetes.io/pod-index': '0' } }),
    );
    expect(
      intern(pod({ containers: [container] }, { labels: { app: 'db', 'apps.kubernetes.io/pod-index': '1' } })),
    ).toBe(first);
  });

  it('that are all different do not make reading slow or wrong', () => {
    const { intern } = templateMaker();
    const templates = Array.from({ length: 50 }, (_, index) =>
      intern(pod({ containers: [{ ...container, image: `x:${index}` }] })),
    );
    expect(new Set(templates).size).toBe(50);
    expect(intern(pod({ containers: [{ ...container, image: 'x:49' }] }))).toBe(templates[49]);
  });
});

describe('the hash of a template', () => {
  it('is the same for the same content in any order, and a label value', () => {
    expect(templateHash({ a: 1, b: [2] })).toBe(templateHash({ b: [2], a: 1 }));
    expect(templateHash({ a: 1 })).not.toBe(templateHash({ a: 2 }));
    expect(templateHash({})).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]{1,10}$/);
  });
});
