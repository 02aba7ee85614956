import { seedMax } from "../plan/plan.js";
import { messagesMax, workersMax } from "../scenario/limits.js";
import { causes } from "../scenario/scenario.js";

/**
 * What a stored run must look like to be judged. A digest that matches says that nobody changed the
 * record by accident; whether it is the record of a run is another question, and a wrong one must end
 * in words and not in the middle of the judgement.
 *
 * @returns the first thing that is wrong with it, or `undefined`.
 */
export function problemOfRun(run: unknown): string | undefined {
  return runShape(run, "run");
}

/** Says what is wrong with a value, which it calls `path`. */
type Shape = (value: unknown, path: string) => string | undefined;

const text = shape("a text", (value) => typeof value === "string");
const flag = shape("true or false", (value) => typeof value === "boolean");
const amount = shape("a number of at least 0", (value) => Number.isFinite(value) && (value as number) >= 0);

function whole(min = 0, max = Number.MAX_SAFE_INTEGER): Shape {
  const within = (value: number) => value >= min && value <= max;
  return shape(
    `a whole number from ${min} to ${max}`,
    (value) => Number.isSafeInteger(value) && within(value as number),
  );
}

function oneOf(...allowed: readonly unknown[]): Shape {
  return shape(allowed.map((one) => JSON.stringify(one)).join(" or "), (value) => allowed.includes(value));
}

function shape(what: string, fits: (value: unknown) => boolean): Shape {
  return (value, path) => (fits(value) ? undefined : `${path} is not ${what}`);
}

function optional(inner: Shape): Shape {
  return (value, path) => (value === undefined ? undefined : inner(value, path));
}

function list(inner: Shape): Shape {
  return (value, path) => {
    if (!Array.isArray(value)) return `${path} is not a list`;
    return first(value.map((one, index) => () => inner(one, `${path}[${index}]`)));
  };
}

/** Other keys than these do no harm, and are not looked at. */
function section(keys: Readonly<Record<string, Shape>>): Shape {
  return (value, path) => {
    if (typeof value !== "object" || value === null) return `${path} is not an object`;
    const inner = value as Readonly<Record<string, unknown>>;
    return first(
      Object.entries(keys).map(
        ([key, of]) =>
          () =>
            of(inner[key], `${path}.${key}`),
      ),
    );
  };
}

/** An object whose key `tag` says which shape it has. */
function tagged(tag: string, shapes: Readonly<Record<string, Shape>>): Shape {
  return (value, path) => {
    const tags = section({ [tag]: oneOf(...Object.keys(shapes)) })(value, path);
    return tags ?? shapes[(value as Readonly<Record<string, string>>)[tag]!]!(value, path);
  };
}

function either(one: Shape, other: Shape): Shape {
  return (value, path) => (one(value, path) === undefined ? undefined : other(value, path));
}

function first(looks: readonly (() => string | undefined)[]): string | undefined {
  for (const look of looks) {
    const problem = look();
    if (problem !== undefined) return problem;
  }
  return undefined;
}

const role = oneOf("producer", "consumer");
const limit = section({ kind: oneOf("count", "share"), value: amount });
const bound = section({ min: optional(limit), max: optional(limit) });

const moment = {
  at: section({ ms: amount }),
  after: section({ count: whole(1), of: oneOf("sent", "received", "processed") }),
};
const handling = { handling: section({ message: whole(1), of: whole(1) }) };
const recurrence = { times: whole(1, 1_000_000), every: amount };

const linkFault = section({
  on: oneOf("producer-link", "consumer-link"),
  toxic: either(oneOf("down"), section({ type: text })),
  stream: oneOf("upstream", "downstream"),
  trigger: tagged("kind", moment),
  for: optional(amount),
  ...recurrence,
});

const killFault = section({
  role,
  worker: optional(whole(0, workersMax - 1)),
  trigger: tagged("kind", { ...moment, ...handling }),
  restartAfter: optional(amount),
  ...recurrence,
});

const scenario = section({
  name: text,
  claim: text,
  guarantee: oneOf("at-most-once"),
  topic: section({ partitions: whole(1) }),
  producers: section({
    count: whole(1, workersMax),
    rate: amount,
    messages: whole(1, messagesMax),
    size: amount,
  }),
  consumers: section({ count: whole(1, workersMax), commitEvery: whole(1) }),
  faults: list(tagged("kind", { link: linkFault, kill: killFault })),
  expect: section({
    lost: bound,
    silentlyLost: optional(bound),
    lostBy: section(Object.fromEntries(causes.map((cause) => [cause, optional(bound)]))),
    duplicated: bound,
  }),
});

const runShape = section({
  runId: text,
  scenario,
  seed: whole(0, seedMax),
  startedAt: amount,
  lives: list(section({ role, worker: whole(), life: whole(), killed: flag })),
  log: list(
    section({
      partition: whole(),
      start: whole(),
      end: whole(),
      records: whole(),
      position: either(oneOf(null), whole()),
    }),
  ),
  witnesses: section({
    refusals: either(
      oneOf(null),
      list(section({ broker: whole(), clientId: text, correlationId: whole(), at: amount })),
    ),
    truncations: either(
      oneOf(null),
      list(section({ broker: whole(), partition: whole(), offset: whole(), at: amount })),
    ),
    followed: flag,
  }),
  gaveUp: list(text),
  environment: section({ kind: text, broker: text, proxy: text, client: text, node: text }),
  repeatWith: text,
});
