{
  /** What Grafana fills in: which data source, whichever its name, is chosen on the dashboard. */
  datasource: { type: 'prometheus', uid: '${datasource}' },

  /** All dashboards have it, and link to each other by it. */
  tag: 'lossbound',

  /** Of the `Dashboard` in @grafana/schema. */
  schemaVersion: 42,

  refresh: '5s',
  time: { from: 'now-15m', to: 'now' },

  /** Two scrapes, so that no step is without one. */
  stepAtLeast: '2s',

  unit: {
    count: 'short',
    share: 'percentunit',
    perSecond: 'mps',
    seconds: 's',
    none: 'none',
  },

  /** Each panel's description begins with one of these: what is true of its numbers, and when. */
  shows: {
    live: '**Live:** read from the black boxes while the run goes on. ',
    proved: '**At the second of sending** where `metrics.om` was loaded. In a live run a loss is counted when it is proved, most of it at the end. ',
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

  /** Minutes and hours that the rules look back. */
  windows: {
    rate: '1m',
    burnShort: '5m',
    burnLong: '1h',
    vanished: '15m',
  },
}
