local config = import 'config.libsonnet';
local frame = import 'dashboard.libsonnet';
local panels = import 'panels.libsonnet';
local queries = import 'queries.libsonnet';

local color = config.color;
local shows = config.shows;
local unit = config.unit;

/** Draws the bounds of the loss as dashed lines, without a fill below them. */
local boundLines = panels.overrides([
  panels.named(name, {
    color: { mode: 'fixed', fixedColor: color.planned },
    'custom.fillOpacity': 0,
    'custom.lineStyle': { fill: 'dash', dash: [10, 10] },
  })
  for name in ['min', 'max']
]);

frame.dashboard(
  'lossbound-loss-and-throughput',
  'lossbound: loss and throughput',
  'How many of the sent messages were lost, and is that within the bounds that the scenario claims?',
  [
    frame.row(5, title='The claim', panels=[
      panels.stat(
        'Did the claim hold?',
        shows.last + 'Number of selected runs by verdict. A run has no verdict before its end.',
        unit.count,
        [panels.once(queries.verdicts, '{{verdict}}')]
      ) + panels.colored({ held: color.good, broken: color.bad, inconclusive: color.doubtful }),
      panels.stat(
        'How many were lost?',
        shows.last + 'Lost messages, and the bounds of the expectation `lost`: the most that it allows (max), and the fewest that prove anything (min). If a scenario has only one bound, only that one is shown.',
        unit.count,
        [
          panels.once(queries.howManyLost(), 'lost'),
          panels.once(queries.howManyMayBeLost, '{{limit}}'),
        ]
      ) + panels.colored({ lost: color.lost }),
      panels.stat(
        'What share is lost?',
        shows.last + 'Lost messages divided by sent messages, over all selected runs.',
        unit.share,
        [panels.once(queries.shareLost(), 'lost')]
      ) + panels.colored({ lost: color.lost }) + frame.share(0.8),
      panels.stat(
        'Known or silent?',
        shows.last + 'Known: rejected with an error to the application. Silent: any other loss. Unexplained: not explained by any fault. Open: neither processed nor proved to be lost.',
        unit.count,
        [
          panels.once(queries.howManyLostKnown, 'known'),
          panels.once(queries.howManyLostSilently, 'silent'),
          panels.once(queries.howManyUnexplained, 'unexplained'),
          panels.once(queries.howManyUnaccounted, 'open'),
        ]
      ) + panels.colored({ known: color.doubtful, silent: color.lost }),
    ]),
    frame.row(9, title='While it runs', panels=[
      panels.timeSeries(
        'How much is sent, stored and processed each second?',
        shows.live + 'Where the lines diverge, messages are late or lost. Which of the two is known at the end.',
        unit.perSecond,
        [
          panels.overTime(queries.sentPerSecond(), 'sent'),
          panels.overTime(queries.storedPerSecond, 'stored'),
          panels.overTime(queries.processedPerSecond(), 'processed'),
        ]
      ) + panels.colored({ sent: color.sent, stored: color.stored, processed: color.processed }) + panels.fromZero,
      panels.timeSeries(
        'How large is the gap between sent, stored and processed?',
        shows.live + 'Messages sent that no auditor has seen in the log; messages in the log that are not processed; and messages neither processed nor proved to be lost (open).',
        unit.count,
        [
          panels.overTime(queries.sentButNotStored, 'sent, not stored'),
          panels.overTime(queries.storedButNotProcessed, 'stored, not processed'),
          panels.overTime(queries.unaccounted, 'open'),
        ]
      ),
    ]),
    frame.row(9, title='What was lost', panels=[
      panels.timeSeries(
        'How does the loss follow the throughput?',
        shows.proved + 'Messages sent and lost per second. Faults are marked.',
        unit.perSecond,
        [
          panels.overTime(queries.sentPerSecond(), 'sent'),
          panels.overTime(queries.lostPerSecond(), 'lost'),
        ]
      ) + panels.colored({ sent: color.sent, lost: color.lost }) + panels.fromZero +
      panels.overrides([panels.named('lost', { 'custom.fillOpacity': 60 })]),
      panels.timeSeries(
        'What share of the messages sent so far is lost?',
        shows.proved + 'Messages counted as lost so far, divided by the messages sent so far. There is no share per second, since a live run proves a loss long after the message was sent.',
        unit.share,
        [panels.overTime(queries.lostOfSentSoFar, 'lost')]
      ) + panels.colored({ lost: color.lost }) + panels.fromZero,
    ]),
    frame.row(9, panels=[
      panels.timeSeries(
        'Which causes took them?',
        shows.proved + 'Messages lost per second by cause, stacked.',
        unit.perSecond,
        [panels.overTime(queries.lostPerSecond(['cause']), '{{cause}}')]
      ) + panels.stacked + panels.fromZero + panels.colored(config.causeColors),
      panels.timeSeries(
        'Were the losses reported?',
        shows.proved + 'Messages lost per second: known to the application (rejected), or silent.',
        unit.perSecond,
        [
          panels.overTime(queries.lostKnownPerSecond, 'known'),
          panels.overTime(queries.lostSilentlyPerSecond, 'silent'),
        ]
      ) + panels.stacked + panels.fromZero + panels.colored({ known: color.doubtful, silent: color.lost }),
      panels.timeSeries(
        'Is the loss within its bounds?',
        shows.proved + 'Messages lost so far, and the bounds of the expectation `lost`.',
        unit.count,
        [
          panels.overTime(queries.lostSoFar(), 'lost'),
          panels.overTime(queries.mayBeLost, '{{limit}}'),
        ]
      ) + panels.stepwise + panels.fromZero + panels.colored({ lost: color.lost }) + boundLines,
    ]),
    frame.row(12, title='The curve', panels=[
      panels.points(
        'How does the loss grow with the throughput?',
        shows.last + 'For a sweep of the rate. One point per step: the share of lost messages against the throughput that was actually reached. Select a single scenario, since each point is the mean of the selected ones. Empty without a sweep.',
        { expression: queries.stepSentPerSecond, name: 'sent per second', unit: unit.perSecond },
        { expression: queries.stepLossRatio, name: 'share of sent messages lost', unit: unit.share },
        'step'
      ),
      panels.points(
        'What does throughput cost per fault?',
        shows.last + 'For a sweep of the commit size. One point per step: messages lost per fault that hit something, against messages processed per second. Select a single scenario. A step in which no fault hit anything is at 0. Empty without a sweep.',
        { expression: queries.stepProcessedPerSecond, name: 'processed per second', unit: unit.perSecond },
        { expression: queries.stepLostPerFault, name: 'lost per fault', unit: unit.count },
        'step'
      ),
    ]),
  ]
)
