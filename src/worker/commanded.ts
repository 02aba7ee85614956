import { epochMs } from "../base/clock.js";
import { LossboundError, messageOf } from "../base/errors.js";
import type { ProcessOrder } from "../environment/warden.js";
import { hasBit } from "../ledger/bits.js";
import { type BlackBox, moveNext } from "../ledger/black-box.js";
import { tickMs } from "../ledger/box-format.js";
import { filledIn } from "../scenario/command.js";
import type { RunOfLives } from "./life-order.js";
import { LineTail } from "./line-tail.js";
import { readReportLine } from "./report-lines.js";

/** How often its output is looked at. */
const everyMs = 10;

/** The process of one life of a command. It has no channel to lossbound but what it prints. */
export function commandOf(
  { plan, topic, routes, classpath = "" }: RunOfLives,
  command: readonly string[],
  { name, producer, output }: { name: string; producer: number; output: string },
): ProcessOrder {
  const { rate, count, acks } = plan.scenario.producers;
  const values = {
    brokers: routes.producer.map(({ proxy }) => proxy).join(","),
    topic,
    prefix: String(producer),
    messages: String(plan.layout.messages[producer]),
    rate: String(Math.max(1, Math.round(rate / count))),
    acks: String(acks),
    kafkaClasspath: classpath,
  };
  const [program = "", ...args] = command;
  return {
    name,
    command: program,
    args: args.map((one) => filledIn(one, values)),
    output,
    errors: output.replace(/[.]txt$/u, ".errors.txt"),
    signalsGroup: true,
  };
}

interface Hearers {
  /** How errors name the command. */
  name: string;
  /** It says that it has started. */
  onReady: () => void;
  /** It has printed what contradicts itself, or is no line of the protocol: there is no going on then. */
  onContradiction: (error: LossboundError) => void;
}

/**
 * Reads what a life of a commanded producer prints, and writes it into the black box that a producer of
 * ours would write itself. The lines lie in a file, so a SIGKILL takes only those along that were not
 * written yet; a last line without its end is none.
 */
export class ProducerReports {
  readonly #box: BlackBox<"producer">;
  readonly #hearers: Hearers;
  readonly #tail: LineTail;
  readonly #timer: NodeJS.Timeout;
  #line = 0;
  #ended = false;

  constructor(output: string, box: BlackBox<"producer">, hearers: Hearers) {
    this.#box = box;
    this.#hearers = hearers;
    this.#tail = new LineTail(output);
    this.#timer = setInterval(() => this.#read(), everyMs);
  }

  /** Reads to the end of what is there, for the last time. */
  end(): void {
    if (this.#ended) return;
    this.#read();
    this.#close();
  }

  /**
   * Numbers are sent in their order, so with the highest that was reported, or found, all below it were
   * sent. And all of them may have left the process: nobody saw them stay.
   *
   * @param found bits of messages that were found in the log, or with a consumer.
   * @param base where those of this producer begin.
   */
  settle(found: readonly Readonly<Uint32Array>[], base: number): void {
    const box = this.#box;
    let next = box.description.bits;
    while (next > box.get("next") && !found.some((bits) => hasBit(bits, base + next - 1))) next--;
    if (next > box.get("next")) moveNext(box, next);
    for (let number = 0; number < next; number++) box.planes.handed.mark(number);
  }

  #read(): void {
    if (this.#ended) return;
    try {
      for (const line of this.#tail.lines()) this.#take(line);
    } catch (error) {
      this.#close();
      const { name, onContradiction } = this.#hearers;
      const where = `line ${this.#line} of what ${name} printed`;
      onContradiction(new LossboundError("ENVIRONMENT", `${where}: ${messageOf(error)}`, { cause: error }));
      return;
    }
    this.#writeTicks();
  }

  #take(text: string): void {
    this.#line++;
    const box = this.#box;
    const { prefix, messages } = { prefix: String(box.description.worker), messages: box.description.bits };
    const line = readReportLine(text, prefix, messages);
    switch (line.name) {
      case "startup_complete":
        this.#hearers.onReady();
        return this.#begin();
      case "producer_send_success":
      case "producer_send_error": {
        this.#begin();
        const { number } = line;
        const { accepted, rejected, handed } = box.planes;
        if (accepted.has(number) || rejected.has(number))
          throw new Error(`the message ${prefix}.${number} is reported for a second time`);
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

  #begin(): void {
    if (this.#box.get("sendingSince") === 0) this.#box.set("sendingSince", epochMs());
  }

  /** As a producer of ours does: a lost message has no other record of its time. */
  #writeTicks(): void {
    const box = this.#box;
    const since = box.get("sendingSince");
    if (since === 0) return;
    const passed = Math.min(box.ticks.length, Math.floor((epochMs() - since) / tickMs) + 1);
    for (let tick = box.get("ticks"); tick < passed; tick++) {
      box.ticks[tick] = box.get("next");
      box.set("ticks", tick + 1);
    }
  }

  #close(): void {
    this.#ended = true;
    clearInterval(this.#timer);
    this.#tail.close();
  }
}
