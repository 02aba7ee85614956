local config = import 'config.libsonnet';
local frame = import 'dashboard.libsonnet';
local panels = import 'panels.libsonnet';
local queries = import 'queries.libsonnet';

local color = config.color;
local ofRun = panels.ofRun;
local shows = config.shows;
local unit = config.unit;

frame.dashboard(
  'lossbound-consumers-and-faults',
  'lossbound: consumers and faults',
  'Which faults hit the workers and their links, and how did the consumers cope?',
  [
    frame.row(9, title='Faults', panels=[
      panels.timeline(
        'Which faults are in force?',
        shows.live + 'One bar per planned fault, drawn while it is in force. Even a fault of one second is visible at any time range.',
        [panels.inSteps(queries.faults, '{{fault}} on {{on}}')]
      ) + frame.share(2),
      panels.timeline(
        'What is the run doing?',
        shows.live + 'The phases of a run. Before its start and after its end, a run is in no phase.',
        [panels.inSteps(queries.phases, '{{phase}}')]
      ),
    ]),
    frame.row(8, panels=[
      panels.timeSeries(
        'When are workers killed?',
        shows.live + 'Workers ended by SIGKILL in each step, by role.',
        unit.count,
        [panels.inSteps(queries.kills, '{{role}}')]
      ) + panels.asBars + panels.fromZero,
      panels.table(
        'How often did each fault occur?',
        shows.last + 'One row per planned fault.',
        [panels.asTable(queries.howOftenEachFaultFell)],
        [panels.label('fault', 100), panels.label('on', 150), panels.value('times', 60, unit.count)]
      ),
      panels.timeSeries(
        'How late are messages sent?',
        shows.live + 'Longest time behind schedule so far. A producer that is behind schedule still sends every message, only later. A loaded `metrics.om` has a single value, at the end.',
        unit.seconds,
        [panels.overTime(queries.behindSchedule, '{{scenario}}')]
      ) + panels.fromZero,
    ]),
    frame.row(9, title='Consumers', panels=[
      panels.timeSeries(
        'How far behind are the consumers?',
        shows.live + 'Messages in the log whose handler has not begun. Messages lost after their commit are included until the end.',
        unit.count,
        [panels.overTime(queries.storedButNotReceivedOf(['scenario']), '{{scenario}}')]
      ) + panels.fromZero,
      panels.timeSeries(
        'How many commits are acknowledged?',
        shows.liveOnly + 'Offset commits per second, acknowledged or failed. A failed commit may still have been applied.',
        unit.commitsPerSecond,
        [panels.overTime(queries.commitsPerSecond, '{{result}}')]
      ) + panels.fromZero + panels.colored({ acknowledged: color.good, failed: color.bad }),
      panels.timeSeries(
        'When does the group rebalance?',
        shows.liveOnly + 'Consumers that joined the group in each step: at their start, and again in each rebalance.',
        unit.count,
        [panels.inSteps(queries.joins, 'joined')]
      ) + panels.asBars + panels.fromZero,
    ]),
    frame.row(10, title='Latency', panels=[
      panels.heatmap(
        'How long do messages take?',
        shows.liveOnly + 'Time from the send of a message to the end of its handler, in buckets. Lost messages are not included.',
        unit.seconds,
        [panels.asBuckets(queries.latencies)]
      ),
      panels.timeSeries(
        'How long do most and the slowest messages take?',
        shows.liveOnly + '50 %, 95 % and 99 % of the messages were faster. Interpolated within a bucket.',
        unit.seconds,
        [
          panels.overTime(queries.howLongItTakes(0.5), 'p50'),
          panels.overTime(queries.howLongItTakes(0.95), 'p95'),
          panels.overTime(queries.howLongItTakes(0.99), 'p99'),
        ]
      ) + panels.fromZero + panels.colored(config.percentileColors),
    ]),
    frame.row(6, title='The run', panels=[
      panels.table(
        'What does it run on?',
        shows.last + 'Versions, and the kind of the environment.',
        [panels.asTable(queries.onWhatItRuns)],
        [
          ofRun.scenario,
          ofRun.guarantee,
          ofRun.client,
          panels.label('version', 90),
          panels.label('environment', 104),
          panels.label('broker', 90),
          panels.label('proxy', 90),
          panels.label('node', 90),
          panels.noValue,
        ]
      ),
    ]),
  ]
)
