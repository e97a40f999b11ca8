/** What etcd's own decisions, runbooks and renderer read beside the facts. */
import type { Bytes, Fraction, MilliCpu, Millis, PerSecond } from '../../core/units.ts';
import type { EtcdFacts } from '../../facts.ts';

/** Values of etcd's files; every one is the value of a decision of this system. When managed, figures of 0 mean `not known`. */
export interface EtcdSettings {
  /** `v3.6.14`. */
  readonly version: string;
  /** True when machines get names and addresses of their own (Cluster API): the members of the facts are places only. */
  readonly places: boolean;
  /** Between members; the slowest that a commit waits for. */
  readonly roundTrip: Millis;
  readonly heartbeatInterval: Millis;
  readonly quota: Bytes;
  readonly compactionInterval: Millis;
  readonly maxRequestBytes: Bytes;
  /** Who may read /metrics: machines of the nodes' range, or the member itself. */
  readonly metrics: 'nodes' | 'loopback';
  readonly load: EtcdLoad;
  /** Live data and two compaction intervals of history, without events when these are apart. */
  readonly data: Bytes;
  readonly eventsData: Bytes;
  readonly verdict: 'fits' | 'fits with events apart' | 'does not fit etcd';
  /** A second etcd on the same machines for events. */
  readonly eventsApart: boolean;
  readonly backup: EtcdBackup;
  /** Of a member that has a machine of its own; null when stacked or managed. */
  readonly machine: { readonly type: string | null; readonly cpu: MilliCpu; readonly memory: Bytes } | null;
}

export interface EtcdLoad {
  /** `estimated` from the pools, or `written` in the document. */
  readonly origin: 'estimated' | 'written';
  readonly writesPerSecond: PerSecond;
  readonly bytesPerWrite: Bytes;
  readonly liveData: Bytes;
  readonly eventShare: Fraction;
  /** Measured 99th percentile of the WAL's flush; null when nobody measured. */
  readonly fsyncP99: Millis | null;
}

export interface EtcdBackup {
  /** Null when snapshots stay on the members. */
  readonly target: {
    readonly bucket: string;
    readonly prefix: string;
    /** Region of the bucket; null where the service has none. */
    readonly region: string | null;
    /** Host of an S3-compatible service; null for AWS. */
    readonly endpoint: string | null;
  } | null;
  readonly keep: Millis;
}

/** Facts with the settings: everything that the plan settles. */
export interface Settled extends EtcdFacts {
  readonly settings: EtcdSettings;
}
