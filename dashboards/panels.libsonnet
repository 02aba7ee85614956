/**
 * Panels, which get their expressions from outside. Each has a question, a description and a unit.
 */
local config = import 'config.libsonnet';

local letters = std.stringChars('ABCDEFGHIJKLMNOPQRSTUVWXYZ');

local panel(type, question, description, unit, targets) = {
  type: type,
  pluginVersion: config.grafana,
  title: question,
  description: description,
  datasource: config.datasource,
  targets: std.mapWithIndex(
    function(index, target) target { refId: letters[index], datasource: config.datasource },
    targets
  ),
  fieldConfig: {
    defaults: { unit: unit, custom: {} },
    overrides: [],
  },
  options: {},
};

local singleColor(color) = { mode: 'fixed', fixedColor: color };
local steps(colors) = { mode: 'absolute', steps: colors };
local reduceToLast = { calcs: ['lastNotNull'], fields: '', values: false };
local legend = { showLegend: true, displayMode: 'list', placement: 'bottom', calcs: [] };
local tooltip = { mode: 'multi', sort: 'desc' };
/**
 * Font sizes in a bar gauge, in pixels. Grafana reserves room for a name left of a bar at a font
 * size of 12.
 */
local barText = { titleSize: 12, valueSize: 12 };
local hidden = { legend: false, tooltip: false, viz: false };

{
  /** Queries of a panel: over time, once for the whole range, once as table rows, or as buckets. */
  overTime(expression, name): {
    expr: expression,
    legendFormat: name,
    range: true,
    instant: false,
    format: 'time_series',
    editorMode: 'code',
  },
  once(expression, name): self.overTime(expression, name) { range: false, instant: true },
  asTable(expression): self.once(expression, '') { format: 'table' },
  /** A query with at least one scrape in each step. */
  inSteps(expression, name): self.overTime(expression, name) { interval: config.stepAtLeast },
  asBuckets(expression): self.overTime(expression, '{{le}}') { format: 'heatmap' },

  timeSeries(question, description, unit, targets): panel('timeseries', question, description, unit, targets) {
    fieldConfig+: {
      defaults+: {
        color: { mode: 'palette-classic-by-name' },
        custom: {
          drawStyle: 'line',
          lineInterpolation: 'linear',
          lineWidth: 2,
          fillOpacity: 8,
          gradientMode: 'none',
          showPoints: 'auto',
          pointSize: 4,
          spanNulls: false,
          stacking: { mode: 'none', group: 'A' },
          axisPlacement: 'auto',
          axisLabel: '',
          scaleDistribution: { type: 'linear' },
          thresholdsStyle: { mode: 'off' },
          hideFrom: hidden,
        },
      },
    },
    options: { legend: legend, tooltip: tooltip },
  },

  stat(question, description, unit, targets): panel('stat', question, description, unit, targets) {
    fieldConfig+: {
      defaults: {
        unit: unit,
        color: { mode: 'thresholds' },
        thresholds: steps([{ color: config.color.muted, value: null }]),
      },
    },
    options: {
      colorMode: 'value',
      graphMode: 'none',
      justifyMode: 'auto',
      textMode: 'value_and_name',
      orientation: 'auto',
      wideLayout: true,
      showPercentChange: false,
      percentChangeColorMode: 'standard',
      reduceOptions: reduceToLast,
    },
  },

  /**
   * Horizontal bars in the order of the results, which form a funnel if these are its stages. A bar
   * is named by its query or, with a single query, by the labels in `name`: otherwise Grafana omits
   * the name of a single bar.
   */
  bars(question, description, unit, targets, name=null): panel('bargauge', question, description, unit, targets) {
    fieldConfig+: {
      defaults: {
        unit: unit,
        min: 0,
        color: singleColor(config.color.sent),
        thresholds: steps([{ color: config.color.sent, value: null }]),
      } + if name == null then {} else { displayName: name },
    },
    options: {
      displayMode: 'basic',
      orientation: 'horizontal',
      valueMode: 'text',
      namePlacement: 'left',
      sizing: 'manual',
      minVizWidth: 8,
      minVizHeight: 18,
      maxVizHeight: 28,
      text: barText,
      showUnfilled: true,
      reduceOptions: reduceToLast,
      legend: legend { showLegend: false },
    },
  },

  /**
   * Bars over time. The queries have a value only while their condition holds, since Grafana would
   * draw "no" too, in any colour.
   */
  timeline(question, description, targets): panel('state-timeline', question, description, config.unit.text, targets) {
    fieldConfig+: {
      defaults: {
        unit: config.unit.text,
        color: singleColor(config.color.doubtful),
        mappings: [{ type: 'value', options: { '1': { text: 'yes', index: 0 } } }],
        custom: { lineWidth: 0, fillOpacity: 80, hideFrom: hidden },
      },
    },
    options: {
      mergeValues: true,
      showValue: 'never',
      alignValue: 'left',
      rowHeight: 0.8,
      legend: legend { showLegend: false },
      tooltip: tooltip { mode: 'single', sort: 'none' },
    },
  },

  heatmap(question, description, unit, targets): panel('heatmap', question, description, unit, targets) {
    fieldConfig+: {
      defaults: { unit: config.unit.count, custom: { hideFrom: hidden, scaleDistribution: { type: 'linear' } } },
    },
    options: {
      calculate: false,
      cellGap: 1,
      cellValues: { unit: config.unit.count },
      color: {
        mode: 'scheme',
        scheme: 'Oranges',
        fill: 'dark-orange',
        scale: 'exponential',
        exponent: 0.5,
        reverse: false,
        steps: 64,
      },
      exemplars: { color: 'rgba(255,0,255,0.7)' },
      filterValues: { le: 1e-9 },
      legend: { show: true },
      rowsFrame: { layout: 'auto' },
      showValue: 'never',
      tooltip: { mode: 'single', yHistogram: true, showColorScale: false },
      yAxis: { axisPlacement: 'left', unit: unit, reverse: false },
    },
  },

  /**
   * A column of a table: a label, or the value of a query with its unit. The width is in pixels.
   */
  label(name, width): { label: name, name: name, width: width, unit: config.unit.text },
  value(name, width, unit): { name: name, width: width, unit: unit },
  /** A value that is queried only for its labels. */
  noValue: { hidden: true },

  /** Columns that identify runs, each wide enough for the shipped scenarios. */
  ofRun: {
    scenario: $.label('scenario', 240),
    guarantee: $.label('guarantee', 132),
    client: $.label('client', 68),
    step: $.label('step', 56),
  },

  /**
   * A table with a row for each set of labels. `columns` has the labels first, and then a value for
   * each target, in order. All columns have a width: Grafana gives a column without one at least
   * 150 pixels, and hides columns that do not fit.
   */
  table(question, description, targets, columns):
    local labels = std.filter(function(column) std.objectHas(column, 'label'), columns);
    local values = std.filter(function(column) !std.objectHas(column, 'label'), columns);
    local single = std.length(targets) == 1;
    local isHidden(column) = std.objectHas(column, 'hidden');
    local indexes = std.range(0, std.length(values) - 1);
    local valueOf(index) = if single then 'Value' else 'Value #' + letters[index];
    local hidden = ['Time'] + [valueOf(index) for index in indexes if isHidden(values[index])];
    panel('table', question, description, config.unit.text, targets) {
      fieldConfig+: {
        defaults+: {
          color: { mode: 'thresholds' },
          thresholds: steps([{ color: config.color.muted, value: null }]),
          custom: { align: 'auto', cellOptions: { type: 'auto' }, inspect: false, filterable: true },
        },
        overrides: [
          $.named(column.name, { unit: column.unit, 'custom.width': column.width })
          for column in columns
          if !isHidden(column)
        ],
      },
      options: { showHeader: true, cellHeight: 'sm', frameIndex: 0 },
      transformations: (if single then [] else [{ id: 'merge', options: {} }]) + [
        {
          id: 'organize',
          options: {
            excludeByName: { [name]: true for name in hidden },
            indexByName: { [labels[index].name]: index for index in std.range(0, std.length(labels) - 1) } +
                         { [valueOf(index)]: std.length(labels) + index for index in indexes },
            renameByName: { [valueOf(index)]: values[index].name for index in indexes if !isHidden(values[index]) },
          },
        },
      ],
    },

  /**
   * A chart of `y` against `x`, joined by a label that both have. Both are instant queries, so each
   * value of the label is one point.
   */
  points(question, description, x, y, label): panel('xychart', question, description, y.unit, [
    $.asTable(x.expression),
    $.asTable(y.expression),
  ]) {
    fieldConfig+: {
      defaults+: {
        color: singleColor(config.color.lost),
        custom: {
          show: 'points+lines',
          pointSize: { fixed: 8 },
          pointShape: 'circle',
          pointStrokeWidth: 1,
          fillOpacity: 60,
          lineWidth: 1,
          lineStyle: { fill: 'dash', dash: [4, 6] },
          axisPlacement: 'auto',
          axisLabel: y.name,
          hideFrom: hidden,
        },
      },
      overrides: [$.named(x.name, { unit: x.unit, 'custom.axisLabel': x.name })],
    },
    options: {
      mapping: 'manual',
      series: [
        {
          name: { fixed: y.name },
          frame: { matcher: { id: 'byIndex', options: 0 } },
          x: { matcher: { id: 'byName', options: x.name } },
          y: { matcher: { id: 'byName', options: y.name } },
        },
      ],
      legend: legend { showLegend: false },
      tooltip: tooltip { mode: 'single', sort: 'none' },
    },
    transformations: [
      { id: 'joinByField', options: { byField: label, mode: 'outer' } },
      {
        id: 'organize',
        options: {
          excludeByName: { 'Time 1': true, 'Time 2': true },
          indexByName: {},
          renameByName: { 'Value #A': x.name, 'Value #B': y.name },
        },
      },
      // The line connects the rows in order, and Prometheus sorts 1000 before 500.
      { id: 'sortBy', options: { sort: [{ field: x.name, desc: false }] } },
    ],
  },

  /** Overrides the properties of a field by its name. */
  named(name, properties): {
    matcher: { id: 'byName', options: name },
    properties: [{ id: id, value: properties[id] } for id in std.objectFields(properties)],
  },

  /** Modifications of a panel. */
  sortedBy(column, desc=false): { options+: { sortBy: [{ displayName: column, desc: desc }] } },
  overrides(list): { fieldConfig+: { overrides+: list } },
  colored(colors): self.overrides([
    $.named(name, { color: singleColor(colors[name]) })
    for name in std.objectFields(colors)
  ]),
  inColor(color): { fieldConfig+: { defaults+: { color: singleColor(color) } } },
  stacked: { fieldConfig+: { defaults+: { custom+: { stacking: { mode: 'normal', group: 'A' }, fillOpacity: 60, lineWidth: 1 } } } },
  asBars: { fieldConfig+: { defaults+: { custom+: { drawStyle: 'bars', fillOpacity: 80, lineWidth: 0 } } } },
  stepwise: { fieldConfig+: { defaults+: { custom+: { lineInterpolation: 'stepAfter' } } } },
  fromZero: { fieldConfig+: { defaults+: { min: 0 } } },
}
