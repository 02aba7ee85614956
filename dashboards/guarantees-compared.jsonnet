local config = import 'config.libsonnet';
local frame = import 'dashboard.libsonnet';
local panels = import 'panels.libsonnet';
local queries = import 'queries.libsonnet';

local shows = config.shows;
local unit = config.unit;
local each = ['guarantee'];
local name = '{{guarantee}}';

local bars(question, description, unit, expression) =
  panels.bars(question, description, unit, [panels.once(expression, name)], name='${__field.labels.guarantee}') +
  panels.colored(config.guaranteeColors);

local lines(question, description, unit, expression) =
  panels.timeSeries(question, description, unit, [panels.overTime(expression, name)]) +
  panels.fromZero + panels.colored(config.guaranteeColors);

frame.dashboard(
  'lossbound-guarantees-compared',
  'lossbound: guarantees compared',
  'What does each guarantee cost, and what does it save? Run `lossbound compare` on a scenario, and select that scenario here.',
  [
    frame.row(5, title='The price and the promise', panels=[
      bars(
        'What share does each guarantee lose?',
        shows.last + 'Lost messages divided by sent messages.',
        unit.share,
        queries.shareLost(each)
      ),
      bars(
        'How many messages does each process twice?',
        shows.last + 'Messages processed more than once.',
        unit.count,
        queries.howManyDuplicated(each)
      ),
    ]),
    frame.row(5, panels=[
      bars(
        'How much does each process per second?',
        shows.last + 'Messages processed per second over the whole run; 0 before its end.',
        unit.perSecond,
        queries.processedPerSecondOf(each)
      ),
      bars(
        'How long do messages take under each?',
        shows.last + '99 % of the messages were faster, over the whole run.',
        unit.seconds,
        queries.howLongAllTook(0.99, each)
      ),
    ]),
    frame.row(6, panels=[
      panels.table(
        'How do they compare?',
        shows.last + 'One row per guarantee, over the selected scenarios: messages sent, processed and lost, messages sent and processed per second over the whole run, and the time within which 50 % (p50) and 99 % (p99) of the messages were processed.',
        [
          panels.asTable(queries.howManySent(each)),
          panels.asTable(queries.howManyProcessed(each)),
          panels.asTable(queries.howManyLost(each)),
          panels.asTable(queries.shareLost(each)),
          panels.asTable(queries.howManyDuplicated(each)),
          panels.asTable(queries.sentPerSecondOf(each)),
          panels.asTable(queries.processedPerSecondOf(each)),
          panels.asTable(queries.howLongAllTook(0.5, each)),
          panels.asTable(queries.howLongAllTook(0.99, each)),
        ],
        [
          panels.ofRun.guarantee,
          panels.value('sent', 90, unit.count),
          panels.value('processed', 100, unit.count),
          panels.value('lost', 90, unit.count),
          panels.value('share lost', 100, unit.share),
          panels.value('duplicated', 100, unit.count),
          panels.value('sent/s', 110, unit.perSecond),
          panels.value('processed/s', 110, unit.perSecond),
          panels.value('p50', 90, unit.seconds),
          panels.value('p99', 90, unit.seconds),
        ]
      ),
    ]),
    frame.row(9, title='Over time', panels=[
      lines(
        'How fast does each process?',
        shows.live + 'Messages processed per second.',
        unit.perSecond,
        queries.processedPerSecond(each)
      ),
      lines(
        'When does each lose?',
        shows.proved + 'Messages lost per second.',
        unit.perSecond,
        queries.lostPerSecond(each)
      ),
      lines(
        'How slow do the slowest get?',
        shows.liveOnly + '99 % of the messages were faster.',
        unit.seconds,
        queries.howLongItTakes(0.99, each)
      ),
    ]),
    frame.row(8, panels=[
      panels.table(
        'What happened that at-most-once forbids?',
        shows.last + 'Handlers that began before their commit was acknowledged, or began twice, and messages stored twice. The other guarantees do not forbid these.',
        [panels.asTable(queries.howOftenForbidden(each + ['violation']))],
        [panels.ofRun.guarantee, panels.label('violation', 190), panels.value('times', 80, unit.count)]
      ),
    ]),
  ]
)
