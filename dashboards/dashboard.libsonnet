/** The frame of a dashboard: its variables, the windows of the faults, and where each panel stands. */
local config = import 'config.libsonnet';
local queries = import 'queries.libsonnet';
local variables = import 'variables.libsonnet';

/** Of Grafana's grid, which has 24 columns. */
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
  // The value of the series is the moment of its mark. Grafana draws marks that are a step apart as one.
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
    tooltip: 'The other dashboards, with the same choice and time',
  },
];

/** Panels of one row, as wide as their shares say, and as high as the row. */
local inRow(row, y) =
  local shares = [std.get(panel, 'share', 1) for panel in row.panels];
  local sum(of) = std.foldl(function(a, b) a + b, of, 0);
  local edges = [std.round(columns * sum(shares[0:place]) / sum(shares)) for place in std.range(0, std.length(shares))];
  [
    row.panels[place] {
      share:: null,
      gridPos: { h: row.height, w: edges[place + 1] - edges[place], x: edges[place], y: y },
    }
    for place in std.range(0, std.length(row.panels) - 1)
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
  /** Panels beside each other, with a title above them where `title` is given. */
  row(height, panels, title=null): { height: height, panels: panels } + if title == null then {} else { title: title },

  /** How much of its row a panel takes, against the others in it (1). */
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
