/** One value, or several for a sweep. */
import { either, type Field, list } from "./fields.js";

/** A curve has some ten points; each is a run, or several. */
const valuesMax = 50;

/** One value, or a list of them, as a list. */
export function orSwept<W>(one: Field<number, W>): Field<readonly number[], W | readonly W[]> {
  const alone = one.transform((value): readonly number[] => [value]);
  const several: Field<readonly number[], readonly W[]> = list(one, "values", valuesMax);
  return either<Field<readonly number[], W | readonly W[]>>([alone, several], (written) =>
    Array.isArray(written) ? several : alone,
  );
}
