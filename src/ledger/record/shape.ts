/** Says what is wrong with a value, which it calls `path`. */
export type Shape = (value: unknown, path: string) => string | undefined;

export const text = shape("a text", (value) => typeof value === "string");
export const flag = shape("true or false", (value) => typeof value === "boolean");
export const amount = shape(
  "a number of at least 0",
  (value) => Number.isFinite(value) && (value as number) >= 0,
);

export function whole(min = 0, max = Number.MAX_SAFE_INTEGER): Shape {
  const within = (value: number) => value >= min && value <= max;
  return shape(
    `a whole number from ${min} to ${max}`,
    (value) => Number.isSafeInteger(value) && within(value as number),
  );
}

export function oneOf(...allowed: readonly unknown[]): Shape {
  return shape(allowed.map((one) => JSON.stringify(one)).join(" or "), (value) => allowed.includes(value));
}

function shape(what: string, fits: (value: unknown) => boolean): Shape {
  return (value, path) => (fits(value) ? undefined : `${path} is not ${what}`);
}

export function optional(inner: Shape): Shape {
  return (value, path) => (value === undefined ? undefined : inner(value, path));
}

export function list(inner: Shape): Shape {
  return (value, path) => {
    if (!Array.isArray(value)) return `${path} is not a list`;
    return first(value.map((one, index) => () => inner(one, `${path}[${index}]`)));
  };
}

/** An object with any keys, each value of one shape. */
export function map(inner: Shape): Shape {
  return (value, path) => {
    if (typeof value !== "object" || value === null || Array.isArray(value))
      return `${path} is not an object`;
    return first(
      Object.entries(value).map(
        ([key, one]) =>
          () =>
            inner(one, `${path}.${key}`),
      ),
    );
  };
}

/** Other keys than these do no harm, and are not looked at. */
export function section(keys: Readonly<Record<string, Shape>>): Shape {
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
export function tagged(tag: string, shapes: Readonly<Record<string, Shape>>): Shape {
  return (value, path) => {
    const tags = section({ [tag]: oneOf(...Object.keys(shapes)) })(value, path);
    return tags ?? shapes[(value as Readonly<Record<string, string>>)[tag]!]!(value, path);
  };
}

export function either(one: Shape, other: Shape): Shape {
  return (value, path) => (one(value, path) === undefined ? undefined : other(value, path));
}

function first(looks: readonly (() => string | undefined)[]): string | undefined {
  for (const look of looks) {
    const problem = look();
    if (problem !== undefined) return problem;
  }
  return undefined;
}
