import type { SyntaxNode } from "@lezer/common";
import { parser } from "@prometheus-io/lezer-promql";

/** The parts of an expression. */
interface Expression {
  selectors: Selector[];
  /** Names of the functions, aggregations and set operators in it. */
  operations: Set<string>;
  /** Positions of syntax errors. */
  errors: string[];
}

interface Selector {
  metric: string;
  matchers: { label: string; value: string }[];
  /** Labels that the aggregations around it group by. */
  groupedBy: string[];
}

/** Parses an expression with the grammar of Prometheus' own editor. Variables must be filled in. */
export function readPromql(expression: string): Expression {
  const text = ({ from, to }: SyntaxNode): string => expression.slice(from, to);
  const read: Expression = { selectors: [], operations: new Set(), errors: [] };
  parser.parse(expression).iterate({
    enter({ node, name, type }) {
      if (type.isError) read.errors.push(`at ${node.from} of ${expression}`);
      if (["FunctionIdentifier", "AggregateOp", "Or", "Unless"].includes(name))
        read.operations.add(text(node).toLowerCase());
      if (name === "VectorSelector") read.selectors.push(selectorOf(node, text));
    },
  });
  return read;
}

function selectorOf(node: SyntaxNode, text: (node: SyntaxNode) => string): Selector {
  const metric = node.getChild("Identifier");
  const matchers = node.getChild("LabelMatchers")?.getChildren("UnquotedLabelMatcher") ?? [];
  return {
    metric: metric ? text(metric) : "",
    matchers: matchers.map((matcher) => ({
      label: text(matcher.getChild("LabelName")!),
      value: text(matcher.getChild("StringLiteral")!).slice(1, -1),
    })),
    groupedBy: around(node).flatMap((outer) =>
      (outer.getChild("AggregateModifier")?.getChild("GroupingLabels")?.getChildren("LabelName") ?? []).map(
        text,
      ),
    ),
  };
}

function around(node: SyntaxNode): SyntaxNode[] {
  return node.parent ? [node.parent, ...around(node.parent)] : [];
}
