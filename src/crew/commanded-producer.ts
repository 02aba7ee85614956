import { epochMs } from "../base/clock.js";
import { hasBit } from "../ledger/box/bits.js";
import { type BlackBox, moveNext } from "../ledger/box/black-box.js";
import { tickMs } from "../ledger/box/format.js";
import { readProducerLine } from "./report-lines.js";
import type { LineTaker } from "./reports.js";

/**
 * Writes the reports of a commanded producer's life into its black box, as lossbound's own producer
 * would.
 */
export class CommandedProducer implements LineTaker {
  readonly #box: BlackBox<"producer">;
  readonly #onReady: () => void;

  constructor(box: BlackBox<"producer">, onReady: () => void) {
    this.#box = box;
    this.#onReady = onReady;
  }

  take(text: string): void {
    const box = this.#box;
    const { bits: messages, worker } = box.description;
    const line = readProducerLine(text, String(worker), messages);
    switch (line.name) {
      case "startup_complete":
        this.#onReady();
        return this.#begin();
      case "producer_send_success":
      case "producer_send_error": {
        this.#begin();
        const { number } = line;
        const { accepted, rejected, handed } = box.planes;
        if (accepted.has(number) || rejected.has(number))
          throw new Error(`message ${worker}.${number} was reported twice`);
        if (number >= box.get("next")) moveNext(box, number + 1);
        handed.mark(number);
        (line.name === "producer_send_success" ? accepted : rejected).mark(number);
        box.set("sendingUntil", epochMs());
        return;
      }
      case "other":
        return;
    }
  }

  /**
   * Records its progress over time, as lossbound's own producer does: a lost message leaves no
   * other record of its time.
   */
  caughtUp(): void {
    const box = this.#box;
    const since = box.get("sendingSince");
    if (since === 0) return;
    const passed = Math.min(box.ticks.length, Math.floor((epochMs() - since) / tickMs) + 1);
    for (let tick = box.get("ticks"); tick < passed; tick++) {
      box.ticks[tick] = box.get("next");
      box.set("ticks", tick + 1);
    }
  }

  /**
   * Marks the messages that were sent without a report. Numbers are sent in order, so all messages
   * below the highest reported or found one were sent. They may all have left the process, since
   * nothing shows that they stayed.
   *
   * @param found bits of messages that were found in the log or by a consumer.
   * @param base the index of this producer's first bit.
   */
  settle(found: readonly Readonly<Uint32Array>[], base: number): void {
    const box = this.#box;
    let next = box.description.bits;
    while (next > box.get("next") && !found.some((bits) => hasBit(bits, base + next - 1))) next--;
    if (next > box.get("next")) moveNext(box, next);
    for (let number = 0; number < next; number++) box.planes.handed.mark(number);
  }

  #begin(): void {
    if (this.#box.get("sendingSince") === 0) this.#box.set("sendingSince", epochMs());
  }
}
