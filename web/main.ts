/**
 * Runs in the page: draws each chart from its JSON, and redraws it for other widths, colours and
 * paper.
 */
import { causes } from "../src/scenario/scenario.js";
import type { RunPoint } from "../src/views/html/run-point.js";
import type { SweptCurve } from "../src/views/html/swept.js";
import type { Result } from "../src/results/result.js";
import { comparison } from "./comparison.js";
import { course } from "./course.js";
import { curve } from "./curve.js";
import { type Chart, type Option, openChart } from "./echarts.js";
import { flow } from "./flow.js";
import { latency } from "./latency.js";
import { heightOfLives, lives } from "./lives.js";
import { type Look, lookOf } from "./look.js";

/** A chart of the page; `paperWidth` fits A4 and Letter with their margins. */
interface Drawing {
  element: HTMLElement;
  option: (look: Look) => Option;
  height: (look: Look) => number;
  chart?: Chart;
}

const paperWidth = 680;

const drawings = [...document.querySelectorAll<HTMLElement>("[data-chart]")].map(drawingOf);
const paper = matchMedia("print");
let printing = paper.matches;

function drawingOf(element: HTMLElement): Drawing {
  const name = element.dataset["chart"];
  const result = (): Result => stored<Result>("result");
  switch (name) {
    case "course":
      return {
        element,
        option: (look) => course(result(), look),
        height: ({ narrow }) => (narrow ? 400 : 440),
      };
    case "flow":
      return { element, option: (look) => flow(result(), look), height: () => heightOfFlow(result()) };
    case "lives":
      return { element, option: (look) => lives(result(), look), height: () => heightOfLives(result()) };
    case "latency":
      return { element, option: (look) => latency(result(), look), height: () => 260 };
    case "comparison":
      return { element, option: (look) => comparison(runs().runs, look), height: () => 420 };
    case "curve":
      return {
        element,
        option: (look) => curve(runs().curves[Number(element.dataset["curve"])]!, look),
        height: () => 480,
      };
  }
  throw new Error(`unknown chart "${name}"`);
}

function runs(): { runs: RunPoint[]; curves: SweptCurve[] } {
  return stored("runs-data");
}

function stored<T>(id: string): T {
  return JSON.parse(document.querySelector(`#${id}`)?.textContent ?? "") as T;
}

function heightOfFlow({ lostBy }: Result): number {
  return 180 + 34 * causes.filter((cause) => lostBy[cause] > 0).length;
}

function draw(drawing: Drawing): void {
  const { element } = drawing;
  const width = printing ? paperWidth : element.clientWidth;
  if (width === 0) return;
  const look = lookOf(width);
  const size = { width, height: drawing.height(look) };
  element.style.height = `${size.height}px`;
  drawing.chart ??= openChart(element, size);
  drawing.chart.resize(size);
  drawing.chart.setOption(drawing.option(look), true);
}

function drawAll(): void {
  for (const drawing of drawings) draw(drawing);
}

/**
 * Sets the mark by which the style sheet uses light colours on paper, before the browser lays out
 * the page.
 */
function onPaper(is: boolean): void {
  printing = is;
  document.documentElement.toggleAttribute("data-paper", is);
  drawAll();
}

drawAll();
const resized = new ResizeObserver((entries) => {
  if (printing) return;
  for (const { target } of entries) {
    const drawing = drawings.find(({ element }) => element === target);
    if (drawing !== undefined && drawing.chart?.getWidth() !== drawing.element.clientWidth) draw(drawing);
  }
});
for (const { element } of drawings) resized.observe(element);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
paper.addEventListener("change", ({ matches }) => onPaper(matches));
addEventListener("beforeprint", () => onPaper(true));
addEventListener("afterprint", () => onPaper(false));
