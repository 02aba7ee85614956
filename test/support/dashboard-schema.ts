/**
 * The shape of lossbound's dashboards, which is stricter than Grafana's own types.
 * `@grafana/schema` allows any type, any options and any query in a panel. Here each panel has the
 * options and the field config of its own type, and types, queries and transformations come from a
 * fixed list.
 */
import type {
  AnnotationQuery,
  Dashboard,
  FieldConfig,
  Panel,
  RowPanel,
  ValueMap,
  VariableModel,
} from "@grafana/schema";
import type * as BarGauge from "@grafana/schema/dist/esm/raw/composable/bargauge/panelcfg/x/BarGaugePanelCfg_types.gen";
import type * as Heatmap from "@grafana/schema/dist/esm/raw/composable/heatmap/panelcfg/x/HeatmapPanelCfg_types.gen";
import type * as Stat from "@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen";
import type * as StateTimeline from "@grafana/schema/dist/esm/raw/composable/statetimeline/panelcfg/x/StateTimelinePanelCfg_types.gen";
import type * as Table from "@grafana/schema/dist/esm/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen";
import type * as TimeSeries from "@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen";
import type * as XYChart from "@grafana/schema/dist/esm/raw/composable/xychart/panelcfg/x/XYChartPanelCfg_types.gen";

/** The JSON form: the value of an enum instead of its TypeScript name. */
type Written<T> = T extends string
  ? `${T}`
  : T extends readonly (infer Item)[]
    ? Written<Item>[]
    : T extends object
      ? { [Key in keyof T]: Written<T[Key]> }
      : T;

/** A dashboard that this project ships. */
export interface ShippedDashboard extends Written<Omit<Dashboard, "panels" | "annotations" | "templating">> {
  uid: string;
  title: string;
  description: string;
  panels: (ShippedPanel | WrittenRow)[];
  annotations: { list: Annotation[] };
  templating: { list: Variable[] };
}

export type ShippedPanel =
  | PanelOf<"timeseries", TimeSeries.Options, TimeSeries.FieldConfig>
  | PanelOf<"xychart", XYChart.Options, XYChart.FieldConfig>
  | PanelOf<"state-timeline", StateTimeline.Options, StateTimeline.FieldConfig>
  | PanelOf<"heatmap", Heatmap.Options, Heatmap.FieldConfig>
  | PanelOf<"table", Table.Options, Table.FieldConfig>
  | PanelOf<"stat", Stat.Options, Nothing>
  | PanelOf<"bargauge", BarGauge.Options, Nothing>;

type Nothing = Record<never, never>;

interface PanelOf<Type extends string, Options, Custom> extends Written<
  Omit<Panel, "type" | "options" | "fieldConfig" | "targets" | "transformations" | "datasource">
> {
  type: Type;
  title: string;
  description: string;
  datasource: DataSource;
  targets: PrometheusQuery[];
  transformations?: Transformation[];
  fieldConfig: { defaults: Defaults<Custom>; overrides: Override<Custom>[] };
  options: OptionsOf<Options>;
}

interface WrittenRow extends Omit<RowPanel, "panels"> {
  panels: never[];
}

/** The matchers of an XY chart take any options in Grafana's type. */
type OptionsOf<Options> = Options extends { series: unknown[] }
  ? Omit<Written<Options>, "series"> & { series: Points[] }
  : Written<Options>;

interface Points {
  name: { fixed: string };
  frame: { matcher: { id: "byIndex"; options: number } };
  x: { matcher: ByName };
  y: { matcher: ByName };
}

interface ByName {
  id: "byName";
  options: string;
}

interface GeneralFields extends Written<Omit<FieldConfig, "custom" | "mappings" | "links">> {
  /** Grafana's type allows any shape here. */
  links?: { title: string; url: string }[];
  mappings?: Written<ValueMap>[];
}

type Defaults<Custom> = GeneralFields &
  ([keyof Custom] extends [never] ? Nothing : { custom: Partial<Written<Custom>> });

interface Override<Custom> {
  matcher: ByName;
  properties: (PropertyOf<GeneralFields, ""> | PropertyOf<Written<Custom>, "custom.">)[];
}

type PropertyOf<Fields, Prefix extends string> = {
  [Key in keyof Fields & string]-?: { id: `${Prefix}${Key}`; value: NonNullable<Fields[Key]> };
}[keyof Fields & string];

interface DataSource {
  type: "prometheus";
  uid: "${datasource}";
}

/** Grafana does not publish this type; these are the keys that its Prometheus data source reads. */
type PrometheusQuery = {
  refId: string;
  datasource: DataSource;
  expr: string;
  legendFormat?: string;
  range: boolean;
  instant: boolean;
  format: "time_series" | "table" | "heatmap";
  interval?: string;
  editorMode: "code";
};

type Transformation =
  | { id: "merge"; options: Record<string, never> }
  | { id: "joinByField"; options: { byField: string; mode: "inner" | "outer" } }
  | { id: "sortBy"; options: { sort: { field: string; desc: boolean }[] } }
  | {
      id: "organize";
      options: {
        excludeByName: Record<string, boolean>;
        indexByName: Record<string, number>;
        renameByName: Record<string, string>;
      };
    };

/** The three formats belong to the Prometheus data source, like its query. */
interface Annotation extends Written<Omit<AnnotationQuery, "target" | "datasource">> {
  datasource: DataSource;
  target: PrometheusQuery;
  /** The value of the series is the time of its annotation, in milliseconds. */
  useValueForTime?: boolean;
  titleFormat: string;
  textFormat: string;
  tagKeys: string;
}

interface Variable extends Written<Omit<VariableModel, "type" | "query" | "datasource" | "current">> {
  type: "query" | "datasource";
  datasource?: DataSource;
  query: "prometheus" | { qryType: 1; query: string; refId: string };
  current?: { text: string[]; value: string[] };
}

/** The compiler checks that the stricter type is still a dashboard of Grafana. */
export const asGrafanas = (dashboard: ShippedDashboard): Written<Dashboard> => dashboard;
