/**
 * The kinds of field that a scenario file is made of, on top of zod (this file is the door to it).
 *
 * zod finds the problems; its own words for them ("Invalid input: expected string, received number")
 * say nothing about a scenario. So each field brings the words for what it allows, and a problem
 * leaves here as a `Complaint`: where, and what is allowed there. What was found is the file's
 * business, for only the file knows how it was written.
 */
import { z } from "zod";

/** Reads what is written, a `W`, as a `T`. */
export type Field<T, W = unknown> = z.ZodType<T, W>;

/** What may be written for a field. */
export type Written<F extends Field<unknown>> = z.input<F>;

/** What a field makes of it. */
export type Read<F extends Field<unknown>> = z.output<F>;

export type Path = readonly (string | number)[];

export interface Complaint {
  path: Path;
  /** What was found, where the text at `path` does not show it. */
  found?: string;
  /** What is allowed there, as it follows the word "allowed". */
  allowed: string;
  /** The names that are allowed there, where it is about names: one of them may have been meant. */
  names?: readonly string[];
  /** What may have been meant as one of `names`, where that is not the value at `path`. */
  misspelt?: readonly string[];
  /** How the value at `path` may have been meant, written as it should be. */
  meant?: readonly string[];
  /** Whether it is the key at the end of `path` that is wrong, not its value. */
  aboutKey?: boolean;
}

/**
 * A rule about several fields. It is asked even when other fields are wrong, so that all problems
 * show at once; it must only look at what is `sound`, i.e. has no problem at, above or below it.
 */
export type Rule<T> = (value: T, sound: (...path: Path) => boolean) => Iterable<Complaint>;

type Shape = Record<string, Field<unknown>>;
/** What a map of these fields is read as. */
export type Section<S extends Shape> = z.output<z.ZodObject<S, z.core.$strict>>;

/** A map of these fields, as it may be written. */
export type WrittenSection<S extends Shape> = z.input<z.ZodObject<S, z.core.$strict>>;

/**
 * A single value. `editor` is what JSON Schema can say about it, `meant` makes of what is no value the
 * values that may have been meant by it.
 */
export function leaf<T, W = unknown>(options: {
  allowed: string;
  names?: readonly string[];
  meant?: (written: unknown) => readonly string[];
  editor: Record<string, unknown>;
  read: (written: unknown) => T | undefined;
}): Field<T, W> {
  const { allowed, names, meant = () => [], editor, read } = options;
  return z
    .unknown()
    .transform((written, context): T => {
      const value = read(written);
      if (value !== undefined) return value;
      const complaint = { path: [], allowed, meant: meant(written), ...(names && { names }) };
      context.issues.push(issueOf(complaint, written));
      return z.NEVER;
    })
    .meta(editor) as Field<unknown> as Field<T, W>;
}

/**
 * A map of fixed keys. A field that may be missing is `.optional()`, or has a `.prefault()`.
 *
 * @param instead what is allowed in place of a key that is none here, where it is one elsewhere.
 */
export function section<S extends Shape>(
  shape: S,
  rules: Rule<Section<S>>[] = [],
  instead: Readonly<Record<string, string>> = {},
): Field<Section<S>, WrittenSection<S>> {
  const keys = Object.keys(shape);
  const object = z.strictObject(shape, { error: `a map of ${keys.join(", ")}` }).superRefine(
    (value, context) => {
      // zod names the unknown keys, not the known ones; and where nothing else is wrong, it would go on.
      const issues = context.issues.flatMap((issue) =>
        issue.code === "unrecognized_keys"
          ? (issue.keys ?? []).map((key) => issueOf(unknownKey(key, keys, instead), value))
          : [issue],
      );
      context.issues.splice(0, Infinity, ...issues);
    },
    { when: ({ value }) => isMap(value) },
  ) as unknown as Field<Section<S>, WrittenSection<S>>;
  return rules.length === 0 ? object : withRules(object, rules);
}

/** The same field, with rules about several of its keys. */
export function withRules<T, W>(field: Field<T, W>, rules: readonly Rule<T>[]): Field<T, W> {
  return (field as z.ZodType<T, W>).superRefine(
    (value, context) => {
      const wrong = context.issues.map(({ path = [] }) => path as Path);
      const sound = (...path: Path) => !wrong.some((other) => isPrefix(path, other) || isPrefix(other, path));
      for (const rule of rules) {
        for (const complaint of rule(value, sound)) context.issues.push(issueOf(complaint, value));
      }
    },
    { when: ({ value }) => isMap(value) },
  ) as unknown as Field<T, W>;
}

/** A map whose keys are not known beforehand, only what they look like. */
export function mapOf<T, W>(
  value: Field<T, W>,
  { key: pattern, allowedKey }: { key: RegExp; allowedKey: string },
): Field<Record<string, T>, Readonly<Record<string, W>>> {
  return z
    .unknown()
    .transform((written, context): Record<string, T> => {
      if (!isMap(written)) {
        context.issues.push(issueOf({ path: [], allowed: `a map, each key ${allowedKey}` }, written));
        return z.NEVER;
      }
      const values = Object.entries(written).flatMap(([key, one]): [string, T][] => {
        if (!pattern.test(key)) {
          const complaint = { path: [key], allowed: allowedKey, aboutKey: true };
          context.issues.push(issueOf(complaint, written));
          return [];
        }
        const outcome = value.safeParse(one);
        if (outcome.success) return [[key, outcome.data]];
        for (const issue of outcome.error.issues) {
          context.issues.push({ ...issue, path: [key, ...issue.path] } as z.core.$ZodRawIssue);
        }
        return [];
      });
      return Object.fromEntries(values);
    })
    .meta({
      type: "object",
      propertyNames: { pattern: pattern.source },
      additionalProperties: bareJsonSchemaOf(value),
    }) as Field<unknown> as Field<Record<string, T>, Readonly<Record<string, W>>>;
}

export function list<T, W>(item: Field<T, W>, of: string, lengthMax: number): Field<T[], readonly W[]> {
  const words = `a list of at most ${lengthMax} ${of}`;
  return z.array(item, { error: words }).max(lengthMax, { error: words }) as unknown as Field<
    T[],
    readonly W[]
  >;
}

/**
 * One of several forms, chosen by a look at what was written *before* it is checked: the problems are
 * then those of the form that was meant, and not "none of nine forms fits".
 */
export function either<const F extends Field<unknown>>(
  forms: readonly F[],
  choose: (written: unknown) => F | Complaint,
): Field<Read<F>, Written<F>> {
  return z
    .unknown()
    .transform((written, context): Read<F> => {
      const form = choose(written);
      if (!(form instanceof z.ZodType)) {
        context.issues.push(issueOf(form, written));
        return z.NEVER;
      }
      const outcome = form.safeParse(written);
      if (outcome.success) return outcome.data as Read<F>;
      context.issues.push(...(outcome.error.issues as z.core.$ZodRawIssue[]));
      return z.NEVER;
    })
    .meta({ anyOf: forms.map(bareJsonSchemaOf) }) as Field<unknown> as Field<Read<F>, Written<F>>;
}

/** The value with its defaults, or everything that is wrong with it. */
export function check<T>(
  field: Field<T>,
  written: unknown,
): { ok: true; value: T } | { ok: false; complaints: Complaint[] } {
  const outcome = field.safeParse(written);
  if (outcome.success) return { ok: true, value: outcome.data };
  return { ok: false, complaints: outcome.error.issues.map(complaintOf) };
}

/**
 * Makes a check from a JSON Schema (draft 7).
 *
 * @returns a function that describes the first problem with a value, which it calls `name`; `undefined` if there is
 *   none.
 */
export function problemsBy(
  schema: Readonly<Record<string, unknown>>,
): (value: unknown, name: string) => string | undefined {
  const shape = z.fromJSONSchema(schema);
  return (value, name) => {
    const [issue] = shape.safeParse(value).error?.issues ?? [];
    if (issue === undefined) return undefined;
    const path = issue.path.map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`));
    return `${name}${path.join("")}: ${issue.message}`;
  };
}

/** JSON Schema (draft 7, the one that every editor knows) of what may be written. */
export function jsonSchemaOf(field: Field<unknown>): Record<string, unknown> {
  const { "~standard": _, ...schema } = z.toJSONSchema(field, { io: "input", target: "draft-07" });
  return schema;
}

export function isMap(written: unknown): written is Record<string, unknown> {
  return typeof written === "object" && written !== null && !Array.isArray(written);
}

function bareJsonSchemaOf(field: Field<unknown>): Record<string, unknown> {
  const { $schema: _, ...schema } = jsonSchemaOf(field);
  return schema;
}

function issueOf(complaint: Complaint, input: unknown): z.core.$ZodRawIssue {
  const { path, ...params } = complaint;
  return { code: "custom", path: [...path], params, input, message: complaint.allowed };
}

/** All issues carry what is allowed as their message; only those that we made carry more. */
function complaintOf(issue: z.core.$ZodIssue): Complaint {
  const path = issue.path as Path;
  if (issue.code === "custom") return { ...(issue.params as Omit<Complaint, "path">), path };
  return { path, allowed: issue.message };
}

function unknownKey(
  key: string,
  known: readonly string[],
  instead: Readonly<Record<string, string>>,
): Complaint {
  const other = Object.hasOwn(instead, key) ? instead[key] : undefined;
  const found = { path: [key], found: "an unknown key", aboutKey: true };
  return other === undefined
    ? { ...found, allowed: known.join(", "), names: known }
    : { ...found, allowed: other };
}

function isPrefix(path: Path, of: Path): boolean {
  return path.length <= of.length && path.every((step, index) => step === of[index]);
}
