local config = import 'config.libsonnet';
local frame = import 'dashboard.libsonnet';
local panels = import 'panels.libsonnet';
local queries = import 'queries.libsonnet';

local color = config.color;
local ofRun = panels.ofRun;
local shows = config.shows;
local unit = config.unit;
local runLabels = ['scenario', 'guarantee', 'client'];

frame.dashboard(
  'lossbound-where-messages-die',
  'lossbound: where messages die',
  'How far did the messages get from the plan to the end of a handler, and where did each lost message die?',
  [
    frame.row(8, title='The path of the messages', panels=[
      panels.bars(
        'How far do the messages get?',
        shows.last + 'Each bar is a stage of the path. Messages missing from the bar above were lost there, are late, or (accepted) got no answer from the client.',
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
        shows.last + 'Lost messages by the place where they died: rejected by the client, in its buffer, in transit, refused by the broker, in its log, skipped by the consumer, after its commit, or in a handler that never ended. Sorted by count.',
        unit.count,
        [panels.once(queries.howManyLostByEachCause, '{{cause}}')],
        name='${__field.labels.cause}'
      ) + panels.colored(config.causeColors),
    ]),
    frame.row(9, title='While it runs', panels=[
      panels.timeSeries(
        'Where are the messages in flight?',
        shows.live + 'Between the client and the log, in the log, and in a handler. Messages still there after the end are lost.',
        unit.count,
        [
          panels.overTime(queries.sentButNotStored, 'sent, not stored'),
          panels.overTime(queries.storedButNotReceived, 'stored, not received'),
          panels.overTime(queries.receivedButNotProcessed, 'received, not processed'),
        ]
      ) + panels.stacked,
      panels.timeSeries(
        'What does the client report?',
        shows.live + 'Sends that resolved, and sends that failed with an error. With acks=0, accepted does not mean that a broker has the message.',
        unit.perSecond,
        [
          panels.overTime(queries.sentPerSecond(), 'sent'),
          panels.overTime(queries.acceptedPerSecond, 'accepted'),
          panels.overTime(queries.rejectedPerSecond, 'rejected'),
        ]
      ) + panels.fromZero + panels.colored({ sent: color.sent, accepted: color.processed, rejected: config.causeColors.rejected }),
      panels.timeSeries(
        'How do the causes add up?',
        shows.proved + 'Messages lost so far by cause, stacked.',
        unit.count,
        [panels.overTime(queries.lostSoFar(['cause']), '{{cause}}')]
      ) + panels.stacked + panels.stepwise + panels.fromZero + panels.colored(config.causeColors),
    ]),
    frame.row(12, title='By scenario, guarantee and client', panels=[
      panels.table(
        'Where does each run lose messages?',
        shows.last + 'One row per cause that took messages of a scenario, guarantee and client. Empty if nothing was lost.',
        [panels.asTable(queries.causesOfEachRun)],
        [ofRun.scenario, ofRun.guarantee, ofRun.client, panels.label('cause', 110), panels.value('lost', 80, unit.count)]
      ) + panels.sortedBy('lost', desc=true) + frame.share(1.8),
      panels.bars(
        'What share does each run lose?',
        shows.last + 'Lost messages divided by sent messages; for a sweep, the mean of its steps.',
        unit.share,
        [panels.once(queries.shareLostOf(runLabels), '{{scenario}} · {{guarantee}} · {{client}}')],
        name='${__field.labels.scenario} · ${__field.labels.guarantee} · ${__field.labels.client}'
      ) + panels.inColor(color.lost),
    ]),
    frame.row(8, panels=[
      panels.table(
        'What does each scenario allow?',
        shows.last + 'All bounds of all expectations: `min` is the fewest messages that prove anything, `max` the most that are allowed.',
        [panels.asTable(queries.bounds)],
        [
          ofRun.scenario,
          ofRun.guarantee,
          ofRun.client,
          panels.label('expectation', 190),
          panels.label('limit', 60),
          panels.value('messages', 90, unit.count),
        ]
      ),
    ]),
  ]
)
