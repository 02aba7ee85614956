import { canBeMissed } from "../claims.js";
import { exposedWord, toBeExposed } from "../exposed-bounds.js";
import { either, type Field, isMap, type Rule, type Section, section, type Written } from "./fields.js";
import { nearest } from "../../base/nearest.js";
import { limit, oneOf } from "./notations.js";
import { predictedWord, toBePredicted } from "./predicted-bounds.js";
import { formatLimit } from "../quantities.js";
import { type Bound, type Cause, causes, type Guarantee, guarantees, type Limit } from "../scenario.js";

const end = "a count such as 40, or a share of the sent messages such as 2%";

const oneLimit = limit(`${end}, or a map of min and max`).transform((both): Bound => ({
  min: both,
  max: both,
}));

const limits = section(
  {
    min: limit(end).optional().describe("The least that must be observed."),
    max: limit(end).optional().describe("The most that may be observed."),
  },
  [atLeastOneEnd, endsInOrder],
)
  .transform(({ min, max }): Bound => ({ min, max }))
  .meta({ minProperties: 1 });

/** Both ends are inclusive; one value is both of them. */
export type BoundWritten = Written<typeof oneLimit> | Written<typeof limits>;

/** `{ min, max }` with one end at least, or one value that is both ends. */
function bound(): Field<Bound, BoundWritten> {
  return either<Field<Bound, BoundWritten>>([oneLimit, limits], (written) =>
    isMap(written) ? limits : oneLimit,
  );
}

const predicted = oneOf([predictedWord]).transform(() => toBePredicted);

/** `predicted`: both ends are what the plan predicts. */
export type BoundOfLossWritten = BoundWritten | typeof predictedWord;

/** The same, or what the plan predicts. */
function boundOfLoss(): Field<Bound, BoundOfLossWritten> {
  return either<Field<Bound, BoundOfLossWritten>>([predicted, oneLimit, limits], (written) => {
    if (isMap(written)) return limits;
    return typeof written === "string" && nearest(written, [predictedWord]) ? predicted : oneLimit;
  });
}

const exposed = oneOf([exposedWord]).transform(() => toBeExposed);

type AnyBoundWritten = BoundWritten | typeof predictedWord | typeof exposedWord;

/** The same, or what the faults of the run reached. */
function boundOfAllLoss(): Field<Bound, AnyBoundWritten> {
  return either<Field<Bound, AnyBoundWritten>>([predicted, exposed, oneLimit, limits], (written) => {
    if (isMap(written)) return limits;
    const word = typeof written === "string" ? nearest(written, [predictedWord, exposedWord]) : undefined;
    return word === exposedWord ? exposed : word === predictedWord ? predicted : oneLimit;
  });
}

/** What nobody can want to see has an upper end alone. */
const atMost = section({
  max: limit(end).describe("The most that may be observed."),
}).transform(({ max }): Bound => ({ min: undefined, max }));

const causeWords: Record<Cause, string> = {
  rejected: "The client reported an error: the application could know.",
  "client-buffer": "Never left the producer's process.",
  "in-transit": "Accepted by the client, and never in the log: nobody was told.",
  refused: "Reached the broker, which closed the connection instead of storing it.",
  log: "Was in the log, and is there no more.",
  skipped: "The position moved past it, and no consumer had committed over it.",
  "after-commit": "Its consumer committed over it, and the handler never began.",
  "in-processing": "Committed; the handler began and never ended.",
};

const causeFields = causes.map(
  (cause) => [cause, boundOfLoss().optional().describe(causeWords[cause])] as const,
);

const claimFields = {
  lost: boundOfAllLoss().describe("Messages that are lost, whatever the cause."),
  silentlyLost: boundOfLoss()
    .optional()
    .describe("Messages that are lost and were not rejected: nobody was told."),
  lostBy: section(Object.fromEntries(causeFields) as Record<Cause, (typeof causeFields)[number][1]>)
    .prefault({})
    .describe("Messages that are lost, by the place where they died."),
  duplicated: bound()
    .optional()
    .describe(
      "Messages that were processed more than once. Without it, none, but any number under at-least-once.",
    ),
  indeterminate: atMost
    .optional()
    .describe("Messages of which nobody can say whether they were lost. Without it, none."),
  unexplained: atMost
    .optional()
    .describe("Messages that are lost and that no fault of the run explains. Without it, none."),
};

/** What is claimed under one guarantee. */
export type Claims = Section<typeof claimFields>;

/** Claims under the scenario's own guarantee, or under each of several. */
export type ClaimsRead =
  | { kind: "own"; claims: Claims }
  | { kind: "each"; claims: { [G in Guarantee]?: Claims | undefined } };

const claims = section(claimFields, [somethingToMiss]);

/** Claims as they may be written. */
export type ClaimsWritten = Written<typeof claims>;

const ownClaims = claims.transform((own): ClaimsRead => ({ kind: "own", claims: own }));

const claimsOfEach = section({
  "at-most-once": claims.optional().describe("What is claimed under at-most-once."),
  "at-least-once": claims.optional().describe("What is claimed under at-least-once."),
  "effectively-once": claims.optional().describe("What is claimed under effectively-once."),
} satisfies Record<Guarantee, Field<unknown>>)
  .transform((each): ClaimsRead => ({ kind: "each", claims: each }))
  .meta({ minProperties: 1 });

export const expectSchema = either<typeof ownClaims | typeof claimsOfEach>(
  [ownClaims, claimsOfEach],
  (written) => (isOfEach(written) ? claimsOfEach : ownClaims),
);

/** Whether claims are written under each guarantee by itself. */
export function isOfEach(written: unknown): boolean {
  return isMap(written) && Object.keys(written).some((key) => nearest(key, guarantees) !== undefined);
}

/** What always holds claims nothing; a wrong field says enough by itself. */
function* somethingToMiss(written: Claims, sound: Sound): ReturnType<Rule<Claims>> {
  if (!sound() || canBeMissed(written)) return;
  yield {
    path: ["lost"],
    found: "bounds that no run can miss",
    allowed: "a min above 0 or a max below 100%, of lost or of another bound",
  };
}

function* atLeastOneEnd(written: Ends): ReturnType<Rule<Ends>> {
  if (Object.keys(written).length === 0) {
    yield { path: [], found: "neither min nor max", allowed: "at least one of them" };
  }
}

/** A count and a share can only be compared when it is known how many were sent. */
function* endsInOrder({ min, max }: Ends, sound: Sound): ReturnType<Rule<Ends>> {
  if (!sound("min") || !sound("max") || min === undefined || max === undefined) return;
  if (min.kind === max.kind && min.value > max.value) {
    yield { path: ["min"], allowed: `at most max, which is ${formatLimit(max)}` };
  }
}

type Ends = { min?: Limit | undefined; max?: Limit | undefined };
type Sound = Parameters<Rule<Ends>>[1];
