/** Encryption at rest without a key in any file of ours: a reference to KMS, or a script that makes the key on a member. */
import type { KubernetesObject } from '../../../system.ts';
import { FILES } from '../arguments.ts';
import type { Settled } from '../settings.ts';

/** Where the KMS plug-in listens on every member. */
export const KMS_SOCKET = 'unix:///var/run/kmsplugin/socket.sock';

/** KMS v2 (apiserver.config.k8s.io/v1); `identity` reads what was written before. */
export function kmsEncryption(cluster: string): KubernetesObject {
  return {
    apiVersion: 'apiserver.config.k8s.io/v1',
    kind: 'EncryptionConfiguration',
    resources: [
      {
        resources: ['secrets'],
        providers: [
          { kms: { apiVersion: 'v2', name: cluster, endpoint: KMS_SOCKET, timeout: '3s' } },
          { identity: {} },
        ],
      },
    ],
  };
}

/** Runs once, on the first member; refuses to replace a key, since Secrets written with the old one would be lost. */
export function keyScript(facts: Settled): string {
  const { provider } = facts.settings.encryption;
  return `#!/bin/sh
# Makes the encryption configuration with a new key. Run once, on ${facts.members[0]?.name ?? 'the first member'}; the other members get a copy.
set -eu
umask 077
target=${FILES}/encryption.yaml
if [ -e "$target" ]; then
  echo "$target exists: a second key would make the Secrets written with the first unreadable" >&2
  exit 1
fi
mkdir -p ${FILES}
key=$(head -c 32 /dev/urandom | base64)
cat > "$target.new" <<EOF
apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
- resources: [secrets]
  providers:
  - ${provider}:
      keys:
      - name: key-$(date -u +%Y%m%d)
        secret: $key
  - identity: {}
EOF
mv "$target.new" "$target"
echo "Back up $target now: ${facts.settings.encryption.keyBackup.replaceAll(/["$`\\]/g, '')}."
`;
}
