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

describe("json decodes", () => {
  test.each(VALUES)("%j, as text and as UTF-8", (value) => {
    const data = JSON.stringify(value);
    expect(decodeAll(json(), [data, utf8(data)])).toEqual([value, value]);
  });

  test("and tells what the text holds", () => {
    const decode = startDecoding(json());
    expect(decode('"a€"').sizes).toEqual([8]);
    expect(decode(utf8('"a€"')).sizes).toEqual([6]);
  });

  test.each(["", "{", "{'a':1}", "undefined", "NaN", "\ufeff1", "1 2"])("no %j", (data) => {
    for (const message of [data, utf8(data)]) {
      const error = errorOf(() => decodeAll(json(), [message]));
      expect(error.code).toBe("INVALID_MESSAGE");
      expect(error.message).toMatch(/^receive: json: text of \d+ characters is not JSON$/);
      expect(error.details).toEqual({ codec: "json" });
    }
  });

  test("nothing of a text that is no JSON into the error, which may be logged", () => {
    const error = errorOf(() => decodeAll(json(), ["hunter2"]));
    expect(inspect(error)).not.toContain("hunter");
  });

  test("no bytes that are not UTF-8", () => {
    const error = errorOf(() => decodeAll(json(), [Uint8Array.of(0x22, 0xff, 0x22)]));
    expect(error.code).toBe("INVALID_MESSAGE");
    expect(error.details).toEqual({ codec: "json" });
    expect(error.cause).toBeInstanceOf(TypeError);
  });
});

describe("a schema", () => {
  test("makes of a message what is received", () => {
    expect(decodeAll(json({ schema: doubled }), ["21", "0"])).toEqual([42, 0]);
  });

  test.each([undefined, null, 0, "", false])("may make %j of it", (value) => {
    const schema = schemaOf(() => ({ value }));
    expect(decodeAll(json({ schema }), ["1", "2"])).toEqual([value, value]);
  });

  test.each([
    { path: undefined, where: "" },
    { path: [], where: "" },
    { path: ["user", 0, { key: "id" }], where: ", at user.0.id" },
  ])("says where it refuses, and not what: $path", ({ path, where }) => {
    const schema = schemaOf(() => ({ issues: [{ message: "not hunter2", path }] }));
    const error = errorOf(() => decodeAll(json({ schema }), ["1"]));
    expect(error.message).toBe(`receive: json: does not match its schema${where}`);
  });

  test("refuses with its issues", () => {
    const error = errorOf(() => decodeAll(json({ schema: doubled }), ['"x"']));
    expect(error.code).toBe("INVALID_MESSAGE");
    expect(error.message).toBe("receive: json: does not match its schema");
    expect(error.details).toEqual({ codec: "json" });
    expect(error.cause).toEqual([{ message: "no number" }, { message: "really" }]);
  });

  test("refuses with no issue, if it has to", () => {
    const schema = schemaOf(() => ({ issues: [] }));
    expect(errorOf(() => decodeAll(json({ schema }), ["1"])).code).toBe("INVALID_MESSAGE");
  });

  test("is asked with itself for `this`, as a class needs it", () => {
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

  test("may be a function, as ArkType's are", () => {
    const schema = Object.assign(() => undefined, doubled);
    expect(decodeAll(json({ schema }), ["21"])).toEqual([42]);
  });

  test("is not asked about what is no JSON", () => {
    const schema = schemaOf<never>(() => {
      throw new Error("asked");
    });
    expect(errorOf(() => decodeAll(json({ schema }), ["{"])).code).toBe("INVALID_MESSAGE");
    expect(() => decodeAll(json({ schema }), ["{}"])).toThrow("asked");
  });

  test.each(["close", "skip"] as const)(
    "that is asynchronous is not supported, by %s neither; what becomes of its promise is nobody's",
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

  test("ends the connection by default", () => {
    expect(resultOf(() => decodeAll(json(), messages))).toBeInstanceOf(WsError);
  });

  test("skips what is no JSON, no UTF-8, or not as its schema", () => {
    expect(decodeAll(json({ schema: doubled, onInvalid: "skip" }), messages)).toEqual([2, 0]);
  });

  test("asks a function", () => {
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

describe("json encodes", () => {
  test.each(VALUES)("%j as text", (value) => {
    expect(encode(json(), value)).toBe(JSON.stringify(value));
  });

  test("what has a toJSON", () => {
    expect(encode(json(), new Date(0))).toBe('"1970-01-01T00:00:00.000Z"');
  });

  const circular: unknown[] = [];
  circular.push(circular);

  test.each([
    { what: "undefined", value: undefined },
    { what: "a function", value: () => 1 },
    { what: "a symbol", value: Symbol("x") },
    { what: "a bigint", value: 1n },
    { what: "a circle", value: circular },
  ])("not $what, which has none", ({ value }) => {
    expect(() => encode(json(), value)).toThrow(TypeError);
  });
});
