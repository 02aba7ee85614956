/**
 * All expressions of the dashboards, named by the question that they answer.
 *
 * None has a default for a missing series: an empty panel means a failure, which must be visible.
 */
local chosen = (import 'variables.libsonnet').chosen;

local of(metric, matchers=[]) = '%s{%s}' % [metric, std.join(', ', chosen + matchers)];

/**
 * The rate of a counter; the range depends on the step and the scrape interval of the data source.
 */
local speed(metric, matchers=[]) = 'rate(%s[$__rate_interval])' % of(metric, matchers);

/**
 * The last value of a counter or gauge, so that a finished run is visible as long as it is in
 * range.
 */
local last(metric, matchers=[]) = 'last_over_time(%s[$__range])' % of(metric, matchers);

/** The highest value in each step, so that one second is visible in a range of hours. */
local highest(metric, matchers=[]) = 'max_over_time(%s[$__interval])' % of(metric, matchers);

local by(labels) = if labels == [] then '' else ' by (%s)' % std.join(', ', labels);
local sum(expression, labels=[]) = 'sum%s (%s)' % [by(labels), expression];
local max(expression, labels=[]) = 'max%s (%s)' % [by(labels), expression];
local mean(expression, labels=[]) = 'avg%s (%s)' % [by(labels), expression];

/**
 * The growth of a counter in each step, without steps of no growth. Unlike `increase`, which
 * extrapolates, it is a whole number, and the sum over all steps is the total. In its first step, a
 * series is compared with its own first sample. The next run of a scenario begins at 0, in a step
 * without a value.
 */
local grown(metric, labels) =
  local series = of(metric);
  sum('(%s - %s offset $__interval or %s - min_over_time(%s[$__interval])) > 0' % [series, series, series, series], labels);

local runLabels = ['scenario', 'guarantee', 'client'];

local planned = 'lossbound_messages_planned';
local sent = 'lossbound_messages_sent_total';
local accepted = 'lossbound_messages_accepted_total';
local rejected = 'lossbound_messages_rejected_total';
local stored = 'lossbound_messages_stored_total';
local received = 'lossbound_messages_received_total';
local processed = 'lossbound_messages_processed_total';
local duplicated = 'lossbound_messages_duplicated_total';
local lost = 'lossbound_messages_lost_total';
local violations = 'lossbound_violations_total';
local bound = 'lossbound_loss_bound';
local faultActive = 'lossbound_fault_active';
local latencyBucket = 'lossbound_end_to_end_latency_seconds_bucket';

local known = ['cause="rejected"'];
local silent = ['cause!="rejected"'];
local ofSweeps = ['step!="none"'];
local onLost = ['expectation="lost"'];

local latency(quantile, labels) =
  'histogram_quantile(%s, %s)' % [quantile, sum(speed(latencyBucket), ['le'] + labels)];
local latencyOfAll(quantile, labels) =
  'histogram_quantile(%s, %s)' % [quantile, sum(last(latencyBucket), ['le'] + labels)];

{
  // Totals: the last run of each scenario in the time range.
  howManyPlanned: sum(last(planned)),
  howManySent(labels=[]): sum(last(sent), labels),
  howManyAccepted: sum(last(accepted)),
  howManyRejected: sum(last(rejected)),
  howManyStored: sum(last(stored)),
  howManyReceived: sum(last(received)),
  howManyProcessed(labels=[]): sum(last(processed), labels),
  howManyLost(labels=[]): sum(last(lost), labels),
  howManyLostKnown: sum(last(lost, known)),
  howManyLostSilently: sum(last(lost, silent)),
  howManyDuplicated(labels=[]): sum(last(duplicated), labels),
  howManyUnaccounted: sum(last('lossbound_messages_unaccounted')),
  howManyUnexplained: sum(last('lossbound_messages_unexplained')),
  howOftenForbidden(labels): sum(last(violations), labels),
  howManyLostByEachCause: 'sort_desc(%s)' % sum(last(lost), ['cause']),
  causesOfEachRun: '%s > 0' % sum(last(lost), runLabels + ['cause']),
  howManyMayBeLost: sum(last(bound, onLost), ['limit']),
  bounds: max(last(bound), runLabels + ['expectation', 'limit']),
  shareLost(labels=[]): '%s / %s' % [sum(last(lost), labels), sum(last(sent), labels)],
  verdicts: sum(last('lossbound_run_verdict'), ['verdict']),
  onWhatItRuns: max(last('lossbound_run_info'), runLabels + ['version', 'environment', 'broker', 'proxy', 'node']),
  howLongAllTook(quantile, labels=[]): latencyOfAll(quantile, labels),
  howOftenEachFaultFell: max(last('lossbound_faults_total'), ['fault', 'on']),

  // During a run.
  sentPerSecond(labels=[]): sum(speed(sent), labels),
  acceptedPerSecond: sum(speed(accepted)),
  rejectedPerSecond: sum(speed(rejected)),
  storedPerSecond: sum(speed(stored)),
  processedPerSecond(labels=[]): sum(speed(processed), labels),
  sentButNotStored: '%s - %s' % [sum(of(sent)), sum(of(stored))],
  storedButNotReceived: '%s - %s' % [sum(of(stored)), sum(of(received))],
  storedButNotReceivedOf(labels): '%s - %s' % [sum(of(stored), labels), sum(of(received), labels)],
  receivedButNotProcessed: '%s - %s' % [sum(of(received)), sum(of(processed))],
  storedButNotProcessed: '%s - %s' % [sum(of(stored)), sum(of(processed))],
  unaccounted: sum(of('lossbound_messages_unaccounted')),
  phases: '%s == 1' % max(highest('lossbound_run_phase'), ['phase']),
  faults: '%s == 1' % max(highest(faultActive), ['fault', 'on']),
  kills: grown('lossbound_worker_kills_total', ['role']),
  /** In milliseconds, as annotations require. */
  lastKill: 'max by (scenario, role) (%s > 0) * 1000' % of('lossbound_worker_last_kill_timestamp_seconds'),
  commitsPerSecond: sum(speed('lossbound_offset_commits_total'), ['result']),
  joins: grown('lossbound_group_joins_total', []),
  howLongItTakes(quantile, labels=[]): latency(quantile, labels),
  latencies: grown(latencyBucket, ['le']),
  behindSchedule: max(of('lossbound_schedule_lag_seconds'), ['scenario']),

  // Losses: at the second of sending if metrics.om was loaded, otherwise when they are proved.
  lostPerSecond(labels=[]): sum(speed(lost), labels),
  lostKnownPerSecond: sum(speed(lost, known)),
  lostSilentlyPerSecond: sum(speed(lost, silent)),
  lostSoFar(labels=[]): sum(of(lost), labels),
  lostOfSentSoFar: '%s / %s' % [sum(of(lost)), sum(of(sent))],
  mayBeLost: sum(of(bound, onLost), ['limit']),

  // The curve: one point per step of a sweep. The series of a step ends with its run, so its last
  // value counts.
  stepLossRatio: $.stepLossRatioOf(['step'], ofSweeps),
  stepSentPerSecond: $.sentPerSecondOf(['step'], ofSweeps),
  stepLostPerFault: $.lostPerFaultOf(['step'], ofSweeps),
  stepProcessedPerSecond: $.processedPerSecondOf(['step'], ofSweeps),

  // Results of a run.
  /** Selects the runs that belong to a sweep: only they are points of a curve. */
  ofSweeps: ofSweeps,
  sentPerSecondOf(labels, matchers=[]): mean(last('lossbound_step_sent_per_second', matchers), labels),
  processedPerSecondOf(labels, matchers=[]): mean(last('lossbound_step_processed_per_second', matchers), labels),
  lostPerFaultOf(labels, matchers=[]): mean(last('lossbound_step_lost_per_fault', matchers), labels),
  stepLossRatioOf(labels, matchers=[]): mean(last('lossbound_step_loss_ratio', matchers), labels),
  shareLostOf(labels): mean(last('lossbound_loss_ratio'), labels),
  boundOf(limit, labels): sum(last(bound, onLost + ['limit="%s"' % limit]), labels),
  unexplainedOf(labels): sum(last('lossbound_messages_unexplained'), labels),
  lagOf(labels): max(last('lossbound_schedule_lag_seconds'), labels),
  verdictOf(labels): '%s == 1' % max(last('lossbound_run_verdict'), labels + ['verdict']),
}
