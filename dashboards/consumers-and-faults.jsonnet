local config = import 'config.libsonnet';
local frame = import 'dashboard.libsonnet';
local panels = import 'panels.libsonnet';
local queries = import 'queries.libsonnet';

local color = config.color;
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
        shows.live + 'A bar a fault of the plan, coloured while it is in force. A fault of a second shows at any range.',
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
        shows.live + 'Kills with SIGKILL, by role. Each shows for as long as the rate looks back.',
        unit.count,
        [panels.overTime(queries.kills, '{{role}}')]
      ) + panels.asBars + panels.fromZero,
      panels.table(
        'How often did each fault fall?',
        shows.last + 'A row a fault of the plan.',
        unit.count,
        [panels.asTable(queries.howOftenEachFaultFell)],
        ['fault', 'on'],
        ['times']
      ),
      panels.timeSeries(
        'How far does the sending fall behind its schedule?',
        shows.live + 'At worst so far. A producer that is behind still sends every message: late, never fewer.',
        unit.seconds,
        [panels.overTime(queries.behindSchedule, '{{scenario}}')]
      ) + panels.fromZero,
    ]),
    frame.row(9, title='Consumers', panels=[
      panels.timeSeries(
        'How far are the consumers behind the log?',
        shows.live + 'Messages in the log whose handler has not begun. What is lost after its commit stays here until the end.',
        unit.count,
        [panels.overTime(queries.storedButNotReceivedOf(['scenario']), '{{scenario}}')]
      ) + panels.fromZero,
      panels.timeSeries(
        'How many commits are acknowledged, and how many fail?',
        shows.live + 'Commits of offsets a second. A failed one may have been applied.',
        unit.perSecond,
        [panels.overTime(queries.commitsPerSecond, '{{result}}')]
      ) + panels.fromZero + panels.colored({ acknowledged: color.good, failed: color.bad }) +
      { fieldConfig+: { defaults+: { unit: 'cps' } } },
      panels.timeSeries(
        'When does the group rebalance?',
        shows.live + 'Consumers that joined the group: at a start, and again at each rebalance.',
        unit.count,
        [panels.overTime(queries.joins, 'joined')]
      ) + panels.asBars + panels.fromZero,
    ]),
    frame.row(10, title='Latency', panels=[
      panels.heatmap(
        'How long do messages take?',
        shows.live + 'From the sending of a message to the end of its handler, in buckets. A lost message never ends, and is not here.',
        unit.seconds,
        [panels.asBuckets(queries.latencies)]
      ),
      panels.timeSeries(
        'How long do most of them take, and the slowest?',
        shows.live + 'Half of the messages, 95 and 99 of a hundred, were faster. Estimated within a bucket.',
        unit.seconds,
        [
          panels.overTime(queries.howLongItTakes(0.5), 'p50'),
          panels.overTime(queries.howLongItTakes(0.95), 'p95'),
          panels.overTime(queries.howLongItTakes(0.99), 'p99'),
        ]
      ) + panels.fromZero,
    ]),
    frame.row(6, title='The run', panels=[
      panels.table(
        'On what does it run?',
        shows.last + 'Versions, and the kind of environment.',
        unit.none,
        [panels.asTable(queries.onWhatItRuns)],
        ['scenario', 'guarantee', 'client', 'version', 'environment', 'broker', 'proxy', 'node'],
        []
      ),
    ]),
  ]
)
