/**
 * What a dashboard of ours may be: Grafana's own types, closed where they are open. `@grafana/schema`
 * lets a panel have any type, any options and any query; here each panel has the options and the field
 * config of its own type, and types, queries and transformations are of a closed list.
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

/** As JSON has it: the value of an enum, where TypeScript wants the enum's name. */
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
  /** In Grafana's type they are of any shape. */
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

/** Grafana's type of it is not published; these are the keys that its Prometheus data source reads. */
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

/** The three formats belong to the Prometheus data source, as its query does. */
interface Annotation extends Written<Omit<AnnotationQuery, "target" | "datasource">> {
  datasource: DataSource;
  target: PrometheusQuery;
  /** The value of the series is the moment of its mark, in milliseconds. */
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

/** What is closed here is no less a dashboard of Grafana's: the compiler says so. */
export const asGrafanas = (dashboard: ShippedDashboard): Written<Dashboard> => dashboard;
