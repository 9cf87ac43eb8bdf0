import { must, parseBy } from "../options/parser.js";
import type { Parser } from "../options/parser.js";
import { WsError } from "../errors/ws-error.js";
import type { Codec } from "../protocol/codec.js";
import { payloadMemory } from "../protocol/message.js";
import { corrupt, orSkip } from "./failure.js";
import type { OnInvalid } from "./failure.js";
import { toText } from "./message.js";
import { ON_INVALID } from "./options.js";

/** A schema that implements Standard Schema, version 1: https://standardschema.dev. */
export interface StandardSchema<Out = unknown> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<Out> | Promise<SchemaResult<Out>>;
    readonly types?: { readonly input: unknown; readonly output: Out } | undefined;
  };
}

/** The result of validating a value. */
export type SchemaResult<Out> =
  | { readonly value: Out; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

/** A problem that a schema reports. */
export interface SchemaIssue {
  readonly message: string;
  /** The keys that lead to the invalid part of the value. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** Options of {@link json}. */
export interface JsonOptions<Out = unknown> {
  /**
   * A schema of Zod, Valibot, ArkType or another implementation of Standard Schema. It validates each message,
   * and its output is received. It must be synchronous, because messages keep their order: an asynchronous
   * schema ends the connection with `UNSUPPORTED`. Default: none.
   */
  readonly schema?: StandardSchema<Out> | undefined;
  /**
   * Handling of a message that is not JSON or does not match the schema: `"close"` ends the connection with
   * `INVALID_MESSAGE`, `"skip"` discards the message. A function is called with the error and returns one of
   * these. Default: `"close"`.
   */
  readonly onInvalid?: OnInvalid | undefined;
}

const NAME = "json";

const PARSERS: Readonly<Record<keyof JsonOptions, Parser>> = {
  onInvalid: ON_INVALID,
  schema: /* @__PURE__ */ must(
    (value) =>
      typeof (value as Partial<StandardSchema> | null)?.["~standard"]?.validate === "function",
    "a schema that implements Standard Schema",
  ),
};

/**
 * Creates a JSON codec. It parses received messages, binary ones as UTF-8, and sends values as text messages.
 * Without a schema, received values are not checked and have type `unknown`.
 *
 * A received message that is not JSON is `INVALID_MESSAGE`: see option `onInvalid`. Sending a value that JSON
 * cannot represent rejects with `INVALID_MESSAGE`. Throws `INVALID_OPTION`.
 */
export function json(
  options?: JsonOptions & { readonly schema?: undefined },
): Codec<unknown, unknown>;
/**
 * Creates a JSON codec. It parses received messages, binary ones as UTF-8, and sends values as text messages.
 *
 * With a schema, received values are validated and have the schema's output type. A value that does not match is
 * `INVALID_MESSAGE`, with the schema's issues as its `cause`. Without a schema nothing is checked:
 * `json<Ticker>()` is a cast, like `JSON.parse(text) as Ticker`.
 *
 * A received message that is not JSON is `INVALID_MESSAGE`: see option `onInvalid`. Sending a value that JSON
 * cannot represent rejects with `INVALID_MESSAGE`. Throws `INVALID_OPTION`.
 *
 * @typeParam Out The type of received values.
 */
export function json<Out>(options?: JsonOptions<Out>): Codec<Out, unknown>;
export function json<Out>(options: JsonOptions<Out> = {}): Codec<Out, unknown> {
  const { schema, onInvalid }: JsonOptions<Out> = parseBy(PARSERS, options, NAME);
  return {
    name: NAME,
    decoder: () => (message, emit) => {
      const decoded = orSkip(onInvalid, () => {
        const value = parse(message.type === "text" ? message.data : toText(NAME, message.data));
        return { value: schema ? validate(schema, value) : (value as Out) };
      });
      if (decoded) emit(decoded.value, payloadMemory(message.data));
    },
    encode(value) {
      const text = JSON.stringify(value) as string | undefined;
      if (text === undefined) throw new TypeError("not representable in JSON");
      return text;
    },
  };
}

/** Parses JSON. Throws `INVALID_MESSAGE`. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Omit the engine's error, because it quotes the text, which may be secret.
    throw corrupt(NAME, `text of ${text.length} characters is not JSON`);
  }
}

/** Returns the output of a schema for a value. Throws `INVALID_MESSAGE`, or `UNSUPPORTED` if it is asynchronous. */
function validate<Out>(schema: StandardSchema<Out>, value: unknown): Out {
  const result = schema["~standard"].validate(value);
  if ("then" in result) {
    // The promise is not used, so its rejection must not be reported as unhandled.
    result.then(undefined, () => {});
    throw new WsError("UNSUPPORTED", "receive: json: the schema is asynchronous");
  }
  if (!result.issues) return result.value;
  // Show only the path, because the messages of issues may quote the value.
  const path = result.issues[0]?.path?.map((part) =>
    String(typeof part === "object" ? part.key : part),
  );
  const problem = `does not match its schema${path?.length ? `, at ${path.join(".")}` : ""}`;
  throw corrupt(NAME, problem, undefined, result.issues);
}
