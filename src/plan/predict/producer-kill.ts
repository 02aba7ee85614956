import { formatRate } from "../../scenario/quantities.js";
import type { Scenario } from "../../scenario/scenario.js";
import type { KillFault } from "../../scenario/faults.js";
import { loadOf, rateOfEach } from "./load.js";
import { type Prediction, predicted, unpredicted } from "./prediction.js";
import { sendEveryMs } from "../schedule.js";

/** Up to here a client has given one send to its socket before the next falls due. */
const easyRate = 5_000;
const easyBytes = 2_000_000;

/**
 * What a process had not given to the kernel when it was killed dies with it. A client that is not pressed
 * gives each send to its socket within a millisecond or two, so that is one send or none.
 */
export function predictProducerKills(scenario: Scenario, faults: readonly KillFault[]): Prediction {
  const rate = rateOfEach(scenario);
  if (rate > easyRate || rate * scenario.producers.size > easyBytes) {
    return unpredicted(
      "a producer at this rate may fall behind, and what waits in it then is the machine's business",
    );
  }
  if (
    faults.some(({ restartAfter, times }) => restartAfter === undefined || (times > 1 && restartAfter < 1))
  ) {
    return unpredicted("a producer that stays dead sends less than planned");
  }
  const kills = faults.reduce((sum, { times }) => sum + times, 0);
  const one = { producers: { ...scenario.producers, rate, count: 1 } };
  const send = loadOf(one, 0, sendEveryMs).max;
  const lost = { min: 0, max: kills * send };
  return predicted({
    formula: "producer-kill",
    words: "kills × one send at most: what the client had not given to its socket",
    inputs: { kills: String(kills), send: `${send} (${formatRate(rate)} in ${sendEveryMs} ms)` },
    lost,
    // A send counts as handed to the kernel from the moment before it is: a kill may fall between.
    lostBy: { "client-buffer": lost, "in-transit": lost },
    resolution: kills * send,
  });
}
