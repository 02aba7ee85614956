import type { Difference, Stored } from "../../results/difference.js";
import type { Page } from "../../views/layout/page.js";

export const baselineOption = {
  value: "PATH",
  description:
    "A stored result, or a folder of them: more loss per fault than there, by more than chance, is broken.",
};

/** Results of before, against which those of now are held. */
export interface Baseline {
  /** The same, with the verdict that they have beside those of before. */
  judge<S extends Stored>(found: readonly S[]): S[];
  /** What was lost before and now. */
  render(found: readonly Stored[], page: Page): string;
}

/** @throws LossboundError `INPUT` where nothing is stored there. */
export async function readBaseline(
  path: string,
  rule: { falseAlarms: number; seed: number },
): Promise<Baseline> {
  // Loaded only now: the special functions of statistics take their time.
  const { differencesOf, withDifference } = await import("../../results/difference.js");
  const { renderDifferences } = await import("../../views/terminal/difference.js");
  const { storedLossesAt } = await import("../../store/stored-losses.js");
  const before = storedLossesAt(path);
  const differences = (found: readonly Stored[]): Difference[] => {
    // What was not run now is no loss.
    const names = new Set(found.map(({ scenario }) => scenario));
    return differencesOf(
      before.filter(({ scenario }) => names.has(scenario)),
      found,
      rule,
    );
  };
  return {
    judge: (found) => {
      const all = differences(found);
      return found.map((each) =>
        withDifference(
          each,
          all.find(({ scenario }) => scenario === each.scenario)!,
        ),
      );
    },
    render: (found, page) => (found.length === 0 ? "" : `\n${renderDifferences(differences(found), page)}`),
  };
}
