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
    // Below the address of Grafana, which a rule does not know.
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
      '{{ $value }} messages are proved to be lost, which is above the bound of `lost`.',
      '%s > %s' % [recorded.lost, recorded.lostAtMost]
    ),
    alert(
      'LossboundLossBudgetBurnsFast',
      'critical',
      'Messages are lost at twice the rate that the bound allows, or more',
      'the loss of the last %s is {{ $value | humanize }} times what the bound allows for as many sent messages, and that of the last %s is as bad.'
      % [config.windows.burnShort, config.windows.burnLong],
      burnsBoth(2)
    ),
    alert(
      'LossboundLossBudgetBurns',
      'warning',
      'Messages are lost faster than the bound allows',
      'over %s the loss is {{ $value | humanize }} times what the bound allows for as many sent messages.' % config.windows.burnLong,
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
      'Something happened that at-most-once forbids',
      'handlers began before their commit was acknowledged or began twice, or messages were stored twice: {{ $value }} times.',
      '%s{guarantee="at-most-once"} > 0' % recorded.violations
    ),
    // A contradiction is in one and the same scrape, and that of the end may be the last one: no time to wait.
    alert(
      'LossboundMessagesNotConserved',
      'critical',
      'The counts of the harness contradict each other',
      '{{ $labels.counts }}: {{ $value }} messages too many, or not the same. Trust no number of this run.',
      '%s > 0' % recorded.contradiction
    ),
    alert(
      'LossboundSendingStalled',
      'warning',
      'The run is to send, and sends nothing',
      'nothing was sent for a minute in the phase of sending.',
      '%s == 0 and max by (%s) (lossbound_run_phase{phase="sending"}) == 1' % [recorded.sentRate, run],
      '30s'
    ),
    alert(
      'LossboundPhaseStuck',
      'warning',
      'A run does not get on',
      'it has been in the phase {{ $labels.phase }} for ten minutes.',
      'max by (%s, phase) (lossbound_run_phase{phase!="sending"}) == 1' % run,
      '10m'
    ),
    // Without `--linger` a run that ends is gone, whatever a last scrape saw of it: only what was still to send is missed.
    alert(
      'LossboundRunVanished',
      'critical',
      'A run that was under way is heard of no more',
      'it was still to send, or to wait until its end was scraped (`--linger`): its supervisor is dead or stands still, or ended with an error.',
      'max by (%s) (last_over_time(lossbound_run_until_timestamp_seconds[%s])) > time() unless max by (%s) (lossbound_run_until_timestamp_seconds)'
      % [run, config.windows.vanished, run],
      '30s'
    ),
  ],
}
