import { readFileSync } from "node:fs";

import { DOMParser, type Element } from "@xmldom/xmldom";
import { validateXML } from "xmllint-wasm";
import { inRepository } from "./paths.js";

const schema = readFileSync(inRepository("test", "support", "junit.xsd"), "utf8");

/** Returns libxml2's errors for a text, as XML and against the schema of JUnit reports. */
export async function problemsOfJunit(xml: string): Promise<string[]> {
  const { errors } = await validateXML({
    xml: [{ fileName: "junit.xml", contents: xml }],
    schema: [{ fileName: "junit.xsd", contents: schema }],
  });
  return errors.map(({ rawMessage }) => rawMessage);
}

export interface ReadSuite {
  name: string;
  counts: { tests: number; failures: number; errors: number; skipped: number };
  cases: ReadCase[];
}

export interface ReadCase {
  name: string;
  outcome: string;
  message: string | null;
  text: string;
}

/** Parses a report as a CI system does. */
export function readJunit(xml: string): ReadSuite[] {
  const root = new DOMParser({
    // The parser warns about the replacement character, which is there on purpose.
    onError: (level, message) => {
      if (level !== "warning") throw new Error(message);
    },
  }).parseFromString(xml, "application/xml");
  return [...root.getElementsByTagName("testsuite")].map((suite) => ({
    name: suite.getAttribute("name")!,
    counts: {
      tests: Number(suite.getAttribute("tests")),
      failures: Number(suite.getAttribute("failures")),
      errors: Number(suite.getAttribute("errors")),
      skipped: Number(suite.getAttribute("skipped")),
    },
    cases: [...suite.getElementsByTagName("testcase")].map(caseOf),
  }));
}

function caseOf(element: Element): ReadCase {
  const [trouble] = element.children;
  return {
    name: element.getAttribute("name")!,
    outcome: trouble?.tagName ?? "passed",
    message: trouble?.getAttribute("message") ?? null,
    text: trouble?.textContent ?? "",
  };
}
