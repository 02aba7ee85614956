/**
 * The frame of a dashboard: its variables, the annotations of faults, and the positions of its
 * panels.
 */
local config = import 'config.libsonnet';
local queries = import 'queries.libsonnet';
local variables = import 'variables.libsonnet';

/** Width of Grafana's grid. */
local columns = 24;

local annotation(name, color, expression, title, labels, step) = {
  name: name,
  datasource: config.datasource,
  enable: true,
  hide: false,
  iconColor: color,
  titleFormat: title,
  textFormat: '',
  tagKeys: std.join(',', labels),
  target: {
    refId: name,
    datasource: config.datasource,
    expr: expression,
    interval: step,
    range: true,
    instant: false,
    format: 'time_series',
    editorMode: 'code',
  },
};

local annotations = [
  annotation('Faults', config.color.doubtful, queries.faults, '{{fault}} on {{on}}', ['fault', 'on'], config.stepAtLeast),
  // The value of the series is the time of its mark. Grafana merges marks that are one step apart.
  annotation('Kills', config.color.lost, queries.lastKill, '{{role}} killed', ['role'], config.scrapeInterval) {
    useValueForTime: true,
  },
];

local links = [
  {
    title: 'lossbound',
    type: 'dashboards',
    tags: [config.tag],
    asDropdown: true,
    includeVars: true,
    keepTime: true,
    targetBlank: false,
    icon: 'external link',
    tooltip: 'The other dashboards, with the same selection and time range',
  },
];

/** Places the panels of one row, with widths by their shares and the height of the row. */
local inRow(row, y) =
  local shares = [std.get(panel, 'share', 1) for panel in row.panels];
  local sum(of) = std.foldl(function(a, b) a + b, of, 0);
  local edges = [std.round(columns * sum(shares[0:index]) / sum(shares)) for index in std.range(0, std.length(shares))];
  [
    row.panels[index] {
      share:: null,
      gridPos: { h: row.height, w: edges[index + 1] - edges[index], x: edges[index], y: y },
    }
    for index in std.range(0, std.length(row.panels) - 1)
  ];

local titleOf(row, y) = {
  type: 'row',
  title: row.title,
  collapsed: false,
  panels: [],
  gridPos: { h: 1, w: columns, x: 0, y: y },
};

local place(rows) =
  local placed = std.foldl(
    function(done, row) {
      local titled = std.objectHas(row, 'title'),
      local below = done.y + if titled then 1 else 0,
      y: below + row.height,
      panels: done.panels + (if titled then [titleOf(row, done.y)] else []) + inRow(row, below),
    },
    rows,
    { y: 0, panels: [] }
  );
  std.mapWithIndex(function(index, panel) panel { id: index + 1 }, placed.panels);

{
  /** Panels beside each other, with an optional title above them. */
  row(height, panels, title=null): { height: height, panels: panels } + if title == null then {} else { title: title },

  /** Relative width of a panel in its row (default: 1). */
  share(share): { share: share },

  dashboard(uid, title, description, rows): {
    uid: uid,
    title: title,
    description: description,
    tags: [config.tag],
    schemaVersion: config.schemaVersion,
    editable: false,
    graphTooltip: 1,
    refresh: config.refresh,
    time: config.time,
    timepicker: { refresh_intervals: ['1s', '5s', '10s', '30s', '1m', '5m'] },
    timezone: 'browser',
    links: links,
    annotations: { list: annotations },
    templating: { list: variables.list },
    panels: place(rows),
  },
}
