/** Kubeconfig files with everything inside; they are written to the lab's own directory and nowhere else. */
import { stringify } from 'yaml';
import type { KeyPair } from './authority.ts';

export interface KubeconfigContent {
  readonly cluster: string;
  readonly server: string;
  readonly user: string;
  /** PEM of the authority that signed the server's certificate. */
  readonly ca: string;
  readonly pair: KeyPair;
}

/** The text of a kubeconfig with one cluster, one user and one context. */
export function kubeconfigText({ cluster, server, user, ca, pair }: KubeconfigContent): string {
  const context = `${user}@${cluster}`;
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: cluster, cluster: { server, 'certificate-authority-data': base64(ca) } }],
    users: [
      {
        name: user,
        user: { 'client-certificate-data': base64(pair.certificate), 'client-key-data': base64(pair.key) },
      },
    ],
    contexts: [{ name: context, context: { cluster, user } }],
    'current-context': context,
  });
}

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}
