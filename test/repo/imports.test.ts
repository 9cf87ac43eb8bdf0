import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { findViolations } from "../helpers/imports.js";
import { ROOT } from "../helpers/root.js";
import { runOrThrow } from "../helpers/run.js";
import { ms } from "../helpers/time.js";

const SRC = join(ROOT, "src");

test("the modules of src import one way, as DESIGN section 2 says", () => {
  const paths = readdirSync(SRC, { recursive: true, encoding: "utf8" });
  const sources = paths.filter((path) => path.endsWith(".ts"));
  expect(sources).toContain("node.ts");
  const files = new Map(sources.map((path) => [path, readFileSync(join(SRC, path), "utf8")]));
  expect(findViolations(files)).toEqual([]);
});

test(
  "the check of the core without Node's types does not take them in by the back door",
  {
    // It starts a compiler.
    timeout: ms(30_000),
  },
  async () => {
    const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
    const args = [tsc, "-p", "tsconfig.core.json", "--listFilesOnly"];
    const { stdout } = await runOrThrow(process.execPath, args, ROOT);
    expect(stdout).toContain("src/client.ts");
    expect(stdout).not.toContain("/@types/");
  },
);

describe("the check", () => {
  const violationsOf = (files: Record<string, string>) =>
    findViolations(new Map(Object.entries(files)));

  test("accepts what the rules allow", () => {
    const files = {
      "errors.ts": "export class WsError {}",
      "transport.ts": 'import type { WsError } from "./errors.js"; export type Dial = WsError;',
      "url.ts": 'import { WsError } from "./errors.js"; export const url = WsError;',
      "policy.ts": 'import { url } from "./url.js"; export const policy = url;',
      "options.ts": 'import { policy } from "./policy.js"; export const options = policy;',
      "public.ts": 'export * from "./errors.js"; export { url } from "./url.js";',
      "transport/node/dial.ts":
        'import WebSocket from "isomorphic-ws"; import http from "node:http"; import { url } from "../../url.js"; import "./private-networks.js";',
      "transport/node/private-networks.ts":
        'import { isIP } from "node:net"; export const ip = isIP;',
      "transport/browser.ts": 'import { url } from "../url.js";',
      "node.ts": 'export * from "./public.js"; import { dial } from "./transport/node/dial.js";',
      "reconnect/options.ts":
        'import { connect } from "wschan"; import type { WsError } from "../errors.js"; import "./outbox.js";',
      "reconnect/outbox.ts": "",
      "reconnect/public.ts": 'export type { Options } from "./options.js";',
    };
    expect(violationsOf(files)).toEqual([]);
  });

  test.each([
    ["an import of a later group", { "url.ts": 'import "./client.js";', "client.ts": "" }],
    [
      "an import of a type alone",
      { "url.ts": 'import type {} from "./client.js";', "client.ts": "" },
    ],
    ["import() of a later group", { "url.ts": 'import("./client.js");', "client.ts": "" }],
    ["import() of a name", { "url.ts": "import(name);" }],
    [
      "import type of a later group",
      { "url.ts": 'type C = import("./client.js").C;', "client.ts": "" },
    ],
    ["import = require of a package", { "url.ts": 'import ws = require("ws");' }],
    ["require of a package", { "url.ts": 'const ws = require("ws");' }],
    [
      "a transport in the core",
      { "connect.ts": 'import "./transport/node/dial.js";', "transport/node/dial.ts": "" },
    ],
    [
      "a transport in another",
      { "transport/browser.ts": 'import "./stream.js";', "transport/stream.ts": "" },
    ],
    [
      "a third-group module in a transport",
      { "transport/node/dial.ts": 'import "../options.js";', "options.ts": "" },
    ],
    ["ws itself", { "transport/node/dial.ts": 'import "ws";' }],
    ["isomorphic-ws outside its transport", { "transport/browser.ts": 'import "isomorphic-ws";' }],
    [
      "a part of Node's transport in a browser's",
      {
        "transport/browser.ts": 'import "./private-networks.js";',
        "transport/node/private-networks.ts": "",
      },
    ],
    [
      "a part of Node's transport in an entry",
      {
        "node.ts": 'import "./transport/node/private-networks.js";',
        "transport/node/private-networks.ts": "",
      },
    ],
    ["a builtin in the core", { "url.ts": 'import "node:url";' }],
    ["a builtin without its prefix", { "transport/node/dial.ts": 'import "http";' }],
    ["a builtin in a browser's transport", { "transport/browser.ts": 'import "node:http";' }],
    ["a file called utils.ts", { "utils.ts": "" }],
    ["a file that no group lists", { "extra.ts": "" }],
    ["a barrel by export *", { "url.ts": 'export * from "./errors.js";', "errors.ts": "" }],
    ["a barrel by name", { "url.ts": 'export { a } from "./errors.js";', "errors.ts": "" }],
    [
      "a barrel in two steps",
      { "url.ts": 'import { a } from "./errors.js"; export { a };', "errors.ts": "" },
    ],
    ["the core's own name in the core", { "client.ts": 'import "wschan";' }],
    [
      "a file of the core in a sub-path, at run time",
      { "reconnect/outbox.ts": 'import { WsError } from "../errors.js";', "errors.ts": "" },
    ],
    [
      "a sub-path in the core",
      { "client.ts": 'import type {} from "./reconnect/outbox.js";', "reconnect/outbox.ts": "" },
    ],
    [
      "a later group of its own in a sub-path",
      { "reconnect/outbox.ts": 'import "./options.js";', "reconnect/options.ts": "" },
    ],
    ["a file of a sub-path that no group lists", { "reconnect/utils.ts": "" }],
    ["a file that is not there", { "url.ts": 'import "./errors.js";' }],
  ])("reports %s", (_what, files: Record<string, string>) => {
    expect(violationsOf(files)).toHaveLength(1);
  });

  test("reports a cycle within a group", () => {
    const files = {
      "errors.ts": 'import type {} from "./message.js";',
      "constants.ts": 'import "./errors.js";',
      "message.ts": 'import "./constants.js";',
    };
    expect(violationsOf(files)).toEqual([
      "cycle: errors.ts -> message.ts -> constants.ts -> errors.ts",
    ]);
  });

  test("reports a module that imports itself", () => {
    expect(violationsOf({ "url.ts": 'import "./url.js";' })).toEqual(["cycle: url.ts -> url.ts"]);
  });
});
