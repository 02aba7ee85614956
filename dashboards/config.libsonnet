{
  /** What Grafana fills in: which data source, whichever its name, is chosen on the dashboard. */
  datasource: { type: 'prometheus', uid: '${datasource}' },

  /** All dashboards have it, and link to each other by it. */
  tag: 'lossbound',

  /**
   * The version of @grafana/schema. Each panel has it, since Grafana migrates a panel without one as if it
   * were of a version of years ago.
   */
  grafana: '13.2.3',

  /** Of the `Dashboard` in @grafana/schema. */
  schemaVersion: 42,

  refresh: '10s',
  time: { from: 'now-15m', to: 'now' },

  /** As in docker/prometheus.yml, and as docs/dashboards.md recommends. */
  scrapeInterval: '1s',

  /** Two scrapes, so that no step is without one. */
  stepAtLeast: '2s',

  unit: {
    /** All digits, and a comma every three: what is counted exactly is shown exactly. */
    count: 'locale',
    share: 'percentunit',
    perSecond: 'mps',
    seconds: 's',
    commitsPerSecond: 'cps',
    text: 'string',
  },

  /** Each panel's description begins with one of these: what is true of its numbers, and when. */
  shows: {
    live: '**Live:** read from the black boxes while the run goes on. ',
    liveOnly: '**Live, and empty for a loaded `metrics.om`:** read from the black boxes while the run goes on. ',
    proved: '**At the second of sending** if `metrics.om` was loaded. In a live run a loss is counted when it is proved, most of it at the end. ',
    last: '**Last value in the time range:** after the end of a run, its total. ',
  },

  color: {
    good: 'green',
    bad: 'red',
    doubtful: 'orange',
    planned: 'purple',
    sent: 'blue',
    stored: 'super-light-blue',
    processed: 'green',
    lost: 'red',
    muted: 'text',
  },

  /**
   * What tells series apart: the same colours on every dashboard and in the report's page, in both themes.
   * test/unit/dashboards/colors.test.ts computes how far apart they are, for the colour-blind too.
   */
  causeColors: {
    rejected: '#a1842c',
    'client-buffer': '#79665b',
    'in-transit': '#e0033b',
    refused: '#ab3ba5',
    log: '#5b79ff',
    skipped: '#5b6d7a',
    'after-commit': '#5c99ad',
    'in-processing': '#8c927e',
  },
  guaranteeColors: {
    'at-most-once': '#d40037',
    'at-least-once': '#3d98d1',
    'effectively-once': '#849c00',
  },
  percentileColors: { p50: '#31a200', p95: '#435bf5', p99: '#cd006c' },

  /** Minutes and hours that the rules look back. */
  windows: {
    rate: '1m',
    burnShort: '5m',
    burnLong: '1h',
    vanished: '15m',
  },
}
