/** What no run is larger than: a scenario file may not ask for more, and a stored run not claim more. */

/** The plan numbers messages, and the ledger has a bit for each. */
export const messagesMax = 1_000_000_000;

/** A worker is a process: more of them than this measure the machine, not the guarantee. */
export const workersMax = 64;
