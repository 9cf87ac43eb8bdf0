// The tables of docs/guide/libraries.md, compared with both packages and with this one.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import PartySocket from "partysocket/ws";
import PladariaWebSocket from "reconnecting-websocket";
import { describe, expect, test } from "vitest";
import { ReconnectingWebSocket } from "../../../src/compat/node.js";
import { ROOT } from "../../helpers/root.js";
import { codesOf, readTable } from "../../helpers/tables.js";

const PAGE = readFileSync(join(ROOT, "docs/guide/libraries.md"), "utf8").replaceAll(
  "\n### ",
  "\n## ",
);
const OPTIONS = readTable(PAGE, "## Options");
const MEMBERS = readTable(PAGE, "## Members");

/** Returns the names of the type `Options` in the one declaration file of a folder that has it. */
function optionsIn(folder: string): string[] {
  const directory = join(ROOT, "node_modules", folder);
  const files = readdirSync(directory).filter((file) => file.endsWith(".d.ts"));
  const texts = files.map((file) => readFileSync(join(directory, file), "utf8"));
  const text = texts.find((one) => one.includes("type Options = {")) ?? "";
  const [, body = ""] = /type Options = \{([^}]*)\}/.exec(text) ?? [];
  return [...body.matchAll(/(\w+)\?:/g)].map(([, name]) => name ?? "");
}

/** Returns the names of the public members of a class, except those of `EventTarget`. */
function membersOf(constructor: typeof PartySocket | typeof PladariaWebSocket): string[] {
  const socket = new constructor("ws://127.0.0.1:1/", [], { startClosed: true });
  const names = [...Object.keys(socket), ...Object.getOwnPropertyNames(constructor.prototype)];
  return names.filter((name) => !name.startsWith("_"));
}

/** Returns the first names in backticks of a column, without a default. */
function names(table: typeof OPTIONS, column: string): string[] {
  return table.flatMap((row) => codesOf(row[column] ?? ""));
}

describe("the table of options", () => {
  const theirs = names(OPTIONS, "theirs, with default");

  test.each([
    ["reconnecting-websocket", "reconnecting-websocket/dist"],
    ["partysocket", "partysocket"],
  ])("lists every option of %s once", (_package, folder) => {
    const options = optionsIn(folder);
    expect(options.length).toBeGreaterThan(5);
    for (const option of options) {
      expect(
        theirs.filter((name) => name === option),
        option,
      ).toHaveLength(1);
    }
  });

  test("names only options that ours has", () => {
    const ours = names(OPTIONS, "ours, with default");
    expect(ours.length).toBeGreaterThan(5);
    for (const option of ours) {
      const [name = "", inner] = option.split(".");
      const value = inner === undefined ? undefined : { [inner]: undefined };
      const socket = new ReconnectingWebSocket("ws://127.0.0.1:1/", [], { [name]: value });
      socket.close();
    }
  });
});

describe("the table of members", () => {
  test.each([
    ["reconnecting-websocket", PladariaWebSocket],
    ["partysocket", PartySocket],
  ])("lists every member of %s once", (_package, constructor) => {
    const theirs = [...names(MEMBERS, "theirs"), "constructor"];
    const members = membersOf(constructor);
    expect(members).toContain("reconnect");
    for (const member of members) {
      expect(
        theirs.filter((name) => name === member),
        member,
      ).toHaveLength(1);
    }
  });

  test("names as the same only members that ours has", () => {
    const same = MEMBERS.filter(({ ours }) => ours === "the same");
    const members = same.flatMap(({ theirs = "" }) => codesOf(theirs));
    expect(members.length).toBeGreaterThan(20);
    for (const member of members)
      expect(member in ReconnectingWebSocket.prototype, member).toBe(true);
  });
});
