import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { WsError } from "../../src/node.js";
import type { SchemaResult, StandardSchema } from "../../src/codec/node.js";
import { json } from "../../src/codec/node.js";
import { decodeAll, encode, errorOf, resultOf, startDecoding, utf8 } from "./support.js";

/** Returns a schema with this function as `validate`. */
function schemaOf<Out>(
  validate: (value: unknown) => SchemaResult<Out> | Promise<SchemaResult<Out>>,
): StandardSchema<Out> {
  return { "~standard": { version: 1, vendor: "test", validate } };
}

const VALUES = [0, -0.5, "", "Grüße", null, false, true, [], {}, { a: [1, { b: null }] }];

/** A schema that doubles numbers and rejects all other values. */
const doubled = schemaOf<number>((value) =>
  typeof value === "number"
    ? { value: value * 2 }
    : { issues: [{ message: "no number" }, { message: "really" }] },
);

describe("json", () => {
  test.each(VALUES.map((value) => [value]))("decodes %j, as text and as UTF-8", (value) => {
    const data = JSON.stringify(value);
    expect(decodeAll(json(), [data, utf8(data)])).toEqual([value, value]);
  });

  test("reports the size of the text", () => {
    const decode = startDecoding(json());
    expect(decode('"a€"').sizes).toEqual([8]);
    expect(decode(utf8('"a€"')).sizes).toEqual([6]);
  });

  test.each(["", "{", "{'a':1}", "undefined", "NaN", "\ufeff1", "1 2"])("rejects %j", (data) => {
    for (const message of [data, utf8(data)]) {
      const error = errorOf(() => decodeAll(json(), [message]));
      expect(error.code).toBe("INVALID_MESSAGE");
      expect(error.message).toMatch(/^receive: json: text of \d+ characters is not JSON$/);
      expect(error.details).toEqual({ codec: "json" });
    }
  });

  test("keeps the content of an invalid text out of the error, which may be logged", () => {
    const error = errorOf(() => decodeAll(json(), ["hunter2"]));
    expect(inspect(error)).not.toContain("hunter");
  });

  test("rejects bytes that are not UTF-8", () => {
    const error = errorOf(() => decodeAll(json(), [Uint8Array.of(0x22, 0xff, 0x22)]));
    expect(error.code).toBe("INVALID_MESSAGE");
    expect(error.details).toEqual({ codec: "json" });
    expect(error.cause).toBeInstanceOf(TypeError);
  });
});

describe("a schema", () => {
  test("transforms the value that is received", () => {
    expect(decodeAll(json({ schema: doubled }), ["21", "0"])).toEqual([42, 0]);
  });

  test.each([undefined, null, 0, "", false])("may return %j", (value) => {
    const schema = schemaOf(() => ({ value }));
    expect(decodeAll(json({ schema }), ["1", "2"])).toEqual([value, value]);
  });

  test.each([
    { path: undefined, where: "" },
    { path: [], where: "" },
    { path: ["user", 0, { key: "id" }], where: ", at user.0.id" },
  ])(
    "rejects a value with the path of the issue but without its message: $path",
    ({ path, where }) => {
      const schema = schemaOf(() => ({ issues: [{ message: "not hunter2", path }] }));
      const error = errorOf(() => decodeAll(json({ schema }), ["1"]));
      expect(error.message).toBe(`receive: json: does not match its schema${where}`);
    },
  );

  test("rejects a value with its issues as the cause", () => {
    const error = errorOf(() => decodeAll(json({ schema: doubled }), ['"x"']));
    expect(error.code).toBe("INVALID_MESSAGE");
    expect(error.message).toBe("receive: json: does not match its schema");
    expect(error.details).toEqual({ codec: "json" });
    expect(error.cause).toEqual([{ message: "no number" }, { message: "really" }]);
  });

  test("rejects a value with an empty list of issues", () => {
    const schema = schemaOf(() => ({ issues: [] }));
    expect(errorOf(() => decodeAll(json({ schema }), ["1"])).code).toBe("INVALID_MESSAGE");
  });

  test("is called with itself as `this`", () => {
    class Schema {
      readonly version = 1;
      readonly vendor = "test";
      validate(value: unknown): SchemaResult<string> {
        return { value: `${this.vendor} ${String(value)}` };
      }
    }
    const schema: StandardSchema<string> = { "~standard": new Schema() };
    expect(decodeAll(json({ schema }), ["1"])).toEqual(["test 1"]);
  });

  test("may be a function, as in ArkType", () => {
    const schema = Object.assign(() => undefined, doubled);
    expect(decodeAll(json({ schema }), ["21"])).toEqual([42]);
  });

  test("is not called for invalid JSON", () => {
    const schema = schemaOf<never>(() => {
      throw new Error("asked");
    });
    expect(errorOf(() => decodeAll(json({ schema }), ["{"])).code).toBe("INVALID_MESSAGE");
    expect(() => decodeAll(json({ schema }), ["{}"])).toThrow("asked");
  });

  test.each(["close", "skip"] as const)(
    "that is asynchronous throws UNSUPPORTED with onInvalid %s, and its promise is ignored",
    async (onInvalid) => {
      for (const promise of [Promise.resolve({ value: 1 }), Promise.reject(new Error("late"))]) {
        const schema = schemaOf<number>(() => promise);
        const error = errorOf(() => decodeAll(json({ schema, onInvalid }), ["1"]));
        expect(error.code).toBe("UNSUPPORTED");
        expect(error.message).toContain("asynchronous");
      }
      // Node reports an unhandled rejection within one turn, and Vitest then fails the run.
      await new Promise((resolve) => setImmediate(resolve));
    },
  );
});

describe("onInvalid of json", () => {
  const messages = ["1", "{", '"x"', Uint8Array.of(0xff), "0"];

  test("throws by default", () => {
    expect(resultOf(() => decodeAll(json(), messages))).toBeInstanceOf(WsError);
  });

  test("skips invalid JSON, invalid UTF-8, and values that do not match the schema", () => {
    expect(decodeAll(json({ schema: doubled, onInvalid: "skip" }), messages)).toEqual([2, 0]);
  });

  test("calls a function with each error", () => {
    const errors: WsError[] = [];
    const onInvalid = (error: WsError): "skip" => {
      errors.push(error);
      return "skip";
    };
    expect(decodeAll(json({ schema: doubled, onInvalid }), messages)).toEqual([2, 0]);
    expect(errors.map(({ message }) => message)).toEqual([
      expect.stringContaining("is not JSON"),
      "receive: json: does not match its schema",
      "receive: json: not UTF-8",
    ]);
  });
});

describe("json", () => {
  test.each(VALUES.map((value) => [value]))("encodes %j as text", (value) => {
    expect(encode(json(), value)).toBe(JSON.stringify(value));
  });

  test("calls toJSON to encode an object", () => {
    expect(encode(json(), new Date(0))).toBe('"1970-01-01T00:00:00.000Z"');
  });

  const circular: unknown[] = [];
  circular.push(circular);

  test.each<[string, unknown]>([
    ["undefined", undefined],
    ["a function", () => 1],
    ["a symbol", Symbol("x")],
    ["a bigint", 1n],
    ["a circular array", circular],
  ])("does not encode %s, which has no JSON form", (_, value) => {
    expect(() => encode(json(), value)).toThrow(TypeError);
  });
});
