local config = import 'config.libsonnet';
local frame = import 'dashboard.libsonnet';
local panels = import 'panels.libsonnet';
local queries = import 'queries.libsonnet';

local color = config.color;
local shows = config.shows;
local unit = config.unit;

/** How much may be lost at least, and at most: dashed, with nothing below it. */
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
  'How many messages were lost, against how many were sent, and is that within what the scenario claims?',
  [
    frame.row(5, title='The claim', panels=[
      panels.stat(
        'Did the claim hold?',
        shows.last + 'How many of the chosen runs have which verdict. A run has none before its end.',
        unit.count,
        [panels.once(queries.verdicts, '{{verdict}}')]
      ) + panels.colored({ held: color.good, broken: color.bad, inconclusive: color.doubtful }),
      panels.stat(
        'How many were lost?',
        shows.last + 'Lost messages, and the bounds of the expectation `lost`: how many it allows at most (max), and how many it must count to prove anything (min). If a scenario has only one bound, only that one is shown.',
        unit.count,
        [
          panels.once(queries.howManyLost(), 'lost'),
          panels.once(queries.howManyMayBeLost, '{{limit}}'),
        ]
      ) + panels.colored({ lost: color.lost }),
      panels.stat(
        'Which share is lost?',
        shows.last + 'Lost messages divided by sent messages, over all chosen runs.',
        unit.share,
        [panels.once(queries.shareLost(), 'lost')]
      ) + panels.colored({ lost: color.lost }) + frame.share(0.8),
      panels.stat(
        'Who was told?',
        shows.last + 'A rejected message is known to the application. Every other loss is silent. No fault explains an unexplained one. Open: neither processed nor proved to be lost.',
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
        shows.live + 'Where the lines part, messages are late or lost: which of the two is known at the end.',
        unit.perSecond,
        [
          panels.overTime(queries.sentPerSecond(), 'sent'),
          panels.overTime(queries.storedPerSecond, 'stored'),
          panels.overTime(queries.processedPerSecond(), 'processed'),
        ]
      ) + panels.colored({ sent: color.sent, stored: color.stored, processed: color.processed }) + panels.fromZero,
      panels.timeSeries(
        'How large is the gap between sent, stored and processed?',
        shows.live + 'Messages that were sent and that no auditor has seen in the log; that are in the log and not processed; and that are neither processed nor proved to be lost.',
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
        shows.proved + 'Sent and lost messages a second. Faults are marked.',
        unit.perSecond,
        [
          panels.overTime(queries.sentPerSecond(), 'sent'),
          panels.overTime(queries.lostPerSecond(), 'lost'),
        ]
      ) + panels.colored({ sent: color.sent, lost: color.lost }) + panels.fromZero +
      panels.overrides([panels.named('lost', { 'custom.fillOpacity': 60 })]),
      panels.timeSeries(
        'Which share of all that was sent so far is lost?',
        shows.proved + 'All messages that are booked as lost so far, by all that were sent so far. There is no share for a single second: in a live run a loss is proved long after its message was sent.',
        unit.share,
        [panels.overTime(queries.lostOfSentSoFar, 'lost')]
      ) + panels.colored({ lost: color.lost }) + panels.fromZero,
    ]),
    frame.row(9, panels=[
      panels.timeSeries(
        'Which causes took them?',
        shows.proved + 'Lost messages a second, by the place where they died, on top of each other.',
        unit.perSecond,
        [panels.overTime(queries.lostPerSecond(['cause']), '{{cause}}')]
      ) + panels.stacked + panels.fromZero + panels.colored(config.causeColors),
      panels.timeSeries(
        'Was anybody told?',
        shows.proved + 'Lost messages a second: known to the application (rejected), or silent.',
        unit.perSecond,
        [
          panels.overTime(queries.lostKnownPerSecond, 'known'),
          panels.overTime(queries.lostSilentlyPerSecond, 'silent'),
        ]
      ) + panels.stacked + panels.fromZero + panels.colored({ known: color.doubtful, silent: color.lost }),
      panels.timeSeries(
        'Is the loss within its bounds?',
        shows.proved + 'All lost messages so far, and the bounds of the expectation `lost`.',
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
        shows.last + "The producer's half, a sweep of the rate. A point a step of load: the share that was lost against the throughput that was in fact reached. Choose one scenario: a point is the mean of the chosen ones. Without a sweep it is empty.",
        { expression: queries.stepSentPerSecond, name: 'sent per second', unit: unit.perSecond },
        { expression: queries.stepLossRatio, name: 'lost of what was sent', unit: unit.share },
        'step'
      ),
      panels.points(
        'What does throughput cost at each fault?',
        shows.last + "The consumer's half, a sweep of the size of a commit. A point a step: the messages that were lost for each fault that hit something against those that were processed a second. Choose one scenario. A step in which no fault hit anything is at 0. Without a sweep it is empty.",
        { expression: queries.stepProcessedPerSecond, name: 'processed per second', unit: unit.perSecond },
        { expression: queries.stepLostPerFault, name: 'lost per fault', unit: unit.count },
        'step'
      ),
    ]),
  ]
)
