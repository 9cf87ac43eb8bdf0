import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { toRows } from "../../e2e/runtimes/abilities.js";
import * as codecs from "../../src/codec/node.js";
import { COMPRESSION } from "../../src/protocol/constants.js";
import { WsError } from "../../src/errors/ws-error.js";
import { type ErrorCode } from "../../src/errors/error-codes.js";
import { DEFAULTS } from "../../src/options/resolved-options.js";
import { PARSERS } from "../../src/options/parse-options.js";
import { DEFAULTS as RECONNECT_DEFAULTS } from "../../src/reconnect/options.js";
import { ROOT } from "../helpers/root.js";
import { setupIn } from "../helpers/setups.js";
import { codesOf, parseDefault, readTable } from "../helpers/tables.js";

const readText = (path: string) => readFileSync(join(ROOT, path), "utf8");

test("the README has at most 1,200 words outside its code", () => {
  const text = readText("README.md").replace(/^```[^]*?^```$/gm, "");
  expect(text.match(/[\p{L}\p{N}]+/gu)?.length).toBeLessThanOrEqual(1_200);
});

describe("the table of options", () => {
  const readOptions = () =>
    readTable(readText("docs/reference/options.md"), "## Options of connect").map((row) => ({
      names: codesOf(row.option ?? ""),
      value: row.default ?? "",
    }));

  test("lists every option once", () => {
    const names = readOptions().flatMap(({ names }) => names);
    expect(names.sort()).toEqual([...Object.keys(PARSERS)].sort());
  });

  test("states the defaults of the code", () => {
    const documented = readOptions().flatMap(({ names, value }) =>
      names.map((name) => [name, parseDefault(value, COMPRESSION)]),
    );
    // The page writes "none" for an empty array or object.
    const isNone = (value: unknown) =>
      typeof value === "object" && Object.keys(value ?? {}).length === 0;
    const defaults: Readonly<Record<string, unknown>> = { ...DEFAULTS };
    const actual = Object.keys(PARSERS).map((name) => [
      name,
      isNone(defaults[name]) ? undefined : defaults[name],
    ]);
    expect(Object.fromEntries(documented)).toStrictEqual(Object.fromEntries(actual));
  });
});

describe("the table of reconnect options", () => {
  const readRows = () =>
    readTable(readText("docs/reference/options.md"), "## Options of reconnecting").map((row) => ({
      name: codesOf(row.option ?? "")[0] ?? "",
      value: row.default ?? "",
    }));

  test("lists every option that only reconnecting has once", () => {
    const path = "src/reconnect/options.ts";
    const own = membersOf(path, "ReconnectOptions").filter(
      (name) => name !== "backoff" && name !== "queue",
    );
    const backoff = membersOf(path, "BackoffOptions").map((name) => `backoff.${name}`);
    const queue = membersOf(path, "QueueOptions").map((name) => `queue.${name}`);
    const names = readRows().map(({ name }) => name);
    expect(names.sort()).toEqual([...own, ...backoff, ...queue].sort());
  });

  test("states the defaults of the code", () => {
    // The defaults of these two are not single values, so the text of the page describes them.
    const rows = readRows().filter(({ name }) => !["maxAttempts", "keepAlive"].includes(name));
    const { backoff, queue, ...rest } = RECONNECT_DEFAULTS;
    const prefixed = (prefix: string, values: object) =>
      Object.entries(values).map(([name, value]) => [`${prefix}.${name}`, value as unknown]);
    const actual = Object.fromEntries([
      ...prefixed("backoff", backoff),
      ...prefixed("queue", queue),
      ...Object.entries(rest),
    ]) as Record<string, unknown>;
    for (const { name, value } of rows) {
      expect([name, parseDefault(value, {})]).toEqual([name, actual[name]]);
    }
  });
});

describe("the tables of codecs", () => {
  const rows = readTable(readText("docs/guide/codecs.md"), "## Codec options");
  const tables = [
    ["src/codec/options.ts", "InflateOptions"],
    ["src/codec/options.ts", "AutoOptions"],
    ["src/codec/options.ts", "DeflateOptions"],
    ["src/codec/options.ts", "StreamOptions"],
    ["src/codec/json.ts", "JsonOptions"],
  ] as const;

  test("list every option once", () => {
    const names = rows.flatMap(({ option }) => codesOf(option ?? ""));
    const declared = new Set(tables.flatMap(([path, name]) => membersOf(path, name)));
    expect(names.sort()).toEqual([...declared].sort());
  });

  test("state the same defaults as the comments", () => {
    const documented = new Map(rows.map((row) => [codesOf(row.option ?? "")[0], row.default]));
    const commented = tables.flatMap(([path, name]) => defaultsOf(path, name));
    const isSame = ([name, value]: readonly [string, string]) => {
      const cell = (documented.get(name) ?? "").replaceAll("`", "").replace(/ B$/, "");
      return cell === value.replaceAll("`", "").replace("true", "on");
    };
    expect(commented.filter((pair) => !isSame(pair))).toEqual([]);
  });

  test("list every codec once", () => {
    const names = readTable(readText("docs/guide/codecs.md"), "## All codecs").flatMap(
      ({ codec }) => codesOf(codec ?? "").map((code) => code.replace(/\(.*/, "")),
    );
    const { ...exported } = codecs;
    expect(names.sort()).toEqual(Object.keys(exported).sort());
  });
});

describe("the table of errors", () => {
  const readErrors = () =>
    readTable(readText("docs/reference/errors.md"), "# Errors").flatMap((row) =>
      codesOf(row.code ?? "").map((code) => ({
        code,
        // The rest of the cell describes the cases in which the kind differs.
        kind: /[A-Z_]{2,}/.exec(row.kind ?? "")?.[0],
        retryable: /yes|no/.exec(row.retryable ?? "")?.[0],
      })),
    );

  test("lists every code once", () => {
    const codes = readErrors().map(({ code }) => code);
    expect(codes.sort()).toEqual(readCodes().sort());
  });

  test("states the kind and retryability of the code", () => {
    const actual = readErrors().map(({ code }) => {
      const { kind, retryable } = new WsError(code as ErrorCode, "");
      return { code, kind, retryable: retryable ? "yes" : "no" };
    });
    expect(readErrors()).toEqual(actual);
  });
});

test("docs/guide/observing.md lists the type and the fields of every event", () => {
  const rows = readTable(readText("docs/guide/observing.md"), "## The events").map((row) => ({
    type: codesOf(row.type ?? "")[0],
    fields: codesOf(row.fields ?? "").sort(),
  }));
  expect(rows).toEqual(readEvents());
});

test("the table of platforms states the tested abilities", () => {
  expect(readTable(readText("docs/reference/platforms.md"), "# Platforms")).toEqual(toRows());
});

test("docs/guide/libraries.md shows the set-up of each library as its test runs it", async () => {
  const folder = join(ROOT, "test/compat/libraries");
  const setups = await Promise.all(readdirSync(folder).map((name) => setupIn(join(folder, name))));
  const section = /^## Libraries$([^]*?)(?=^## |$(?![^]))/m.exec(
    readText("docs/guide/libraries.md"),
  );
  const blocks = [...(section?.[1] ?? "").matchAll(/^```ts\n([^]*?)^```$/gm)];
  expect(blocks.map(([, code]) => code).sort()).toEqual(setups.sort());
});

/** Returns the names of the members that an interface declares itself. */
function membersOf(path: string, name: string): string[] {
  const source = ts.createSourceFile(path, readText(path), ts.ScriptTarget.Latest);
  const found = source.statements
    .filter(ts.isInterfaceDeclaration)
    .find((declared) => declared.name.text === name);
  if (found === undefined) throw new Error(`${path}: no interface ${name}`);
  return found.members.map((member) => (member.name as ts.Identifier).text);
}

/** Returns the members of an interface whose comments state a default, with that default. */
function defaultsOf(path: string, name: string): [string, string][] {
  const text = readText(path);
  const start = text.indexOf(`interface ${name}`);
  const body = text.slice(start, text.indexOf("\n}", start));
  const pattern = /Default: ([^.]+)\.(?:(?!Default)[^])*?readonly (\w+)\?/g;
  return [...body.matchAll(pattern)].map(([, value = "", option = ""]) => [option, value]);
}

/** Reads the variants of `ConnectionEvent`, with the fields that only some of them have. */
function readEvents(): { type: string; fields: string[] }[] {
  const path = "src/protocol/connection-event.ts";
  const source = ts.createSourceFile(path, readText(path), ts.ScriptTarget.Latest);
  return source.statements.filter(ts.isInterfaceDeclaration).flatMap((declared) => {
    const [base, ...others] = (declared.heritageClauses ?? []).flatMap(({ types }) => types);
    const type = base?.typeArguments?.[0];
    if (!type || !ts.isLiteralTypeNode(type) || !ts.isStringLiteral(type.literal)) return [];
    const shared = others.flatMap((one) => membersOf(path, (one.expression as ts.Identifier).text));
    const fields = [...membersOf(path, declared.name.text), ...shared].sort();
    return [{ type: type.literal.text, fields }];
  });
}

/** Reads the members of the type `ErrorCode`, which does not exist at run time. */
function readCodes(): string[] {
  const path = "src/errors/error-codes.ts";
  const source = ts.createSourceFile(path, readText(path), ts.ScriptTarget.Latest);
  const declared = source.statements.filter(ts.isTypeAliasDeclaration);
  const type = declared.find(({ name }) => name.text === "ErrorCode")?.type;
  if (type === undefined || !ts.isUnionTypeNode(type)) throw new Error("no union ErrorCode");
  return type.types.map((member) => {
    if (!ts.isLiteralTypeNode(member) || !ts.isStringLiteral(member.literal)) {
      throw new Error("ErrorCode: has a member that is not a string");
    }
    return member.literal.text;
  });
}

describe("the parser of Markdown tables", () => {
  const markdown = [
    "## Options",
    "| other |",
    "## Errors",
    "",
    "Text.",
    "",
    "| code         | Kind  |",
    "| ------------ | :---: |",
    "| `A`, `B`     | X     |",
    "| `a` \\| text | Y     |",
    "",
    "| another | table |",
  ].join("\n");

  test("returns the rows of a section's first table by column name", () => {
    expect(readTable(markdown, "## Errors")).toEqual([
      { code: "`A`, `B`", kind: "X" },
      { code: "`a` | text", kind: "Y" },
    ]);
    expect(codesOf("`A`, `B`")).toEqual(["A", "B"]);
  });

  test("rejects a section without a table, a table without a header and a row of another length", () => {
    expect(() => readTable(markdown, "## Nothing")).toThrow("no heading");
    expect(() => readTable(markdown, "## Options")).toThrow("no header");
    expect(() => readTable("## A\ntext", "## A")).toThrow("no table");
    expect(() => readTable("## A\n| a |\n| - |\n| 1 | 2 |", "## A")).toThrow(
      "2 cells instead of 1",
    );
  });

  test.each([
    ["30 s", 30_000],
    ["512 B", 512],
    ["256 KiB", 262_144],
    ["16 MiB", 16_777_216],
    ["1 GiB", 1_073_741_824],
    ["32", 32],
    ["off", undefined],
    ["none", undefined],
    ["the platform's", undefined],
    ['`"auto"`', "auto"],
    ["`DISABLED`", 0],
    ["`CONTEXT_TAKEOVER`", 1],
  ])("parses %s as the default %j", (cell, value) => {
    expect(parseDefault(cell, COMPRESSION)).toBe(value);
  });

  test.each(["30 parsecs", "30s", "ON", "toString"])("rejects %s as a default", (cell) => {
    expect(() => parseDefault(cell, COMPRESSION)).toThrow("not a default");
  });
});
