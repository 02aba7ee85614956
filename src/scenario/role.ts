/** What a worker does. */
export type Role = "producer" | "consumer";
