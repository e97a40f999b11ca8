/** Every program that the lab or a judge runs: which version, how it says its version, and where it can come from. */
import { toolVersions, versions } from '../../versions.ts';

export type BinaryName =
  | 'etcd'
  | 'etcdctl'
  | 'etcdutl'
  | 'kube-apiserver'
  | 'kube-controller-manager'
  | 'kube-scheduler'
  | 'kubectl'
  | 'kubeadm'
  | 'kwok'
  | 'promtool'
  | 'helm'
  | 'gatekeeper'
  | 'gator'
  | 'haproxy'
  | 'nginx'
  | 'keepalived';

/** An official release: one file, or one member of a gzipped archive, with the checksum that its project publishes. */
export interface Release {
  readonly url: string;
  /** A text that holds the SHA-256, alone or in lines `<sum>  <file name>`. */
  readonly checksumUrl: string;
  /** Path in the archive; undefined when the file is the program. */
  readonly member?: string;
}

/** A set of programs that share compilation: built by one `go build` in one scratch module. */
export interface GoSet {
  readonly id: string;
  readonly modules: readonly { readonly path: string; readonly version: string }[];
  /** What a relative replace of those modules (`./staging/src/k8s.io/api`) stands for; null drops it. */
  readonly replacement?: (old: string, target: string) => string | null;
  readonly linkerFlags?: readonly string[];
  /** Free space that a build from empty caches needs, in bytes. */
  readonly space: number;
}

export interface GoBuild {
  readonly set: GoSet;
  readonly package: string;
  /** The name that `go build` gives the program when it differs. */
  readonly output?: string;
}

export interface BinarySpec {
  readonly name: BinaryName;
  /** The version that the lab wants. */
  readonly version: string;
  /** Arguments that make it print its version, and where the version stands in what it prints. */
  readonly versionArguments: readonly string[];
  readonly versionPattern: RegExp;
  /** Which versions found on this machine will do: only the wanted one, one minor apart, or any. */
  readonly accepts: 'exact' | 'minor-skew' | 'any';
  readonly release?: Release;
  readonly go?: GoBuild;
  /** Packages of Debian and its descendants that bring it, when the system's own package is the normal source. */
  readonly debianPackages?: readonly string[];
}

const kubernetesVersion = versions.kubernetes.version;
const etcdVersion = versions.etcd.version;
const kwokVersion = toolVersions.kwok.version;
const helmVersion = toolVersions.helm.version;
const gatekeeperVersion = versions.gatekeeper.version;
const prometheusVersion = toolVersions.prometheus.version;
const [, kubernetesMinor = '', kubernetesPatch = ''] = kubernetesVersion.slice(1).split('.');

const COMPONENT_BASE = 'k8s.io/component-base/version';
const GIB = 2 ** 30;

/** k8s.io/kubernetes names its staging modules by relative paths; they are released as v0.<minor>.<patch>. */
const kubernetesSet: GoSet = {
  id: `kubernetes-${kubernetesVersion}`,
  modules: [{ path: 'k8s.io/kubernetes', version: kubernetesVersion }],
  replacement: (old) => `${old} v0.${kubernetesMinor}.${kubernetesPatch}`,
  linkerFlags: [
    `-X ${COMPONENT_BASE}.gitVersion=${kubernetesVersion}`,
    `-X ${COMPONENT_BASE}.gitMajor=1`,
    `-X ${COMPONENT_BASE}.gitMinor=${kubernetesMinor}`,
  ],
  space: 5 * GIB,
};

/** etcd's modules replace each other by relative paths of the same release and bar some by FORBIDDEN_DEPENDENCY. */
const etcdSet: GoSet = {
  id: `etcd-${etcdVersion}`,
  modules: ['server', 'etcdctl', 'etcdutl'].map((part) => ({
    path: `go.etcd.io/etcd/${part}/v3`,
    version: etcdVersion,
  })),
  replacement: (old, target) => (target.includes('FORBIDDEN_DEPENDENCY') ? null : `${old} ${etcdVersion}`),
  space: 2 * GIB,
};

const kwokSet: GoSet = {
  id: `kwok-${kwokVersion}`,
  modules: [{ path: 'sigs.k8s.io/kwok', version: kwokVersion }],
  linkerFlags: [`-X sigs.k8s.io/kwok/pkg/consts.Version=${kwokVersion}`],
  space: 3 * GIB,
};

/** Prometheus 3.x is the Go module v0.3xx: 3.14.0 is v0.314.0. */
const prometheusSet: GoSet = {
  id: `prometheus-${prometheusVersion}`,
  modules: [{ path: 'github.com/prometheus/prometheus', version: prometheusModuleVersion(prometheusVersion) }],
  linkerFlags: [`-X github.com/prometheus/common/version.Version=${prometheusVersion.slice(1)}`],
  space: 5 * GIB,
};

const helmSet: GoSet = {
  id: `helm-${helmVersion}`,
  modules: [{ path: 'helm.sh/helm/v4', version: helmVersion }],
  linkerFlags: [`-X helm.sh/helm/v4/internal/version.version=${helmVersion}`],
  space: 3 * GIB,
};

const gatekeeperSet: GoSet = {
  id: `gatekeeper-${gatekeeperVersion}`,
  modules: [{ path: 'github.com/open-policy-agent/gatekeeper/v3', version: gatekeeperVersion }],
  linkerFlags: [`-X github.com/open-policy-agent/gatekeeper/v3/pkg/version.Version=${gatekeeperVersion}`],
  space: 4 * GIB,
};

const ANY_VERSION = /v?(\d+\.\d+\.\d+)/;

export const catalog: Readonly<Record<BinaryName, BinarySpec>> = {
  etcd: etcdProgram('etcd', ['--version'], { package: 'go.etcd.io/etcd/server/v3', output: 'server' }),
  etcdctl: etcdProgram('etcdctl', ['version'], { package: 'go.etcd.io/etcd/etcdctl/v3' }),
  etcdutl: etcdProgram('etcdutl', ['version'], { package: 'go.etcd.io/etcd/etcdutl/v3' }),
  'kube-apiserver': kubernetesProgram('kube-apiserver', ['--version']),
  'kube-controller-manager': kubernetesProgram('kube-controller-manager', ['--version']),
  'kube-scheduler': kubernetesProgram('kube-scheduler', ['--version']),
  kubectl: { ...kubernetesProgram('kubectl', ['version', '--client']), accepts: 'minor-skew' },
  kubeadm: kubernetesProgram('kubeadm', ['version', '-o', 'short']),
  kwok: {
    name: 'kwok',
    version: kwokVersion,
    versionArguments: ['--version'],
    versionPattern: ANY_VERSION,
    accepts: 'exact',
    go: { set: kwokSet, package: 'sigs.k8s.io/kwok/cmd/kwok' },
  },
  promtool: {
    name: 'promtool',
    version: prometheusVersion,
    versionArguments: ['--version'],
    versionPattern: ANY_VERSION,
    accepts: 'any',
    release: {
      url: `https://github.com/prometheus/prometheus/releases/download/${prometheusVersion}/prometheus-${prometheusVersion.slice(1)}.linux-${releaseArchitecture()}.tar.gz`,
      checksumUrl: `https://github.com/prometheus/prometheus/releases/download/${prometheusVersion}/sha256sums.txt`,
      member: `prometheus-${prometheusVersion.slice(1)}.linux-${releaseArchitecture()}/promtool`,
    },
    go: { set: prometheusSet, package: 'github.com/prometheus/prometheus/cmd/promtool' },
    debianPackages: ['prometheus'],
  },
  helm: {
    name: 'helm',
    version: helmVersion,
    versionArguments: ['version', '--template', '{{.Version}}'],
    // Helm 2 renders with other arguments.
    versionPattern: /^v?((?:[3-9]|\d\d+)\.\d+\.\d+)/,
    accepts: 'any',
    release: {
      url: `https://get.helm.sh/helm-${helmVersion}-linux-${releaseArchitecture()}.tar.gz`,
      checksumUrl: `https://get.helm.sh/helm-${helmVersion}-linux-${releaseArchitecture()}.tar.gz.sha256sum`,
      member: `linux-${releaseArchitecture()}/helm`,
    },
    go: { set: helmSet, package: 'helm.sh/helm/v4/cmd/helm' },
  },
  gatekeeper: gatekeeperProgram('gatekeeper', 'github.com/open-policy-agent/gatekeeper/v3'),
  gator: gatekeeperProgram('gator', 'github.com/open-policy-agent/gatekeeper/v3/cmd/gator'),
  haproxy: systemProgram('haproxy', ['-v'], ['haproxy']),
  nginx: systemProgram('nginx', ['-v'], ['nginx', 'libnginx-mod-stream']),
  keepalived: systemProgram('keepalived', ['--version'], ['keepalived']),
};

export const binaryNames = Object.keys(catalog) as readonly BinaryName[];

/** The entry of a name that a person wrote, or undefined. */
export function binarySpec(name: string): BinarySpec | undefined {
  return Object.hasOwn(catalog, name) ? catalog[name as BinaryName] : undefined;
}

function kubernetesProgram(name: BinaryName, versionArguments: readonly string[]): BinarySpec {
  const url = `https://dl.k8s.io/release/${kubernetesVersion}/bin/linux/${releaseArchitecture()}/${name}`;
  return {
    name,
    version: kubernetesVersion,
    versionArguments,
    versionPattern: ANY_VERSION,
    accepts: 'exact',
    release: { url, checksumUrl: `${url}.sha256` },
    go: { set: kubernetesSet, package: `k8s.io/kubernetes/cmd/${name}` },
  };
}

function etcdProgram(name: BinaryName, versionArguments: readonly string[], go: Omit<GoBuild, 'set'>): BinarySpec {
  const folder = `etcd-${etcdVersion}-linux-${releaseArchitecture()}`;
  const base = `https://github.com/etcd-io/etcd/releases/download/${etcdVersion}`;
  return {
    name,
    version: etcdVersion,
    versionArguments,
    versionPattern: ANY_VERSION,
    accepts: 'exact',
    release: { url: `${base}/${folder}.tar.gz`, checksumUrl: `${base}/SHA256SUMS`, member: `${folder}/${name}` },
    go: { set: etcdSet, ...go },
  };
}

/** The manager's release is an image only, and it has no flag for its version: one on the PATH is never taken. */
function gatekeeperProgram(name: 'gatekeeper' | 'gator', path: string): BinarySpec {
  return {
    name,
    version: gatekeeperVersion,
    versionArguments: ['--version'],
    versionPattern: /\bv(\d+\.\d+\.\d+)/,
    accepts: 'exact',
    go: { set: gatekeeperSet, package: path },
  };
}

function systemProgram(
  name: 'haproxy' | 'nginx' | 'keepalived',
  versionArguments: readonly string[],
  debianPackages: readonly string[],
): BinarySpec {
  return {
    name,
    version: versions[name].version,
    versionArguments,
    versionPattern: ANY_VERSION,
    accepts: 'any',
    debianPackages,
  };
}

function prometheusModuleVersion(version: string): string {
  const [major = '', minor = '', patch = ''] = version.slice(1).split('.');
  return `v0.${Number(major) * 100 + Number(minor)}.${patch}`;
}

/** The name of this machine's architecture in releases of Go programs. */
function releaseArchitecture(): string {
  return process.arch === 'x64' ? 'amd64' : process.arch;
}
