import { expect, test } from "vitest";

import { complaintsWith, parse } from "../example.js";

const count = (value: number) => ({ kind: "count", value });
const share = (value: number) => ({ kind: "share", value });

test.each([
  [0, { min: count(0), max: count(0) }],
  ["2%", { min: share(0.02), max: share(0.02) }],
  [{ min: 5 }, { min: count(5), max: undefined }],
  [{ max: "1.5%" }, { min: undefined, max: share(0.015) }],
  [
    { min: 5, max: "2%" },
    { min: count(5), max: share(0.02) },
  ],
])("the bound %j", (written, bound) => {
  expect(parse({ expect: { lost: written } }).expect.lost).toEqual(bound);
});

test.each([-1, 1.5, "5", "101%", "many", true, [], null, 1e300])("%j is no bound", (written) => {
  const allowed = "a count such as 40, or a share of the sent messages such as 2%";
  expect(complaintsWith({ expect: { lost: written } })).toEqual([
    expect.stringContaining(`allowed ${allowed}`),
  ]);
  expect(complaintsWith({ expect: { lost: { max: written } } })).toEqual([
    expect.stringMatching(/^expect\.lost\.max: found/),
  ]);
});

test("a bound has an end, and its ends are in order where they can be compared", () => {
  expect(complaintsWith({ expect: { lost: {} } })).toEqual([
    "expect.lost: found neither min nor max, allowed at least one of them",
  ]);
  expect(complaintsWith({ expect: { lost: { min: "3%", max: "2%" } } })).toEqual([
    'expect.lost.min: found "3%", allowed at most max, which is 2%',
  ]);
  expect(complaintsWith({ expect: { lost: { min: 5, max: "0%" } } })).toEqual([]);
});

test("what is lost must be bounded; nothing may be processed twice unless the file says so", () => {
  expect(complaintsWith({ expect: {} })).toEqual([expect.stringMatching(/^expect\.lost: found nothing/)]);
  expect(parse({}).expect.duplicated).toEqual({ min: undefined, max: count(0) });
});

test("loss is bounded by cause, under the causes' own names", () => {
  expect(complaintsWith({ expect: { lost: 0, lostBy: { "in-transit": 0, "in-procesing": 0 } } })).toEqual([
    'expect.lostBy.in-procesing: found an unknown key, allowed rejected, client-buffer, in-transit, refused, log, skipped, after-commit, in-processing (did you mean "in-processing"?)',
  ]);
});
