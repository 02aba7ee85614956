local config = import 'config.libsonnet';
local recorded = import 'recording-rules.libsonnet';

local run = 'scenario, guarantee, client, step';
local inRun = '{{ $labels.scenario }} ({{ $labels.guarantee }}, {{ $labels.client }}, step {{ $labels.step }})';

local alert(name, severity, summary, description, expression, lasting=null) = {
  alert: name,
  expr: expression,
  labels: { severity: severity },
  annotations: {
    summary: summary,
    description: inRun + ': ' + description,
    // Relative to the URL of Grafana, which a rule does not know.
    dashboard: '/d/lossbound-every-run?var-scenario={{ $labels.scenario | urlquery }}',
  },
} + if lasting == null then {} else { 'for': lasting };

local burnsBoth(factor) =
  '%s > %s and %s > %s' % [recorded.burnShort, factor, recorded.burnLong, factor];

{
  rules: [
    alert(
      'LossboundLossAboveBound',
      'critical',
      'More messages are lost than the scenario allows',
      '{{ $value }} messages are proved to be lost, more than the bound of `lost` allows.',
      '%s > %s' % [recorded.lost, recorded.lostAtMost]
    ),
    alert(
      'LossboundLossBudgetBurnsFast',
      'critical',
      'Messages are lost at more than twice the rate that the bound allows',
      'over the last %s, the loss is {{ $value | humanize }} times what the bound allows for the sent messages, and over the last %s it is also more than twice as high.'
      % [config.windows.burnShort, config.windows.burnLong],
      burnsBoth(2)
    ),
    alert(
      'LossboundLossBudgetBurns',
      'warning',
      'Messages are lost faster than the bound allows',
      'over the last %s, the loss is {{ $value | humanize }} times what the bound allows for the sent messages.' % config.windows.burnLong,
      '%s > 1' % recorded.burnLong,
      '10m'
    ),
    alert(
      'LossboundDuplicatesUnderAtMostOnce',
      'critical',
      'At-most-once processed messages twice',
      '{{ $value }} messages were processed more than once.',
      'sum by (%s) (lossbound_messages_duplicated_total{guarantee="at-most-once"}) > 0' % run
    ),
    alert(
      'LossboundAtMostOnceViolated',
      'critical',
      'At-most-once was violated',
      'handlers began before their commit was acknowledged or began twice, or messages were stored twice: {{ $value }} times.',
      '%s{guarantee="at-most-once"} > 0' % recorded.violations
    ),
    // No `for`: both counts are from the same scrape, and the scrape at the end may be the last
    // one.
    alert(
      'LossboundMessagesNotConserved',
      'critical',
      'The counts of the harness contradict each other',
      '{{ $labels.counts }}: {{ $value }} messages too many, or not the same. No number of this run is reliable.',
      '%s > 0' % recorded.contradiction
    ),
    alert(
      'LossboundSendingStalled',
      'warning',
      'A run in the sending phase sends nothing',
      'nothing was sent for a minute in the sending phase.',
      '%s == 0 and max by (%s) (lossbound_run_phase{phase="sending"}) == 1' % [recorded.sentRate, run],
      '30s'
    ),
    alert(
      'LossboundPhaseStuck',
      'warning',
      'A run is stuck',
      'it has been in the phase {{ $labels.phase }} for ten minutes.',
      'max by (%s, phase) (lossbound_run_phase{phase!="sending"}) == 1' % run,
      '10m'
    ),
    // Without `--linger`, the metrics of a run vanish at its end, so only a run that was still
    // sending counts as vanished.
    alert(
      'LossboundRunVanished',
      'critical',
      'A run vanished before its end',
      'it should still send, or wait until its end is scraped (`--linger`): its supervisor is dead, paused, or ended with an error.',
      'max by (%s) (last_over_time(lossbound_run_until_timestamp_seconds[%s])) > time() unless max by (%s) (lossbound_run_until_timestamp_seconds)'
      % [run, config.windows.vanished, run],
      '30s'
    ),
  ],
}
