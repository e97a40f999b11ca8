/** How a member on AWS says which instance it is. */
import { PATCHES } from './kubeadm.ts';

/**
 * Members have names of their own, and the cloud controller knows an instance by its private DNS name or by the
 * provider id of its node (cloud-provider-aws, pkg/providers/v1/instances_v2.go: getProviderID). Without the id it
 * finds no instance, and the node keeps the taint that says uninitialized.
 */
export const providerIdScript = `#!/bin/sh
# Tells the kubelet which instance it runs on; kubeadm takes the file when this member joins. Run on every member.
set -eu
metadata=http://169.254.169.254/latest
token=$(curl -fsS -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' "$metadata/api/token")
read_metadata() { curl -fsS -H "X-aws-ec2-metadata-token: $token" "$metadata/meta-data/$1"; }
zone=$(read_metadata placement/availability-zone)
instance=$(read_metadata instance-id)
mkdir -p ${PATCHES}
cat > ${PATCHES}/kubeletconfiguration0+strategic.yaml <<EOF
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
providerID: aws:///$zone/$instance
EOF
echo "aws:///$zone/$instance"
`;
