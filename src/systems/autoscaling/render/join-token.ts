/** What renews the token that machines of Auto Scaling groups join with: a token lives a day, the groups live for years. */
import type { Cluster } from '../../../spec/cluster.ts';
import type { Artifact } from '../../../system.ts';

const NAME = 'holdfast-join-token';
/** kubeadm's own default; three renewals may fail in a row before a machine cannot join. */
const TOKEN_LIFE = '24h';
const RENEWALS = '00/6:00';

/** Name of the parameter that holds the discovery file. */
export function parameterName(cluster: string): string {
  return `/${cluster}/join/discovery`;
}

/** Script, service and timer for the control-plane machines. */
export function joinTokenArtifacts(cluster: Pick<Cluster, 'name' | 'regions'>): readonly Artifact[] {
  const text = (file: string, syntax: 'shell' | 'systemd', purpose: string, lines: readonly string[]): Artifact => ({
    form: 'text',
    syntax,
    path: `join/${file}`,
    purpose,
    decisions: ['autoscaling.groups'],
    text: `${lines.join('\n')}\n`,
  });
  return [
    text(
      `${NAME}.sh`,
      'shell',
      'Writes what a new machine needs to join into a parameter of each region.',
      script(cluster),
    ),
    text(`${NAME}.service`, 'systemd', 'Runs the script once.', [
      '[Unit]',
      'Description=Renew what new machines join with',
      'After=network-online.target kubelet.service',
      'Wants=network-online.target',
      '',
      '[Service]',
      'Type=oneshot',
      `ExecStart=/usr/local/sbin/${NAME}`,
      'PrivateTmp=yes',
      'ProtectHome=yes',
    ]),
    text(`${NAME}.timer`, 'systemd', `Renews it every six hours; a token lives ${TOKEN_LIFE}.`, [
      '[Unit]',
      'Description=Renew what new machines join with',
      '',
      '[Timer]',
      `OnCalendar=*-*-* ${RENEWALS}:00`,
      'RandomizedDelaySec=30m',
      'Persistent=true',
      '',
      '[Install]',
      'WantedBy=timers.target',
    ]),
  ];
}

function script({ name, regions }: Pick<Cluster, 'name' | 'regions'>): readonly string[] {
  return [
    '#!/bin/bash',
    'set -euo pipefail',
    'umask 077',
    'export KUBECONFIG=/etc/kubernetes/admin.conf',
    'work=$(mktemp -d)',
    `trap 'rm -rf "$work"' EXIT`,
    'file="$work/discovery.conf"',
    `kubectl -n kube-public get configmap cluster-info -o jsonpath='{.data.kubeconfig}' > "$file"`,
    `token=$(kubeadm token create --ttl ${TOKEN_LIFE} --description 'machines of the pools')`,
    'kubectl config --kubeconfig="$file" set-credentials tls-bootstrap --token="$token" > /dev/null',
    'kubectl config --kubeconfig="$file" set-context bootstrap --cluster="" --user=tls-bootstrap > /dev/null',
    'kubectl config --kubeconfig="$file" use-context bootstrap > /dev/null',
    `for region in ${regions.map((region) => region.name).join(' ')}; do`,
    `  aws ssm put-parameter --region "$region" --name ${parameterName(name)} --type SecureString --overwrite --value "file://$file" > /dev/null`,
    'done',
  ];
}
