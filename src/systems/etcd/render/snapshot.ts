/** The snapshot script and the units that run it on every member's host: it must work when no API server does. */
import type { TextArtifact } from '../../../system.ts';
import { localUrl, MAIN } from '../endpoints.ts';
import { SNAPSHOT_METRIC } from '../alerts/space.ts';
import { LOCAL_SNAPSHOTS } from '../needs.ts';
import { CREDENTIALS, ENVIRONMENT, seconds, SNAPSHOT_SCRIPT, SNAPSHOTS } from '../runbooks/hosts.ts';
import { rcloneVariables } from '../runbooks/restore.ts';
import type { Settled } from '../settings.ts';

const METRICS = '/var/lib/node_exporter/textfile_collector';
/** The slowest disk that is still of use reads at this rate. */
const LEAST_BYTES_PER_SECOND = 10e6;

/** Script, service and timer. */
export function snapshotFiles(facts: Settled): readonly TextArtifact[] {
  const decisions = ['etcd.snapshots'];
  return [
    {
      form: 'text',
      path: 'hosts/etcd-snapshot.sh',
      purpose: `Takes one snapshot of the local member, proves that it is whole, and sends it away. Installed as ${SNAPSHOT_SCRIPT}.`,
      decisions,
      syntax: 'shell',
      text: script(facts),
    },
    {
      form: 'text',
      path: 'hosts/etcd-snapshot.service',
      purpose: 'Runs the snapshot script once.',
      decisions,
      syntax: 'systemd',
      text: service(facts),
    },
    {
      form: 'text',
      path: 'hosts/etcd-snapshot.timer',
      purpose: 'Starts the snapshot service again and again.',
      decisions,
      syntax: 'systemd',
      text: timer(facts),
    },
  ];
}

function script(facts: Settled): string {
  const { target } = facts.settings.backup;
  const remote = target === null ? '' : `snapshots:${target.bucket}/${target.prefix}`;
  return `#!/usr/bin/env bash
set -euo pipefail
umask 077

directory=\${ETCD_SNAPSHOT_DIRECTORY:-${SNAPSHOTS}}
metrics=\${ETCD_SNAPSHOT_METRICS:-${METRICS}}
environment=\${ETCD_SNAPSHOT_ENVIRONMENT:-${ENVIRONMENT}}
remote=\${ETCD_SNAPSHOT_REMOTE:-${remote}}
keep=${LOCAL_SNAPSHOTS}

# A snapshot is taken from one member: the local one, whatever the environment file names.
local_endpoint=\${ETCD_SNAPSHOT_ENDPOINT:-${localUrl(MAIN, facts)}}
# shellcheck source=/dev/null
source "$environment"
export ETCDCTL_ENDPOINTS=$local_endpoint

report() {
  [ -d "$metrics" ] || return 0
  printf '# TYPE %s gauge\\n%s %s\\n' ${SNAPSHOT_METRIC} ${SNAPSHOT_METRIC} "$(date +%s)" >"$metrics/etcd_snapshot.prom.$$"
  chmod 0644 "$metrics/etcd_snapshot.prom.$$"
  mv "$metrics/etcd_snapshot.prom.$$" "$metrics/etcd_snapshot.prom"
}

mkdir -p "$directory"
rm -f "$directory"/*.part
${target === null ? '' : skipping(facts)}
name=$(date -u +%Y%m%dT%H%M%SZ)-$(hostname)
part=$directory/$name.part
etcdctl --command-timeout=${seconds(timeoutOf(facts))} snapshot save "$part"
# The last 32 bytes are the member's hash of the rest. The status command finds a broken tree, not a broken value.
if [ "$(tail -c 32 "$part" | od -An -v -tx1 | tr -d ' \\n')" != "$(head -c -32 "$part" | sha256sum | cut -d ' ' -f 1)" ]; then
  echo "$part does not match its hash" >&2
  exit 1
fi
etcdutl snapshot status "$part" --write-out=json
mv "$part" "$directory/$name.db"

if [ -n "$remote" ]; then
  rclone copyto "$directory/$name.db" "$remote/$name.db"
fi
report

# Names begin with the time, so the last in order are the newest.
find "$directory" -maxdepth 1 -name '*.db' | sort | head -n -"$keep" | xargs --no-run-if-empty rm --
`;
}

/** Members take turns by what they see in the bucket, without a leader among them. */
function skipping({ snapshotInterval }: Settled): string {
  return `
# Another member sent one within half an interval: this one's turn is next time. If the bucket cannot be listed, take one.
if recent=$(rclone lsf --files-only --max-age ${seconds(snapshotInterval / 2)} "$remote") && [ -n "$recent" ]; then
  echo "recent snapshot: $recent"
  report
  exit 0
fi
`;
}

function timeoutOf(facts: Settled): number {
  return Math.max(60_000, Math.ceil(facts.settings.quota / LEAST_BYTES_PER_SECOND) * 1_000);
}

function service(facts: Settled): string {
  const { target } = facts.settings.backup;
  const environment =
    target === null
      ? []
      : [...rcloneVariables(target).map((one) => `Environment=${one}`), `EnvironmentFile=-${CREDENTIALS}`];
  return `[Unit]
Description=Snapshot of etcd
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
ExecStart=${SNAPSHOT_SCRIPT}
${environment.map((line) => `${line}\n`).join('')}# Saving and sending, each at the rate of a slow disk.
TimeoutStartSec=${seconds(2 * timeoutOf(facts) + 60_000)}
Nice=10
IOSchedulingClass=best-effort
IOSchedulingPriority=7
NoNewPrivileges=yes
PrivateTmp=yes
ProtectHome=yes
`;
}

/** Counted from the last start, so that a failed run is repeated after one interval and a reboot starts anew. */
function timer({ snapshotInterval }: Settled): string {
  return `[Unit]
Description=Snapshots of etcd every ${seconds(snapshotInterval)}

[Timer]
OnActiveSec=2min
OnUnitActiveSec=${snapshotInterval / 1_000}s
AccuracySec=1s

[Install]
WantedBy=timers.target
`;
}
