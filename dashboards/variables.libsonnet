local config = import 'config.libsonnet';

/** A variable with the values of a common label, of the series in the time range. */
local ofLabel(label, metric) = {
  type: 'query',
  name: label,
  label: label,
  datasource: config.datasource,
  query: {
    qryType: 1,
    query: 'label_values(%s, %s)' % [metric, label],
    refId: 'variable-' + label,
  },
  refresh: 2,
  sort: 1,
  regex: '',
  includeAll: true,
  multi: true,
  allValue: '.+',
  current: { text: ['All'], value: ['$__all'] },
  options: [],
  hide: 0,
};

{
  list: [
    {
      type: 'datasource',
      name: 'datasource',
      label: 'Prometheus',
      query: 'prometheus',
      regex: '',
      refresh: 1,
      includeAll: false,
      multi: false,
      options: [],
      hide: 0,
    },
    ofLabel('scenario', 'lossbound_messages_planned'),
    ofLabel('guarantee', 'lossbound_messages_planned'),
    ofLabel('client', 'lossbound_messages_planned'),
  ],

  /** The selected values of the variables, as matchers of a selector. */
  chosen: ['scenario=~"$scenario"', 'guarantee=~"$guarantee"', 'client=~"$client"'],
}
