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
  'What was done to the workers and their links, and what did the consumers make of it?',
  [
    frame.row(9, title='Faults', panels=[
      panels.timeline(
        'Which faults are in force?',
        shows.live + 'One bar per fault of the plan, drawn while it is in force. A fault of a second shows at any range.',
        [panels.inSteps(queries.faults, '{{fault}} on {{on}}')]
      ) + frame.share(2),
      panels.timeline(
        'What is the run doing?',
        shows.live + 'The phases of a run. It is in none before its start and after its end.',
        [panels.inSteps(queries.phases, '{{phase}}')]
      ),
    ]),
    frame.row(8, panels=[
      panels.timeSeries(
        'When are workers killed?',
        shows.live + 'Kills with SIGKILL in each step, by role.',
        unit.count,
        [panels.inSteps(queries.kills, '{{role}}')]
      ) + panels.asBars + panels.fromZero,
      panels.table(
        'How often did each fault fall?',
        shows.last + 'One row per fault of the plan.',
        [panels.asTable(queries.howOftenEachFaultFell)],
        [panels.label('fault', 100), panels.label('on', 150), panels.value('times', 60, unit.count)]
      ),
      panels.timeSeries(
        'How late is the sending?',
        shows.live + 'How far it fell behind its schedule at worst so far. A producer that is behind still sends every message: late, never fewer. A loaded `metrics.om` has one value, at the end.',
        unit.seconds,
        [panels.overTime(queries.behindSchedule, '{{scenario}}')]
      ) + panels.fromZero,
    ]),
    frame.row(9, title='Consumers', panels=[
      panels.timeSeries(
        'How far behind are the consumers?',
        shows.live + 'Messages in the log whose handler has not begun. What is lost after its commit stays here until the end.',
        unit.count,
        [panels.overTime(queries.storedButNotReceivedOf(['scenario']), '{{scenario}}')]
      ) + panels.fromZero,
      panels.timeSeries(
        'How many commits are acknowledged?',
        shows.liveOnly + 'Commits of offsets a second, and those that failed. A failed one may have been applied.',
        unit.commitsPerSecond,
        [panels.overTime(queries.commitsPerSecond, '{{result}}')]
      ) + panels.fromZero + panels.colored({ acknowledged: color.good, failed: color.bad }),
      panels.timeSeries(
        'When does the group rebalance?',
        shows.liveOnly + 'Consumers that joined the group in each step: at a start, and again at each rebalance.',
        unit.count,
        [panels.inSteps(queries.joins, 'joined')]
      ) + panels.asBars + panels.fromZero,
    ]),
    frame.row(10, title='Latency', panels=[
      panels.heatmap(
        'How long do messages take?',
        shows.liveOnly + 'From the sending of a message to the end of its handler, in buckets. A lost message never ends, and is not here.',
        unit.seconds,
        [panels.asBuckets(queries.latencies)]
      ),
      panels.timeSeries(
        'How long do most of them take, and the slowest?',
        shows.liveOnly + 'Half of the messages, 95 and 99 of a hundred, were faster. Estimated within a bucket.',
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
        'On what does it run?',
        shows.last + 'Versions, and the kind of environment.',
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
