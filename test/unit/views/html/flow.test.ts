import fc from "fast-check";
import { expect, it } from "vitest";

import { flowOf } from "../../../../src/views/html/flow.js";
import { type Cause, causes } from "../../../../src/scenario/scenario.js";
import { aResult, noLoss } from "../../../support/a-result.js";

const steps = ["sent", "in the log", "received"];
const some = fc.nat(5_000);

it("at each step as many messages leave as arrive, and each cause has its own branch", () => {
  const lostBy = fc.record(
    Object.fromEntries(causes.map((cause) => [cause, some])) as Record<Cause, typeof some>,
  );
  fc.assert(
    fc.property(lostBy, some, some, some, some, (lost, once, duplicated, unread, indeterminate) => {
      const inAll = causes.reduce((sum, cause) => sum + lost[cause], 0);
      const processed = once + duplicated;
      const sent = inAll + processed + unread + indeterminate;
      const { messages } = aResult();
      const { nodes, links } = flowOf({
        messages: { ...messages, sent, processed, duplicated, unread, indeterminate, lost: inAll },
        lostBy: lost,
      });

      const count = (name: string): number => nodes.find((node) => node.name === name)?.count ?? 0;
      expect(count("sent")).toBe(sent);
      expect(count("processed")).toBe(once);
      for (const cause of causes) expect(count(cause)).toBe(lost[cause]);
      for (const step of steps) {
        const leaving = links.filter(({ source }) => source === step);
        expect(leaving.reduce((sum, { value }) => sum + value, 0)).toBe(count(step));
      }
    }),
  );
});

it("has only its first node, when nothing was sent", () => {
  const { messages } = aResult();
  const none = { ...messages, sent: 0, processed: 0, lost: 0 };

  expect(flowOf({ messages: none, lostBy: noLoss() })).toEqual({
    nodes: [{ name: "sent", kind: "way", count: 0 }],
    links: [],
  });
});
