/** The text of a new cluster document, with comments that say what each choice does. */
import { writeYaml } from '../render/yaml.ts';

export type Provider = 'aws' | 'bare-metal' | 'lab';

export interface Answers {
  readonly name: string;
  readonly provider: Provider;
  readonly region: string;
  readonly zones: readonly string[];
}

interface ProviderDefaults {
  readonly region: string;
  readonly zonesOf: (region: string) => readonly string[];
  /** Lines of the example pool's machine. */
  readonly machine: readonly string[];
  readonly recovery: string;
}

const PROVIDERS: Readonly<Record<Provider, ProviderDefaults>> = {
  aws: {
    region: 'us-west-2',
    zonesOf: (region) => ['a', 'b', 'c'].map((letter) => `${region}${letter}`),
    machine: ['machine: {type: m7i.xlarge}'],
    recovery: '2m',
  },
  'bare-metal': {
    region: 'site',
    zonesOf: () => ['row-a', 'row-b', 'row-c'],
    machine: ["machine: {cpu: '8', memory: 32Gi}"],
    recovery: '2m',
  },
  lab: {
    region: 'lab',
    zonesOf: () => ['zone-a', 'zone-b', 'zone-c'],
    machine: ["machine: {cpu: '4', memory: 16Gi}"],
    recovery: '2m',
  },
};

/** What is taken when nothing else is said; undefined for a provider that is not known. */
export function defaultsFor(provider: string): ProviderDefaults | undefined {
  return (PROVIDERS as Readonly<Record<string, ProviderDefaults>>)[provider];
}

/** The document: short, because every default is safe and `plan` explains each. */
export function documentText({ name, provider, region, zones }: Answers): string {
  const scalar = (text: string): string => writeYaml({ x: text }).slice(3).trimEnd();
  const { machine, recovery } = PROVIDERS[provider];
  // A majority of etcd's members survives the loss of a zone only when there are three.
  const survive = zones.length >= 3 ? 'zone' : 'node';
  return `# The cluster as it shall be. Everything that is not written has a safe default; holdfast plan explains each.
# holdfast explain field spec shows every field.
apiVersion: holdfast.dev/v1
kind: Cluster
metadata:
  name: ${scalar(name)}
spec:
  provider: ${provider}
  # What no single loss of may stop the cluster: node, zone or region.
  survive: ${survive}
  regions:
    - name: ${scalar(region)}
      # Failure domains, in a fixed order. Three let etcd lose one and go on.
      zones: [${zones.map(scalar).join(', ')}]
  # Machines that run pods, in every zone.
  pools:
    - name: general
      nodesPerZone: 2
      ${machine.join('\n      ')}
  # Promises. Each is judged by holdfast plan and sets the timers that keep it.
  objectives:
    apiAvailability: 99.9%
    nodeFailureRecovery: ${recovery}
    # zoneFailureRecovery: 5m
    # rpo: 1h
    # rto: 2h
    # budget: 5000 USD
  # Files or directories with the manifests that run here.
  # workloads: [manifests]
`;
}
