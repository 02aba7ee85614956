{
  /** The data source selected on the dashboard, which Grafana fills in. */
  datasource: { type: 'prometheus', uid: '${datasource}' },

  /** The tag of all dashboards, by which they link to each other. */
  tag: 'lossbound',

  /**
   * The version of @grafana/schema. Each panel has it, since Grafana migrates a panel without a
   * version as if it were years old.
   */
  grafana: '13.2.3',

  /** Version of the `Dashboard` in @grafana/schema. */
  schemaVersion: 42,

  refresh: '10s',
  time: { from: 'now-15m', to: 'now' },

  /** The same as in docker/prometheus.yml, and as recommended in docs/dashboards.md. */
  scrapeInterval: '1s',

  /** Two scrape intervals, so that every step has a scrape. */
  stepAtLeast: '2s',

  unit: {
    /** All digits with thousands separators, since counts are exact. */
    count: 'locale',
    share: 'percentunit',
    perSecond: 'mps',
    seconds: 's',
    commitsPerSecond: 'cps',
    text: 'string',
  },

  /** Beginnings of the panels' descriptions, which say when their numbers are valid. */
  shows: {
    live: '**Live:** read from the black boxes during the run. ',
    liveOnly: '**Live, and empty for a loaded `metrics.om`:** read from the black boxes during the run. ',
    proved: '**At the second of sending** if `metrics.om` was loaded. In a live run, a loss is counted when it is proved, mostly at the end. ',
    last: '**Last value in the time range:** the total, after the end of a run. ',
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
   * Colours that distinguish series: the same on every dashboard and on the report's page, in both
   * themes. test/unit/dashboards/colors.test.ts checks that they differ enough, for colour-blind
   * readers too.
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

  /** Time ranges of the rules. */
  windows: {
    rate: '1m',
    burnShort: '5m',
    burnLong: '1h',
    vanished: '15m',
  },
}
