/** What no run is larger than: a scenario file may not ask for more, and a stored run not claim more. */

/** The plan numbers messages, and the ledger has a bit for each. */
export const messagesMax = 1_000_000_000;

/** A worker is a process: more of them than this measure the machine, not the guarantee. */
export const workersMax = 64;

/** Each partition costs a local broker files and memory, and each consumer a fetch session. */
export const partitionsMax = 1_000;

/** More repetitions of a request outlast any fault of a run. */
export const retriesMax = 1_000;

/** A request is held in memory whole, by the client, the proxy and the broker. */
export const oversizeBytesMax = 64_000_000;

/** Trials of one scenario. One in 1,000 takes 4,742 of them to be told. */
export const trialsMax = 10_000;

/** The chance that a verdict is broken by chance alone, where nothing else is said. */
export const falseAlarmsUsual = 0.01;
