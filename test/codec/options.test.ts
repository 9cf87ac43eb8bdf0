import { describe, expect, test } from "vitest";
import { byName } from "../helpers/by-name.js";
import { ENTRIES, errorOf } from "./support.js";

type CodecName = Exclude<keyof (typeof ENTRIES)[0]["codecs"], "compose">;

const SCHEMA = { "~standard": { version: 1, vendor: "test", validate: () => ({ value: 1 }) } };

/** Valid and invalid values of each option. */
const VALUES: Readonly<Record<string, { right: readonly unknown[]; wrong: readonly unknown[] }>> = {
  type: { right: ["text", "binary"], wrong: ["", "Text", "blob", 1, 2, null, true, {}] },
  onInvalid: {
    right: ["close", "skip", () => "skip"],
    wrong: ["", "Skip", "ignore", 1, null, true, {}, []],
  },
  pin: { right: [true, false], wrong: [0, 1, "", "true", null, {}] },
  threshold: {
    right: [0, 1, 104_857_600],
    wrong: [-1, 0.5, 104_857_601, NaN, Infinity, "1024", null, true, 1n],
  },
  level: { right: [0, 9], wrong: [-1, 10, 1.5, NaN, "6", null, true, 6n] },
  boundary: { right: ["flush", "message"], wrong: ["", "Flush", "frame", 1, null, true] },
  schema: {
    right: [SCHEMA, Object.assign(() => 1, SCHEMA)],
    wrong: [
      null,
      1,
      "",
      true,
      {},
      () => 1,
      { "~standard": null },
      { "~standard": { validate: 1 } },
    ],
  },
};

const INFLATE = ["type", "onInvalid"];
const DEFLATE = [...INFLATE, "threshold", "level"];
const STREAM = ["type", "boundary"];

/** Options of each codec, and its name in errors. */
const CODECS: Readonly<Record<CodecName, { called: string; options: readonly string[] }>> = {
  gunzip: { called: "gzip", options: INFLATE },
  unzlib: { called: "zlib", options: INFLATE },
  inflateRaw: { called: "deflateRaw", options: INFLATE },
  gzip: { called: "gzip", options: DEFLATE },
  zlib: { called: "zlib", options: DEFLATE },
  deflateRaw: { called: "deflateRaw", options: DEFLATE },
  auto: { called: "auto", options: [...INFLATE, "pin"] },
  zlibStream: { called: "zlibStream", options: STREAM },
  deflateStream: { called: "deflateStream", options: STREAM },
  json: { called: "json", options: ["onInvalid", "schema"] },
};

const CASES = ENTRIES.flatMap(({ name: entry, codecs }) =>
  Object.entries(CODECS).map(([name, { called, options }]) => ({
    name: `${name} (${entry})`,
    called,
    options,
    make: codecs[name as CodecName] as (options?: unknown) => unknown,
  })),
);

describe.each(byName(CASES))("%s", (_, { make, called, options }) => {
  const unknown = Object.keys(VALUES).filter((option) => !options.includes(option));

  test("needs no options, and accepts each of its own", () => {
    expect(make()).toHaveProperty("decoder");
    expect(make({})).toHaveProperty("name", called);
    for (const option of options) {
      const { right = [] } = VALUES[option] ?? {};
      for (const value of [undefined, ...right]) {
        expect(make({ [option]: value })).toHaveProperty("decoder");
      }
    }
  });

  test.each(options)(
    "rejects an invalid %s with the names of the codec and the option",
    (option) => {
      for (const value of VALUES[option]?.wrong ?? []) {
        const error = errorOf(() => make({ [option]: value }));
        expect(error.code).toBe("INVALID_OPTION");
        expect(error.message).toMatch(new RegExp(`^${called}: option ${option} must be `));
      }
    },
  );

  test.each([...unknown, "Type", "dictionary", "constructor", "toString", "__proto__"])(
    "rejects the unknown option %s with a list of its own",
    (option) => {
      const given = JSON.parse(`{ ${JSON.stringify(option)}: 1 }`) as unknown;
      const error = errorOf(() => make(given));
      expect(error.code).toBe("INVALID_OPTION");
      expect(error.message).toContain(`${called}: unknown option ${JSON.stringify(option)}: `);
      if (error.message.includes("did you mean")) expect(error.message).toContain("type?");
      else for (const known of options) expect(error.message).toContain(known);
    },
  );

  test("rejects an unknown option that is undefined", () => {
    expect(errorOf(() => make({ level_: undefined })).code).toBe("INVALID_OPTION");
  });

  const NO_OPTIONS = [null, "", "text", 0, 5, true, [], ["text"], () => 1];
  test.each(NO_OPTIONS.map((given) => [given]))("rejects %o as options", (given) => {
    const error = errorOf(() => make(given));
    expect(error.code).toBe("INVALID_OPTION");
    expect(error.message).toContain(`${called}: options must be an object, not `);
  });
});

test("later changes to an options object have no effect", () => {
  for (const { codecs } of ENTRIES) {
    const options: { type: "text" | "binary"; onInvalid: "skip" } = {
      type: "text",
      onInvalid: "skip",
    };
    const codec = codecs.auto(options);
    options.type = "binary";
    const emitted: unknown[] = [];
    codec.decoder(100)({ type: "binary", data: Uint8Array.of(0x61) }, (value) =>
      emitted.push(value),
    );
    expect(emitted).toEqual([{ type: "text", data: "a" }]);
  }
});
