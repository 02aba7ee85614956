/** Settings of brokers and of the topic, under Kafka's own names. They go into a file, a line each. */
import { leaf, mapOf } from "./fields.js";

/** A backslash would mean something in the file of settings: at the end of a line, that the next one goes on. */
const setting = leaf<string, string | number | boolean>({
  allowed: "a text on one line without a backslash, a number, true or false",
  editor: { type: ["string", "number", "boolean"] },
  read(written) {
    if (typeof written === "boolean" || Number.isFinite(written)) return String(written);
    return typeof written === "string" && /^[^\p{Cc}\\]{0,1000}$/u.test(written) ? written : undefined;
  },
});

export const settings = mapOf(setting, {
  key: /^[a-z][a-z0-9._]*$/,
  allowedKey: "a setting under Kafka's name, such as log.retention.ms",
});
