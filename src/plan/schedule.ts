/** When a producer sends what. The worker keeps to it, and predictions are made of it. */

/** What falls due within so many milliseconds goes out as one send. */
export const sendEveryMs = 10;

/** The broker's default limit is 1,048,588 bytes a batch; above it a whole request is lost in silence. */
const bytesPerSendMax = 900_000;

/** What a record takes beside its value, at most. */
export const recordOverhead = 90;

/** How many messages of a size one send may take. */
export function messagesPerSend(size: number): number {
  return Math.max(1, Math.floor(bytesPerSendMax / (size + recordOverhead)));
}

/** Messages that have fallen due after `ms` of a schedule, the first of them at once. `rate`: messages a second. */
export function dueAfter(rate: number, ms: number): number {
  return Math.floor((rate * ms) / 1000) + 1;
}

/** How many messages each send of a producer takes, from its first to its last. */
export function* sendsOf(messages: number, rate: number, size: number): Generator<number> {
  const most = messagesPerSend(size);
  for (let sent = 0, tick = 0; sent < messages; tick++) {
    const due = Math.min(messages, dueAfter(rate, tick * sendEveryMs));
    while (sent < due) {
      const taken = Math.min(due - sent, most);
      yield taken;
      sent += taken;
    }
  }
}
