/** Recording rules, which the alerts use, and which outlive the raw series of a run. */
local config = import 'config.libsonnet';
local windows = config.windows;

/** The labels of a rule, which identify a run; `step` distinguishes the runs of a sweep. */
local run = 'scenario, guarantee, client, step';

local ofRun(expression) = 'sum by (%s) (%s)' % [run, expression];
local increase(metric, window) = ofRun('increase(%s[%s])' % [metric, window]);

local sent = 'lossbound_messages_sent_total';
local lost = 'lossbound_messages_lost_total';
local maxOfLost = 'max by (%s) (lossbound_loss_bound{expectation="lost", limit="max"})' % run;
local planned = 'max by (%s) (lossbound_messages_planned)' % run;

/**
 * The share of lost messages, divided by the share that is allowed: 1 spends the budget exactly.
 */
local burn(window) = '(%s / %s) / (%s / %s)' % [
  increase(lost, window),
  increase(sent, window),
  maxOfLost,
  planned,
];

local rule(record, expression) = { record: record, expr: expression };

local total(what) = ofRun('lossbound_messages_%s_total' % what);

local contradicted = 'run:lossbound_messages:contradiction';

/** The number of messages by which two counts contradict each other; 0 or less if they do not. */
local contradiction(counts, expression) =
  rule(contradicted, expression) { labels: { counts: counts } };

{
  lost: 'run:lossbound_messages_lost:sum',
  lostAtMost: 'run:lossbound_messages_lost:max_allowed',
  sentRate: 'run:lossbound_messages_sent:rate' + windows.rate,
  contradiction: contradicted,
  violations: 'run:lossbound_violations:sum',
  burnShort: 'run:lossbound_loss_budget:burn' + windows.burnShort,
  burnLong: 'run:lossbound_loss_budget:burn' + windows.burnLong,

  rules: [
    rule($.lost, ofRun(lost)),
    rule($.lostAtMost, maxOfLost),
    rule($.sentRate, ofRun('rate(%s[%s])' % [sent, windows.rate])),
    // These counts have independent sources, and the first must never exceed the second.
    contradiction('accepted and rejected, sent', '%s + %s - %s' % [total('accepted'), total('rejected'), total('sent')]),
    contradiction('received, sent', '%s - %s' % [total('received'), total('sent')]),
    contradiction('processed, received', '%s - %s' % [total('processed'), total('received')]),
    // During a run, `unaccounted` is computed from the other counts, so only the count of the
    // ledger can contradict them.
    contradiction('processed and lost and unaccounted, sent', 'abs(%s + %s + %s - %s) and %s == 1' % [
      total('processed'),
      total('lost'),
      ofRun('lossbound_messages_unaccounted'),
      total('sent'),
      'max by (%s) (lossbound_run_verdict)' % run,
    ]),
    rule($.violations, ofRun('lossbound_violations_total')),
    rule($.burnShort, burn(windows.burnShort)),
    rule($.burnLong, burn(windows.burnLong)),
  ],
}
