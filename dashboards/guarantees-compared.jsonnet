local config = import 'config.libsonnet';
local frame = import 'dashboard.libsonnet';
local panels = import 'panels.libsonnet';
local queries = import 'queries.libsonnet';

local color = config.color;
local shows = config.shows;
local unit = config.unit;
local each = ['guarantee'];
local name = '{{guarantee}}';

local lostColor = { fieldConfig+: { defaults+: { color: { mode: 'fixed', fixedColor: color.lost } } } };

frame.dashboard(
  'lossbound-guarantees-compared',
  'lossbound: guarantees compared',
  'What does each guarantee cost, and what does it save? Run `lossbound compare` on a scenario, and choose that scenario.',
  [
    frame.row(8, title='The price and the promise', panels=[
      panels.bars(
        'Which share does each guarantee lose?',
        shows.last + 'Lost by sent.',
        unit.share,
        [panels.once(queries.shareLost(each), name)]
      ) + lostColor,
      panels.bars(
        'How many messages does each process twice?',
        shows.last + 'Messages that were processed more than once.',
        unit.count,
        [panels.once(queries.howManyDuplicated(each), name)]
      ) + { fieldConfig+: { defaults+: { color: { mode: 'fixed', fixedColor: color.doubtful } } } },
      panels.bars(
        'How much does each process a second?',
        shows.last + 'Processed messages a second over the whole of a run; it is 0 before the end.',
        unit.perSecond,
        [panels.once(queries.stepProcessedPerSecond(each), name)]
      ) + { fieldConfig+: { defaults+: { color: { mode: 'fixed', fixedColor: color.processed } } } },
      panels.bars(
        'How long do messages take under each?',
        shows.last + 'Ninety-nine of a hundred messages were faster, over the whole of a run.',
        unit.seconds,
        [panels.once(queries.howLongAllTook(0.99, each), name)]
      ),
    ]),
    frame.row(8, panels=[
      panels.table(
        'How do they compare?',
        shows.last + 'A row a guarantee, over the chosen scenarios.',
        unit.count,
        [
          panels.asTable(queries.howManySent(each)),
          panels.asTable(queries.howManyProcessed(each)),
          panels.asTable(queries.howManyLost(each)),
          panels.asTable(queries.shareLost(each)),
          panels.asTable(queries.howManyDuplicated(each)),
          panels.asTable(queries.stepSentPerSecondOf(each)),
          panels.asTable(queries.stepProcessedPerSecond(each)),
          panels.asTable(queries.howLongAllTook(0.5, each)),
          panels.asTable(queries.howLongAllTook(0.99, each)),
        ],
        each,
        ['sent', 'processed', 'lost', 'share lost', 'duplicated', 'sent per second', 'processed per second', 'p50', 'p99']
      ) + panels.overrides([
        panels.named('share lost', { unit: unit.share }),
        panels.named('sent per second', { unit: unit.perSecond }),
        panels.named('processed per second', { unit: unit.perSecond }),
        panels.named('p50', { unit: unit.seconds }),
        panels.named('p99', { unit: unit.seconds }),
      ]) + frame.share(3),
      panels.table(
        'What happened that at-most-once forbids?',
        shows.last + 'A handler that began before its commit was acknowledged, or began twice; a message stored twice. The other guarantees do not forbid them.',
        unit.count,
        [panels.asTable(queries.howOftenForbidden(each + ['violation']))],
        each + ['violation'],
        ['times']
      ),
    ]),
    frame.row(9, title='Over time', panels=[
      panels.timeSeries(
        'How much does each process while it runs?',
        shows.live + 'Processed messages a second.',
        unit.perSecond,
        [panels.overTime(queries.processedPerSecond(each), name)]
      ) + panels.fromZero,
      panels.timeSeries(
        'When does each lose?',
        shows.proved + 'Lost messages a second.',
        unit.perSecond,
        [panels.overTime(queries.lostPerSecond(each), name)]
      ) + panels.fromZero,
      panels.timeSeries(
        'How slow do the slowest get?',
        shows.live + 'Ninety-nine of a hundred messages were faster.',
        unit.seconds,
        [panels.overTime(queries.howLongItTakes(0.99, each), name)]
      ) + panels.fromZero,
    ]),
  ]
)
