import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { findViolations, readLayers } from "../helpers/imports.js";
import { ROOT } from "../helpers/root.js";
import { runOrThrow } from "../helpers/run.js";
import { ms } from "../helpers/time.js";

const SRC = join(ROOT, "src");

const layers = readLayers(readFileSync(join(ROOT, "ARCHITECTURE.md"), "utf8"));

test("modules import only from the layers before theirs in ARCHITECTURE.md", () => {
  const paths = readdirSync(SRC, { recursive: true, encoding: "utf8" });
  const sources = paths.filter((path) => path.endsWith(".ts"));
  expect(sources).toContain("node.ts");
  const files = new Map(sources.map((path) => [path, readFileSync(join(SRC, path), "utf8")]));
  expect(findViolations(files, layers)).toEqual([]);
});

test(
  "tsconfig.core.json does not load Node's types indirectly",
  { timeout: ms(30_000) },
  async () => {
    const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
    const args = [tsc, "-p", "tsconfig.core.json", "--listFilesOnly"];
    const { stdout } = await runOrThrow(process.execPath, args, ROOT);
    expect(stdout).toContain("src/connection/client.ts");
    expect(stdout).not.toMatch(/\/@types\/(?!react\/)/);
  },
);

describe("the check of imports", () => {
  const violationsOf = (files: Record<string, string>) =>
    findViolations(new Map(Object.entries(files)), layers);

  test("reads the layers in order", () => {
    expect(layers.slice(0, 2)).toEqual([["errors/"], ["time/"]]);
    expect(layers).toContainEqual(["node.ts", "browser.ts"]);
    expect(() => readLayers("# Architecture")).toThrow("no list of layers");
  });

  test("accepts imports that the rules allow", () => {
    const files = {
      "errors/ws-error.ts": 'import "./codes.js"; export class WsError {}',
      "errors/codes.ts": "",
      "channel/queue.ts": "",
      "protocol/transport.ts": 'import type { WsError } from "../errors/ws-error.js";',
      "policy/policy.ts": 'import "../protocol/transport.js";',
      "public.ts": 'export * from "./errors/ws-error.js"; export {} from "./policy/policy.js";',
      "transport/node/dial.ts":
        'import WebSocket from "isomorphic-ws"; import http from "node:http"; import "../../protocol/transport.js"; import type {} from "../../channel/queue.js"; import "./guard.js";',
      "transport/node/guard.ts": 'import { isIP } from "node:net"; export const ip = isIP;',
      "transport/node/proxies/a.ts": 'import("socks"); import "../guard.js";',
      "transport/web/websocket.ts": 'import "../../errors/ws-error.js";',
      "node.ts":
        'export * from "./public.js"; import { dial } from "./transport/node/dial.js"; import "./transport/web/websocket.js";',
      "reconnect/outbox.ts": 'import "../policy/policy.js";',
      "reconnect/public.ts": 'export type { Options } from "./outbox.js";',
      "reconnect/node.ts": 'import "../node.js"; export * from "./public.js";',
    };
    expect(violationsOf(files)).toEqual([]);
  });

  test.each([
    [
      "an import of a later layer",
      { "time/clock.ts": 'import "../policy/a.js";', "policy/a.ts": "" },
    ],
    [
      "an import of a later layer's type",
      { "time/clock.ts": 'import type {} from "../policy/a.js";', "policy/a.ts": "" },
    ],
    [
      "import() of a later layer",
      { "time/clock.ts": 'import("../policy/a.js");', "policy/a.ts": "" },
    ],
    ["import() of a name", { "time/clock.ts": "import(name);" }],
    [
      "import type of a later layer",
      { "time/clock.ts": 'type C = import("../policy/a.js").C;', "policy/a.ts": "" },
    ],
    ["import = require of a package", { "time/clock.ts": 'import ws = require("ws");' }],
    ["require of a package", { "time/clock.ts": 'const ws = require("ws");' }],
    [
      "a transport in the core",
      { "context/connect.ts": 'import "../transport/web/a.js";', "transport/web/a.ts": "" },
    ],
    [
      "a transport in a sub-path",
      { "codec/a.ts": 'import "../transport/web/a.js";', "transport/web/a.ts": "" },
    ],
    [
      "a browser's transport in Node's",
      { "transport/node/a.ts": 'import "../web/a.js";', "transport/web/a.ts": "" },
    ],
    [
      "an earlier layer that a transport may not import",
      { "transport/node/dial.ts": 'import "../../options/a.js";', "options/a.ts": "" },
    ],
    [
      "a value of channel/ in a transport",
      { "transport/node/dial.ts": 'import "../../channel/a.js";', "channel/a.ts": "" },
    ],
    [
      "a browser's transport in a sub-folder of Node's",
      { "transport/node/proxies/a.ts": 'import "../../web/a.js";', "transport/web/a.ts": "" },
    ],
    ["socks outside the proxies", { "transport/node/dial.ts": 'import("socks");' }],
    ["react outside wschan/react", { "reconnect/status.ts": 'import "react";' }],
    ["ws itself", { "transport/node/dial.ts": 'import "ws";' }],
    ["isomorphic-ws outside its transport", { "transport/web/a.ts": 'import "isomorphic-ws";' }],
    [
      "a part of Node's transport in an entry",
      {
        "node.ts": 'import "./transport/node/guard.js";',
        "transport/node/guard.ts": "",
      },
    ],
    [
      "the other platform's entry in an entry",
      { "reconnect/node.ts": 'import "../browser.js";', "browser.ts": "" },
    ],
    ["an entry in a module", { "reconnect/outbox.ts": 'import "../node.js";', "node.ts": "" }],
    ["a builtin in the core", { "protocol/url.ts": 'import "node:url";' }],
    ["a builtin without its prefix", { "transport/node/dial.ts": 'import "http";' }],
    ["a builtin in a browser's transport", { "transport/web/a.ts": 'import "node:http";' }],
    ["a file outside of all layers", { "utils.ts": "" }],
    ["a folder outside of all layers", { "utils/strings.ts": "" }],
    ["a barrel by export *", { "errors/index.ts": 'export * from "./a.js";', "errors/a.ts": "" }],
    ["a barrel by name", { "errors/index.ts": 'export { a } from "./a.js";', "errors/a.ts": "" }],
    [
      "a barrel in two steps",
      { "errors/index.ts": 'import { a } from "./a.js"; export { a };', "errors/a.ts": "" },
    ],
    ["the package's own name", { "codec/json.ts": 'import "wschan";' }],
    [
      "a sub-path in the core",
      { "connection/client.ts": 'import type {} from "../codec/a.js";', "codec/a.ts": "" },
    ],
    ["a file that does not exist", { "protocol/url.ts": 'import "./missing.js";' }],
  ])("reports %s", (_name, files: Record<string, string>) => {
    expect(violationsOf(files)).toHaveLength(1);
  });

  test("reports a cycle within a layer", () => {
    const files = {
      "errors/a.ts": 'import type {} from "./b.js";',
      "errors/b.ts": 'import "./c.js";',
      "errors/c.ts": 'import "./a.js";',
    };
    expect(violationsOf(files)).toEqual([
      "cycle: errors/a.ts -> errors/b.ts -> errors/c.ts -> errors/a.ts",
    ]);
  });

  test("reports a module that imports itself", () => {
    expect(violationsOf({ "errors/a.ts": 'import "./a.js";' })).toEqual([
      "cycle: errors/a.ts -> errors/a.ts",
    ]);
  });
});
