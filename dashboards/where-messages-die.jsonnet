local config = import 'config.libsonnet';
local frame = import 'dashboard.libsonnet';
local panels = import 'panels.libsonnet';
local queries = import 'queries.libsonnet';

local color = config.color;
local shows = config.shows;
local unit = config.unit;
local runLabels = ['scenario', 'guarantee', 'client'];

/** In the order of a message's way. */
local causes = ['rejected', 'client-buffer', 'in-transit', 'refused', 'log', 'skipped', 'after-commit', 'in-processing'];

frame.dashboard(
  'lossbound-where-messages-die',
  'lossbound: where messages die',
  'How far did the messages come on their way from the plan to the end of a handler, and where did each lost one die?',
  [
    frame.row(10, title='The way of the messages', panels=[
      panels.bars(
        'How far do the messages come?',
        shows.last + 'Each bar is a stage of the way. What a bar has less than the one above it was lost there, is late, or (accepted) was given to a client that never answered.',
        unit.count,
        [
          panels.once(queries.howManyPlanned, 'planned'),
          panels.once(queries.howManySent(), 'sent'),
          panels.once(queries.howManyAccepted, 'accepted'),
          panels.once(queries.howManyStored, 'stored'),
          panels.once(queries.howManyReceived, 'received'),
          panels.once(queries.howManyProcessed(), 'processed'),
        ]
      ),
      panels.bars(
        'Where do they die?',
        shows.last + 'Lost messages by cause, in the order of the way: from the client that reports an error to the handler that never ends.',
        unit.count,
        [panels.once(queries.howManyLostBy(cause), cause) for cause in causes]
      ) + { fieldConfig+: { defaults+: { color: { mode: 'fixed', fixedColor: color.lost } } } },
    ]),
    frame.row(9, title='While it runs', panels=[
      panels.timeSeries(
        'Where are the messages that are under way?',
        shows.live + 'Between the client and the log, in the log, and in a handler. What stays there after the end is lost.',
        unit.count,
        [
          panels.overTime(queries.sentButNotStored, 'sent, not stored'),
          panels.overTime(queries.storedButNotReceived, 'stored, not received'),
          panels.overTime(queries.receivedButNotProcessed, 'received, not processed'),
        ]
      ) + panels.stacked,
      panels.timeSeries(
        'What does the client say of them?',
        shows.live + 'Sends that resolved, and sends that reported an error. With acks=0, accepted says nothing of a broker.',
        unit.perSecond,
        [
          panels.overTime(queries.sentPerSecond(), 'sent'),
          panels.overTime(queries.acceptedPerSecond, 'accepted'),
          panels.overTime(queries.rejectedPerSecond, 'rejected'),
        ]
      ) + panels.fromZero + panels.colored({ sent: color.sent, accepted: color.processed, rejected: color.lost }),
      panels.timeSeries(
        'How do the causes add up?',
        shows.proved + 'All lost messages so far, by cause, on top of each other.',
        unit.count,
        [panels.overTime(queries.lostSoFar(['cause']), '{{cause}}')]
      ) + panels.stacked + panels.stepwise + panels.fromZero,
    ]),
    frame.row(12, title='By scenario, guarantee and client', panels=[
      panels.table(
        'Which run loses where?',
        shows.last + 'A row a scenario, guarantee and client; a column a cause.',
        unit.count,
        [
          panels.asTable(queries.howManySent(runLabels)),
          panels.asTable(queries.howManyProcessed(runLabels)),
        ] + [panels.asTable(queries.howManyLostBy(cause, runLabels)) for cause in causes],
        runLabels,
        ['sent', 'processed'] + causes
      ) + frame.share(2),
      panels.bars(
        'Which share does each run lose?',
        shows.last + 'Lost by sent.',
        unit.share,
        [panels.once(queries.shareLostOfEachRun, '{{scenario}} · {{guarantee}} · {{client}}')]
      ) + { fieldConfig+: { defaults+: { color: { mode: 'fixed', fixedColor: color.lost } } } },
    ]),
    frame.row(10, panels=[
      panels.table(
        'What does each scenario allow?',
        shows.last + 'Every bound of every expectation: `min` is what a scenario must count to prove anything, `max` what it may.',
        unit.count,
        [panels.asTable(queries.bounds)],
        runLabels + ['expectation', 'limit'],
        ['messages']
      ),
    ]),
  ]
)
