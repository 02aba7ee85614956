import { type Asking, fillIn, type Query, stepOf } from "../../support/dashboard-queries.js";

interface Answer {
  error?: string;
  data?: {
    result: { metric: Record<string, string>; value?: [number, string]; values?: [number, string][] }[];
  };
}

/** One series or one row of a result of Prometheus. */
export interface Answered {
  labels: Record<string, string>;
  /** One value per step; a single value for an instant query. */
  values: number[];
}

/**
 * Sends the queries of a dashboard as Grafana does, for the range that ends at `until`
 * (milliseconds since 1970).
 */
export async function ask(url: string, query: Query, asking: Asking, until: number): Promise<Answered[]> {
  const step = stepOf(query, asking);
  const end = until / 1000;
  const when = query.instant
    ? { time: `${end}` }
    : // Grafana aligns ranges to multiples of the step.
      { start: `${floorTo(step, end - asking.range)}`, end: `${floorTo(step, end)}`, step: `${step}` };
  const path = query.instant ? "query" : "query_range";
  return await get(url, path, { query: fillIn(query, asking), ...when });
}

/** The response of Prometheus to a request for series. */
export async function get(
  url: string,
  path: string,
  parameters: Record<string, string>,
): Promise<Answered[]> {
  const { data, error } = await answerOf<Answer>(url, path, parameters);
  if (data === undefined) throw new Error(`${JSON.stringify(parameters)}: ${error}`);
  return data.result.map(({ metric, value, values }) => ({
    labels: metric,
    values: (values ?? (value ? [value] : [])).map(([, text]) => Number(text)),
  }));
}

export async function answerOf<T>(url: string, path: string, parameters: Record<string, string>): Promise<T> {
  const asked = `${url}/api/v1/${path}?${new URLSearchParams(parameters)}`;
  const response = await fetch(asked, { signal: AbortSignal.timeout(20_000) });
  return (await response.json()) as T;
}

function floorTo(step: number, time: number): number {
  return Math.floor(time / step) * step;
}
