local config = import 'config.libsonnet';
local frame = import 'dashboard.libsonnet';
local panels = import 'panels.libsonnet';
local queries = import 'queries.libsonnet';

local color = config.color;
local ofRun = panels.ofRun;
local shows = config.shows;
local unit = config.unit;
local each = ['scenario', 'guarantee', 'client', 'step'];

/** Links a run to the dashboard of its course, which shows all steps of a sweep together. */
local linkToRun = panels.overrides([
  panels.named('scenario', {
    links: [{
      title: 'The course of ${__value.text}',
      url: '/d/lossbound-loss-and-throughput?var-datasource=${datasource}&var-scenario=${__value.text}&var-guarantee=${__data.fields.guarantee}&var-client=${__data.fields.client}&${__url_time_range}',
    }],
  }),
]);

local inColors(column, colors) = panels.overrides([
  panels.named(column, {
    mappings: [{ type: 'value', options: {
      [text]: { text: text, color: colors[text], index: 0 }
      for text in std.objectFields(colors)
    } }],
    'custom.cellOptions': { type: 'color-text' },
  }),
]);

/** Highlights values above 0. */
local highlightAboveZero(column) = panels.overrides([
  panels.named(column, {
    thresholds: {
      mode: 'absolute',
      steps: [{ color: color.muted, value: null }, { color: color.bad, value: 1 }],
    },
    'custom.cellOptions': { type: 'color-text' },
  }),
]);

frame.dashboard(
  'lossbound-every-run',
  'lossbound: every run',
  'Which runs are there, and did each keep its promise? Every alert links here.',
  [
    frame.row(14, panels=[
      panels.table(
        'Did each run keep its promise?',
        shows.last + 'One row per run: its verdict, sent and lost messages, the bounds of `lost` (min, max), losses that no fault explains, and the longest time behind schedule. A run has no verdict before its end. If a scenario ran several times, only its last run is shown.',
        [
          panels.asTable(queries.verdictOf(each)),
          panels.asTable(queries.howManySent(each)),
          panels.asTable(queries.howManyLost(each)),
          panels.asTable(queries.boundOf('min', each)),
          panels.asTable(queries.boundOf('max', each)),
          panels.asTable(queries.unexplainedOf(each)),
          panels.asTable(queries.lagOf(each)),
        ],
        [
          ofRun.scenario,
          ofRun.guarantee,
          ofRun.client,
          ofRun.step,
          panels.label('verdict', 104),
          panels.noValue,
          panels.value('sent', 80, unit.count),
          panels.value('lost', 76, unit.count),
          panels.value('min', 76, unit.count),
          panels.value('max', 76, unit.count),
          panels.value('unexplained', 98, unit.count),
          panels.value('lag', 70, unit.seconds),
        ]
      ) + linkToRun + highlightAboveZero('unexplained') + panels.sortedBy('scenario') +
      inColors('verdict', { held: color.good, broken: color.bad, inconclusive: color.doubtful }),
    ]),
    frame.row(12, title='Sweeps', panels=[
      panels.table(
        'What did each step of a sweep reach?',
        shows.last + 'One row per step of a sweep, which is a point of its curve. Empty without a sweep.',
        [
          panels.asTable(queries.sentPerSecondOf(each, queries.ofSweeps)),
          panels.asTable(queries.processedPerSecondOf(each, queries.ofSweeps)),
          panels.asTable(queries.stepLossRatioOf(each, queries.ofSweeps)),
          panels.asTable(queries.lostPerFaultOf(each, queries.ofSweeps)),
        ],
        [
          ofRun.scenario,
          ofRun.guarantee,
          ofRun.client,
          ofRun.step,
          panels.value('sent/s', 110, unit.perSecond),
          panels.value('processed/s', 110, unit.perSecond),
          panels.value('share lost', 100, unit.share),
          panels.value('lost per fault', 120, unit.count),
        ]
      ) + linkToRun,
    ]),
  ]
)
