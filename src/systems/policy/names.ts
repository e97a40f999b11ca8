/** Names that files, commands and alerts share. */
import type { PodRule } from './rules/pods.ts';

/** The admission policy of a rule on pods, and that on the templates of workloads. */
export const POD_POLICY: Readonly<Record<PodRule, string>> = {
  privileged: 'holdfast-privileged',
  images: 'holdfast-images',
};
export const TEMPLATES_SUFFIX = '-templates';
export const NAMESPACE_POLICY = 'holdfast-namespace-levels';
export const UNLABELLED_POLICY = 'holdfast-namespace-unlabelled';

/** Kinds of the constraints by which the audit holds a rule on pods against what exists. */
export const AUDIT_KIND: Readonly<Record<PodRule, string>> = {
  privileged: 'HoldfastPrivileged',
  images: 'HoldfastImages',
};

export const WEBHOOK_CONFIGURATION = 'gatekeeper-validating-webhook-configuration';
