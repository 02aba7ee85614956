import type { Difference, Stored } from "../../results/difference.js";
import type { Page } from "../../views/layout/page.js";

export const baselineOption = {
  value: "PATH",
  description: "Stored results; a higher loss per fault, beyond chance, is broken",
};

/** Earlier results, with which new ones are compared. */
export interface Baseline {
  /** Returns the results with their verdicts adjusted by the comparison. */
  judge<S extends Stored>(found: readonly S[]): S[];
  /** Renders the losses before and now. */
  render(found: readonly Stored[], page: Page): string;
}

/**
 * Reads the earlier results at a path.
 *
 * @throws LossboundError `INPUT` if the path has no results.
 */
export async function readBaseline(
  path: string,
  rule: { falseAlarms: number; seed: number },
): Promise<Baseline> {
  // Loaded lazily: the special functions of statistics are slow to load.
  const { differencesOf, withDifference } = await import("../../results/difference.js");
  const { renderDifferences } = await import("../../views/terminal/difference.js");
  const { storedLossesAt } = await import("../../store/stored-losses.js");
  const before = storedLossesAt(path);
  const differences = (found: readonly Stored[]): Difference[] => {
    // A scenario that was not run now must not count as a change.
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
