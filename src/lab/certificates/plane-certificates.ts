/** Writes the keys, certificates and kubeconfigs of one plane. */
import { mkdir, writeFile } from 'node:fs/promises';
import {
  ADVERTISED,
  LOOPBACK,
  type PlaneLayout,
  type PlaneUser,
  SERVICE_ADDRESS,
  planePaths,
  planeUrl,
} from '../components/layout.ts';
import {
  type Authority,
  type CertificateRequest,
  type KeyPair,
  createAuthority,
  createServiceAccountKeys,
} from './authority.ts';
import { kubeconfigText } from './kubeconfig.ts';

const SERVICE_NAMES = [
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
];
const LOCAL = { names: ['localhost'], addresses: [LOOPBACK, ADVERTISED] };

/** Users as kubeadm names them; the admin is in system:masters, so it has rights before any binding exists. */
const USERS: Readonly<Record<PlaneUser, CertificateRequest>> = {
  admin: { commonName: 'kubernetes-super-admin', organizations: ['system:masters'] },
  'controller-manager': { commonName: 'system:kube-controller-manager' },
  scheduler: { commonName: 'system:kube-scheduler' },
};

/** Three authorities as kubeadm has them, all certificates that the plane's processes take, and a kubeconfig per user. */
export async function writePlaneCertificates(layout: PlaneLayout, now: Date): Promise<void> {
  const paths = planePaths(layout);
  await mkdir(paths.pki, { recursive: true, mode: 0o700 });
  const ca = await createAuthority('kubernetes', now);
  const etcd = await createAuthority('etcd-ca', now);
  const frontProxy = await createAuthority('front-proxy-ca', now);
  const pairs: Readonly<Record<string, KeyPair>> = {
    ca,
    'etcd-ca': etcd,
    'front-proxy-ca': frontProxy,
    etcd: await etcd.issue({ commonName: `etcd-${layout.zone}`, ...LOCAL }),
    'etcd-peer': await etcd.issue({ commonName: `etcd-${layout.zone}`, ...LOCAL }),
    'apiserver-etcd-client': await etcd.issue({ commonName: 'kube-apiserver-etcd-client' }),
    apiserver: await ca.issue({
      commonName: 'kube-apiserver',
      names: [...LOCAL.names, ...SERVICE_NAMES],
      addresses: [...LOCAL.addresses, SERVICE_ADDRESS],
    }),
    'front-proxy-client': await frontProxy.issue({ commonName: 'front-proxy-client' }),
  };
  for (const [name, pair] of Object.entries(pairs)) {
    await writeFile(`${paths.pki}/${name}.crt`, pair.certificate);
    await writeSecret(`${paths.pki}/${name}.key`, pair.key);
  }
  const serviceAccount = await createServiceAccountKeys();
  await writeSecret(paths.serviceAccountPrivate, serviceAccount.privateKey);
  await writeFile(paths.serviceAccountPublic, serviceAccount.publicKey);
  await writeKubeconfigs(layout, ca);
}

async function writeKubeconfigs(layout: PlaneLayout, ca: Authority): Promise<void> {
  const paths = planePaths(layout);
  for (const user of ['admin', 'controller-manager', 'scheduler'] as const) {
    const pair = await ca.issue(USERS[user]);
    await writeFile(`${paths.pki}/${user}.crt`, pair.certificate);
    await writeSecret(`${paths.pki}/${user}.key`, pair.key);
    const text = kubeconfigText({
      cluster: `holdfast-${layout.zone}`,
      server: planeUrl(layout),
      user,
      ca: ca.certificate,
      pair,
    });
    await writeSecret(paths.kubeconfig(user), text);
  }
}

async function writeSecret(path: string, text: string): Promise<void> {
  await writeFile(path, text, { mode: 0o600 });
}
