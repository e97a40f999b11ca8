import { describe, expect, it } from 'vitest';
import { toldBy } from './alerting.ts';

const config = (routes: string): string => `
route:
  receiver: people
  routes:
${routes}
receivers:
- name: 'null'
- name: people
  pagerduty_configs: [{routing_key: key}]
- name: outside
  webhook_configs: [{url: https://watch.example.com}]
`;

describe('who is told of an alert that always fires', () => {
  it.each([
    ["  - {matchers: ['alertname = Watchdog'], receiver: 'null'}", ['null'], []],
    ['  - {match: {alertname: Watchdog}, receiver: outside}', ['outside'], ['outside']],
    ["  - {match_re: {alertname: 'Info.*|Watchdog'}, receiver: 'null'}", ['null'], []],
    ["  - {matchers: ['alertname =~ \"Watch\"'], receiver: 'null'}", ['people'], ['people']],
    ["  - {matchers: ['severity != none'], receiver: 'null'}", ['people'], ['people']],
    [
      "  - {matchers: ['alertname = Watchdog'], receiver: 'null', continue: true}\n  - {matchers: ['severity = none'], receiver: outside}",
      ['null', 'outside'],
      ['outside'],
    ],
    // The child names no receiver: its parent's takes it.
    ["  - {matchers: ['alertname = Watchdog'], repeat_interval: 1m}", ['people'], ['people']],
  ])('%s', (routes, reached, told) => {
    expect(toldBy(config(routes), { alertname: 'Watchdog', severity: 'none' })).toEqual({ reached, told });
  });

  it('is not known of what is no configuration', () => {
    expect(toldBy('receivers: []', { alertname: 'Watchdog' })).toBeUndefined();
    expect(toldBy('{{ .Values.config }}: [', { alertname: 'Watchdog' })).toBeUndefined();
  });
});
