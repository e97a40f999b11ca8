/** kube-controller-manager and kube-scheduler, each with its own user, both talking to their own plane's API server. */
import { LOOPBACK, POD_CIDR, type PlaneLayout, type PlaneUser, SERVICE_CIDR, planePaths } from './layout.ts';
import { type Component, flagSet, flags } from './component.ts';
import type { Argument } from '../../facts.ts';

/** Flags as kubeadm v1.36.3 gives them (app/phases/controlplane/manifests.go), with our addresses and files. */
export function controllerManagerComponent(layout: PlaneLayout): Component {
  const paths = planePaths(layout);
  const own = flagSet({
    'allocate-node-cidrs': true,
    'cluster-cidr': POD_CIDR,
    'service-cluster-ip-range': SERVICE_CIDR,
    'cluster-name': 'kubernetes',
    'client-ca-file': paths.certificate('ca'),
    'root-ca-file': paths.certificate('ca'),
    'cluster-signing-cert-file': paths.certificate('ca'),
    'cluster-signing-key-file': paths.key('ca'),
    'requestheader-client-ca-file': paths.certificate('front-proxy-ca'),
    'service-account-private-key-file': paths.serviceAccountPrivate,
    'use-service-account-credentials': true,
    controllers: '*,bootstrapsigner,tokencleaner',
  });
  return {
    name: `kube-controller-manager-${layout.zone}`,
    binary: 'kube-controller-manager',
    args: flags(
      clientFlags(layout, 'controller-manager', layout.ports.controllerManager),
      own,
      layout.extraArgs?.['kube-controller-manager'] ?? [],
    ),
    environment: {},
    ports: { secure: layout.ports.controllerManager },
    ready: { url: `https://${LOOPBACK}:${layout.ports.controllerManager}/healthz`, trust: 'own' },
    stopGraceMillis: 3_000,
  };
}

export function schedulerComponent(layout: PlaneLayout): Component {
  return {
    name: `kube-scheduler-${layout.zone}`,
    binary: 'kube-scheduler',
    args: flags(clientFlags(layout, 'scheduler', layout.ports.scheduler), layout.extraArgs?.['kube-scheduler'] ?? []),
    environment: {},
    ports: { secure: layout.ports.scheduler },
    ready: { url: `https://${LOOPBACK}:${layout.ports.scheduler}/readyz`, trust: 'own' },
    stopGraceMillis: 3_000,
  };
}

function clientFlags(layout: PlaneLayout, user: PlaneUser, port: number): readonly Argument[] {
  const kubeconfig = planePaths(layout).kubeconfig(user);
  return flagSet({
    kubeconfig,
    'authentication-kubeconfig': kubeconfig,
    'authorization-kubeconfig': kubeconfig,
    'bind-address': LOOPBACK,
    'secure-port': port,
    'leader-elect': true,
  });
}
