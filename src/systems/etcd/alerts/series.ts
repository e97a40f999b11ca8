/** Words that the alerts of etcd share: jobs, histogram series for tests, sources. */
import type { Alert } from '../../../system.ts';
import type { Millis } from '../../../core/units.ts';

export const MINUTE: Millis = 60_000;
export const MIXIN = { project: 'etcd v3.6.14', where: 'contrib/mixin/alerts/alerts.libsonnet' };
export const GUIDELINE = { project: 'etcd', where: 'documentation v3.6: FAQ, Hardware recommendations' };

/** The scrape objects of this system give these two jobs. */
export const JOBS = 'job=~"etcd|etcd-events"';
export const MEMBER = { instance: '10.0.0.11:2381', job: 'etcd' } as const;

type Series = Alert['test']['firing'][number];

/** A series of one member. */
export function memberSeries(metric: string, values: string, more: Readonly<Record<string, string>> = {}): Series {
  const labels = Object.entries({ ...MEMBER, ...more }).map(([key, value]) => `${key}="${value}"`);
  return { series: `${metric}{${labels.join(',')}}`, values };
}

/** A histogram of one member: every observation lies below `under` seconds, none below the bucket before it. */
export function histogram(
  metric: string,
  under: string,
  more: Readonly<Record<string, string>> = {},
): readonly Series[] {
  return [
    memberSeries(`${metric}_bucket`, '0x40', { le: '0.004', ...more }),
    memberSeries(`${metric}_bucket`, '0+60x40', { le: under, ...more }),
    memberSeries(`${metric}_bucket`, '0+60x40', { le: '+Inf', ...more }),
  ];
}

/** A histogram of one member where everything is quick. */
export function quickHistogram(metric: string, more: Readonly<Record<string, string>> = {}): readonly Series[] {
  return [
    memberSeries(`${metric}_bucket`, '0+60x40', { le: '0.004', ...more }),
    memberSeries(`${metric}_bucket`, '0+60x40', { le: '+Inf', ...more }),
  ];
}
