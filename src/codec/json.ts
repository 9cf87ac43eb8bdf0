import { WsError } from "../errors/ws-error.js";
import type { Codec } from "../protocol/codec.js";
import { corrupt, orSkip } from "./failure.js";
import type { OnInvalid } from "./failure.js";
import { sizeOf, toText } from "./message.js";
import { checkOptions, ON_INVALID } from "./options.js";
import type { Check } from "./options.js";

/** A schema by the Standard Schema interface, version 1: https://standardschema.dev. */
export interface StandardSchema<Out = unknown> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<Out> | Promise<SchemaResult<Out>>;
    readonly types?: { readonly input: unknown; readonly output: Out } | undefined;
  };
}

/** The result of a schema for a value. */
export type SchemaResult<Out> =
  | { readonly value: Out; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

/** A problem that a schema reports. */
export interface SchemaIssue {
  readonly message: string;
  /** The keys that lead to it. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** Options of {@link json}. */
export interface JsonOptions<Out = unknown> {
  /**
   * What each message has to be, by the Standard Schema interface, as of Zod, Valibot or ArkType; what it
   * makes of a message is received. One that is asynchronous is `UNSUPPORTED`, and ends the connection:
   * messages keep their order. Default: none.
   */
  readonly schema?: StandardSchema<Out> | undefined;
  /** As of `InflateOptions`: what is no JSON, or not what the schema wants. Default: `"close"`. */
  readonly onInvalid?: OnInvalid | undefined;
}

const NAME = "json";

const CHECKS: Readonly<Record<keyof JsonOptions, Check>> = {
  onInvalid: ON_INVALID,
  schema: [
    (value) =>
      typeof (value as Partial<StandardSchema> | null)?.["~standard"]?.validate === "function",
    "a schema by the Standard Schema interface",
  ],
};

/**
 * Makes a codec of JSON: text messages, and binary ones as UTF-8, are parsed, and values are sent as texts.
 * Without a schema, received values are not checked, and are `unknown`.
 *
 * A message that is not JSON is `INVALID_MESSAGE`. A value that has no JSON rejects the send with
 * `INVALID_MESSAGE`.
 */
export function json(
  options?: JsonOptions & { readonly schema?: undefined },
): Codec<unknown, unknown>;
/**
 * Makes a codec of JSON: text messages, and binary ones as UTF-8, are parsed, and values are sent as texts.
 *
 * With a schema, received values are validated and have its type; what it refuses is `INVALID_MESSAGE`, with
 * the schema's issues as its `cause`. Without one nothing is checked: `json<Ticker>()` is a cast, as in
 * `JSON.parse(text) as Ticker`.
 *
 * A message that is not JSON is `INVALID_MESSAGE`. A value that has no JSON rejects the send with
 * `INVALID_MESSAGE`.
 *
 * @typeParam Out The type of received values.
 */
export function json<Out>(options?: JsonOptions<Out>): Codec<Out, unknown>;
export function json<Out>(options: JsonOptions<Out> = {}): Codec<Out, unknown> {
  const { schema, onInvalid } = checkOptions(NAME, options, CHECKS);
  return {
    name: NAME,
    decoder: () => (message, emit) => {
      const decoded = orSkip(onInvalid, () => {
        const value = parse(message.type === "text" ? message.data : toText(NAME, message.data));
        return { value: schema ? validate(schema, value) : (value as Out) };
      });
      if (decoded) emit(decoded.value, sizeOf(message));
    },
    encode(value) {
      const text = JSON.stringify(value) as string | undefined;
      if (text === undefined) throw new TypeError("it has no JSON");
      return text;
    },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Without the engine's error, which quotes the text: that may be secret, and errors are logged.
    throw corrupt(NAME, `no JSON in a text of ${text.length} characters`);
  }
}

function validate<Out>(schema: StandardSchema<Out>, value: unknown): Out {
  const result = schema["~standard"].validate(value);
  if ("then" in result) {
    // Nobody waits for it.
    result.then(undefined, () => {});
    throw new WsError("UNSUPPORTED", "receive: json: the schema is asynchronous");
  }
  if (!result.issues) return result.value;
  // Where and not what: the messages of issues may quote the value.
  const path = result.issues[0]?.path?.map((part) =>
    String(typeof part === "object" ? part.key : part),
  );
  const problem = `not as its schema${path?.length ? `, at ${path.join(".")}` : ""}`;
  throw corrupt(NAME, problem, undefined, result.issues);
}
