/** The script that defragments the members of one etcd in the right order. */
import type { TextArtifact } from '../../../system.ts';
import { DEFRAGMENT_SCRIPT, ENVIRONMENT, everyMember } from '../runbooks/hosts.ts';
import type { Settled } from '../settings.ts';

/** The script. */
export function defragmentFile(facts: Settled): TextArtifact {
  return {
    form: 'text',
    path: 'hosts/etcd-defragment.sh',
    purpose: `Defragments one member after the other, the leader last. Installed as ${DEFRAGMENT_SCRIPT}, started by a person.`,
    decisions: ['etcd.defragmentation'],
    syntax: 'shell',
    text: script(facts),
  };
}

/** Columns of `etcdctl endpoint status` in its simple form (etcdctl v3.6.14): 1 endpoint, 2 id, 9 leader, 10 learner. */
function script(facts: Settled): string {
  const count = facts.members.length;
  return `#!/usr/bin/env bash
set -euo pipefail

# shellcheck source=/dev/null
source "\${1:-${ENVIRONMENT}}"
everyone=$ETCDCTL_ENDPOINTS

status() { ETCDCTL_ENDPOINTS=$everyone etcdctl endpoint status${everyMember(facts)}; }

# etcdctl calls a member with a full quota unhealthy, and that is when this script is needed most.
all_healthy() {
  [ "$(ETCDCTL_ENDPOINTS=$everyone etcdctl endpoint health${everyMember(facts)} 2>&1 | grep --count --extended-regexp 'is healthy|Active Alarm\\(s\\): NOSPACE')" -eq "$members" ]
}

wait_until_healthy() {
  for _ in $(seq 60); do
    if all_healthy; then return 0; fi
    sleep 1
  done
  echo "not all $members members are healthy: stopped" >&2
  return 1
}

defragment() {
  # The time-out of a defragmentation is that of a short command unless it is raised.
  ETCDCTL_ENDPOINTS=$1 etcdctl --command-timeout=10m defrag
  wait_until_healthy
  echo "done: $1"
}

members=${count}
wait_until_healthy
found=$(status)
if [ "$(wc -l <<<"$found")" -ne "$members" ]; then
  echo "expected $members members, found:" >&2
  echo "$found" >&2
  exit 1
fi

followers=$(awk -F', ' '$9 == "false" { print $1 }' <<<"$found")
leader=$(awk -F', ' '$9 == "true" { print $1 }' <<<"$found")
[ -n "$leader" ] || { echo "no leader: stopped" >&2; exit 1; }

for endpoint in $followers; do
  defragment "$endpoint"
done

# A member that is done leads from here, so that the last one is blocked as a follower as well.
heir=$(awk -F', ' '$9 == "false" && $10 == "false" { print $2; exit }' <<<"$found")
if [ -n "$heir" ]; then
  ETCDCTL_ENDPOINTS=$leader etcdctl move-leader "$heir"
fi
defragment "$leader"
status
`;
}
