/** The rules file of Prometheus, as text: YAML. */
local alerts = import 'alerts.libsonnet';
local recorded = import 'recording-rules.libsonnet';

'# Generated from the jsonnet files in the parent folder by `npm run dashboards`; do not edit it.\n' +
std.manifestYamlDoc({
  groups: [
    { name: 'lossbound-recorded', interval: '5s', rules: recorded.rules },
    { name: 'lossbound-alerts', interval: '5s', rules: alerts.rules },
  ],
}, quote_keys=false)
