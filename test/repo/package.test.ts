import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { createContext, runInContext } from "node:vm";
import { publint } from "publint";
import ts from "typescript";
import { beforeAll, describe, expect, test } from "vitest";
import { installPacked, type Packed } from "../helpers/pack.js";
import { ROOT } from "../helpers/root.js";
import { run } from "../helpers/run.js";
import { ms } from "../helpers/time.js";

/** Every value that the package exports besides `default`. The default export has the same members. */
const NAMES = [
  ..."BINARY CLOSE_CODES COMPRESSION Channel ReceiveChannel TEXT TYPE_BINARY TYPE_CLOSE".split(" "),
  ..."TYPE_PING TYPE_PONG TYPE_TEXT WsError after connect createContext definePolicy".split(" "),
  ..."errors parseDuration select ticker".split(" "),
];

/** Names of the values that each sub-path exports. */
const SUB_PATHS = {
  "wschan/reconnect": ["reconnecting"],
  "wschan/codec": [
    ..."auto compose deflateRaw deflateStream gunzip gzip inflateRaw json".split(" "),
    ..."unzlib zlib zlibStream".split(" "),
  ],
  "wschan/compat": ["ReconnectingWebSocket", "WebSocket", "webSocketClass"],
  "wschan/testing": ["TestClock", "TestPeer", "TestServer"],
  "wschan/hub": ["createHub", "jsonRpc", "rpcError"],
  "wschan/react": ["useLatest", "useMessages", "useReconnecting"],
};

/** Type declaration files of each entry, for `import` and for `require`. */
const TYPES = ["node.d.mts", "node.d.cts", "browser.d.mts", "browser.d.cts"];

/** Folders of dist/ with type declarations: of the core and of the sub-paths. */
const FOLDERS = ["", "reconnect/", "codec/", "compat/", "testing/", "hub/", "react/"];

let packed: Packed;
beforeAll(async () => {
  packed = await installPacked();
});

describe("the packed package", () => {
  test("depends on ws and fflate only", async () => {
    const installed = await readdir(join(packed.dir, "node_modules"));
    const names = installed.filter((name) => !name.startsWith("."));
    expect(names.sort()).toEqual(["fflate", "ws", "wschan"]);
  });

  test("contains only dist/ and the documents", async () => {
    const files = await readdir(join(packed.dir, "node_modules/wschan"));
    expect(files.sort()).toEqual(["CHANGELOG.md", "LICENSE", "README.md", "dist", "package.json"]);
  });

  test("exports exactly the public names, by import and by require", async () => {
    const script = `
      const required = require("wschan");
      import("wschan").then((imported) => console.log(JSON.stringify({
        imported: Object.keys(imported).sort(),
        required: Object.keys(required).sort(),
        namespace: Object.keys(imported.default).sort(),
        isFrozen: Object.isFrozen(imported.default),
      })));`;
    const { stdout, stderr } = await packed.run("names.cjs", script);
    expect(stderr).toBe("");
    const all = [...NAMES, "default"].sort();
    const expected = { imported: all, required: all, namespace: NAMES, isFrozen: true };
    expect(JSON.parse(stdout)).toEqual(expected);
  });

  test("exports the same values by import, by require and in the default export", async () => {
    const script = `
      import { createRequire } from "node:module";
      import * as imported from "wschan";
      const required = createRequire(import.meta.url)("wschan");
      for (const name of Object.keys(imported)) {
        if (required[name] !== imported[name]) console.log("required", name);
        if (name !== "default" && imported.default[name] !== imported[name]) console.log("default", name);
      }`;
    expect(await packed.run("same.mjs", script)).toEqual({ stdout: "", stderr: "", code: 0 });
  });

  test.each(Object.entries(SUB_PATHS))("exports from %s exactly %j", async (name, names) => {
    const script = `
      const required = require("${name}");
      import("${name}").then((imported) => console.log(JSON.stringify({
        imported: Object.keys(imported).sort(),
        required: Object.keys(required).sort(),
        isSame: Object.keys(required).every((key) => imported[key] === required[key]),
      })));`;
    const { stdout, stderr } = await packed.run("sub-path.cjs", script);
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toEqual({ imported: names, required: names, isSame: true });
  });

  test.each([
    [
      "imported",
      `import { reconnecting } from "wschan/reconnect";
       import { gunzip } from "wschan/codec";
       import { WsError } from "wschan";`,
    ],
    [
      "required",
      `import { createRequire } from "node:module";
       const require = createRequire(import.meta.url);
       const { reconnecting } = require("wschan/reconnect");
       const { gunzip } = require("wschan/codec");
       import { WsError } from "wschan";`,
    ],
  ])("shares one core with its sub-paths when %s", async (_how, load) => {
    const script = `${load}
      for (const fail of [() => reconnecting("nonsense:"), () => gunzip(1)]) {
        try {
          fail();
        } catch (error) {
          console.log(error instanceof WsError, error.code);
        }
      }
      const { error } = await reconnecting("ws://127.0.0.1:1/", { maxAttempts: 1 }).closed;
      console.log(error instanceof WsError, error.code);`;
    const { stdout, stderr } = await packed.run("shared.mjs", script);
    expect({ stdout, stderr }).toEqual({
      stdout: "true INVALID_URL\ntrue INVALID_OPTION\ntrue DIAL_FAILED\n",
      stderr: "",
    });
  });

  test("has a script with all sub-paths under one global", async () => {
    const file = "node_modules/wschan/dist/wschan.all.umd.min.js";
    const page = createContext({ AbortController, queueMicrotask, setTimeout, URL });
    runInContext(await readFile(join(packed.dir, file), "utf8"), page);
    const script = `
      [wschan, wschan.codec, wschan.compat, wschan.testing, wschan.hub]
        .map((namespace) => Object.keys(namespace).sort())`;
    const [names, codecs, sockets, testing, hub] = runInContext(script, page) as string[][];
    const own = [...SUB_PATHS["wschan/reconnect"], "codec", "compat", "default", "hub", "testing"];
    expect(names).toEqual([...NAMES, ...own].sort());
    expect(codecs).toEqual(SUB_PATHS["wschan/codec"]);
    expect(sockets).toEqual(SUB_PATHS["wschan/compat"]);
    expect(testing).toEqual(SUB_PATHS["wschan/testing"]);
    expect(hub).toEqual(SUB_PATHS["wschan/hub"]);
  });

  test.each(["WsError", "HuffmanCode", "ReconnectingClient"])(
    "contains class %s once for each module system",
    async (name) => {
      const dist = join(packed.dir, "node_modules/wschan/dist");
      const files = (await readdir(dist, { recursive: true })).filter((path) =>
        /(?<!umd|min)\.[cm]js$/.test(path),
      );
      const texts = await Promise.all(files.map((path) => readFile(join(dist, path), "utf8")));
      const holders = files.filter((_, i) => texts[i]?.includes(`class ${name} `));
      expect(holders.map((path) => path.replace(/^.*\./, ""))).toEqual(["cjs", "mjs"]);
    },
  );

  test("has ES modules for browsers that import only relative paths, fflate and React", async () => {
    const dist = join(packed.dir, "node_modules/wschan/dist");
    const imported = new Set<string>();
    for (const folder of FOLDERS) {
      for (const file of ["browser.mjs", "core.mjs"]) {
        const text = await readFile(join(dist, folder, file), "utf8").catch(() => "");
        for (const [, name = ""] of text.matchAll(/^(?:import|export) .*from '(.*)';$/gm)) {
          imported.add(name);
        }
      }
    }
    const own = ["./core.mjs", "../core.mjs", "../browser.mjs", "../reconnect/core.mjs"];
    const ofTesting = ["../compat/core.mjs", "../node-options.mjs"];
    const ofReact = ["../hub/core.mjs", "../reconnect/browser.mjs", "react"];
    expect([...imported].sort()).toEqual([...own, ...ofTesting, ...ofReact, "fflate"].sort());
  });

  test("marks the entries of wschan/react, and no other module, as code of the browser", async () => {
    const dist = join(packed.dir, "node_modules/wschan/dist");
    const files = (await readdir(dist, { recursive: true })).filter((path) =>
      /\.[cm]?js$/.test(path),
    );
    const texts = await Promise.all(files.map((path) => readFile(join(dist, path), "utf8")));
    const marked = files.filter((_, i) => texts[i]?.startsWith(`"use client";`));
    const names = ["browser.cjs", "browser.mjs", "node.cjs", "node.mjs"];
    expect(marked.sort()).toEqual(names.map((name) => join("react", name)));
  });

  test("has a source map with sources for every bundle", async () => {
    const dist = join(packed.dir, "node_modules/wschan/dist");
    const files = await readdir(dist, { recursive: true });
    // ES modules for Node only re-export the names of the CommonJS modules.
    const bundles = files.filter((path) => /\.[cm]?js$/.test(path) && !path.endsWith("node.mjs"));
    expect(bundles.length).toBeGreaterThan(15);
    for (const path of bundles) {
      const map = JSON.parse(await readFile(join(dist, `${path}.map`), "utf8")) as {
        sourcesContent: readonly (string | null)[];
      };
      expect([path, map.sourcesContent.includes(null)]).toEqual([path, false]);
    }
  });

  // The folder above the package has React, so a missing module would not show.
  test("loads React only from wschan/react", async () => {
    const dist = join(packed.dir, "node_modules/wschan/dist");
    const names = await readdir(dist, { recursive: true });
    const users: string[] = [];
    for (const name of names.filter((path) => /\.[cm]?js$/.test(path))) {
      const text = await readFile(join(dist, name), "utf8");
      if (/(require\(|from\s*)["']react["']/.test(text)) users.push(name.replaceAll("\\", "/"));
    }
    expect(users.sort()).toEqual(["react/core.cjs", "react/core.mjs"]);
  });

  test("has only ASCII scripts, so that pages need not declare a charset", async () => {
    const folder = join(packed.dir, "node_modules/wschan");
    const names = await readdir(folder, { recursive: true });
    const scripts = names.filter((name) => /\.[cm]?js$/.test(name));
    expect(scripts).toEqual(expect.arrayContaining(["dist/wschan.umd.min.js", "dist/node.cjs"]));
    for (const name of scripts) {
      const text = await readFile(join(folder, name), "utf8");
      // eslint-disable-next-line no-control-regex -- all of ASCII
      expect([name, text.match(/[^\x00-\x7f]/g)]).toEqual([name, null]);
    }
  });

  test("works in Vitest with server.deps.inline", { timeout: ms(30_000) }, async () => {
    const names = {
      wschan: "connect",
      "wschan/reconnect": "reconnecting",
      "wschan/codec": "json",
      "wschan/compat": "webSocketClass",
      "wschan/testing": "TestServer",
      "wschan/hub": "createHub",
      "wschan/react": "useReconnecting",
    };
    const source = Object.entries(names).map(
      ([path, name]) => `
        test("${path}", async () => {
          const { ${name} } = await import("${path}");
          expect(${name}).toBeTypeOf("function");
        });`,
    );
    const dir = join(packed.dir, "inlined");
    await mkdir(dir);
    await writeFile(join(dir, "inlined.test.mjs"), source.join(""));
    const config = { test: { globals: true, server: { deps: { inline: ["wschan"] } } } };
    await writeFile(join(dir, "vite.config.mjs"), `export default ${JSON.stringify(config)};`);
    const vitest = join(ROOT, "node_modules/vitest/vitest.mjs");
    const { stdout, code } = await run(
      process.execPath,
      [vitest, "run", "--root", dir, "--reporter", "json"],
      dir,
    );
    expect(JSON.parse(stdout)).toMatchObject({ numPassedTests: 7, numTotalTests: 7 });
    expect(code).toBe(0);
  });

  test("passes publint", async () => {
    const { buffer } = await readFile(packed.tarball);
    const { messages } = await publint({ pack: { tarball: buffer }, strict: true });
    const suggestions = [
      // A `type` field is redundant, because all modules have the extension .cjs or .mjs.
      "USE_TYPE",
      // `exports` has a browser condition; the field `browser` is for bundlers without `exports`.
      "USE_EXPORTS_OR_IMPORTS_BROWSER",
    ];
    expect(messages.filter(({ code }) => !suggestions.includes(code))).toEqual([]);
  });

  test("passes are-the-types-wrong", { timeout: ms(30_000) }, async () => {
    const attw = join(ROOT, "node_modules/.bin/attw");
    const { stdout, code } = await run(attw, [packed.tarball], packed.dir);
    expect(stdout).toContain("No problems found");
    expect(code).toBe(0);
  });
});

/** A user's program that needs no types of Node. */
const PROGRAM = `
  import websocket, { connect, select, after, errors, WsError, BINARY, CLOSE_CODES } from "wschan";
  import type { Client, ConnectOptions, Message } from "wschan";
  import { reconnecting } from "wschan/reconnect";
  import type { ReconnectingClient, ReconnectOptions } from "wschan/reconnect";
  import { compose, gunzip, gzip, json, zlibStream } from "wschan/codec";
  import type { StandardSchema } from "wschan/codec";

  interface Ticker { readonly price: number }
  declare const schema: StandardSchema<Ticker>;

  export async function read(url: string): Promise<number> {
    const client = await connect(url, { codec: compose(gunzip(), json({ schema })) });
    await client.send({ sub: "ticker" });
    for await (const ticker of client) return ticker.price;
    const bytes = reconnecting(url, { codec: zlibStream({ type: "binary" }) });
    const { value } = await bytes.receive();
    if (value?.type === "binary") new Blob([value.data]);
    // @ts-expect-error: 10 is not a level, so the types of wschan/codec are not all any
    gzip({ level: 10 });
    const text = await (await connect(url, { codec: gzip() })).receive();
    return text.ok ? text.value.data.charCodeAt(0) : 0;
  }

  export async function stay(url: string): Promise<Client | undefined> {
    const options: ReconnectOptions & { marker?: false } = {
      headers: async ({ attempt }) => ({ "X-Attempt": String(attempt) }),
      onConnect: (client: Client) => client.send("hello"),
    };
    const client: ReconnectingClient = reconnecting(url, options);
    await client.send("x", { key: "k" });
    for await (const status of client.status()) if (status.type === "open") break;
    // @ts-expect-error: a number is not a URL, so the types of wschan/reconnect are not all any
    reconnecting(1);
    return client.connection;
  }

  export async function main(url: string): Promise<Message | undefined> {
    const options: ConnectOptions = { dialTimeout: "10s", protocols: ["a"] };
    const client: Client = await connect(url, options);
    await client.send(new Uint8Array(1), BINARY);
    const messages = client.channel();
    const { value, ok } = await messages.receive();
    if (ok) await client.send(value.data, websocket.TEXT);
    const timeout = after("30s");
    const result = await select([messages.caseReceive(), timeout.caseReceive()]);
    if (result.index === 0 && result.ok) return result.value;
    if (result.index === 1 && result.ok) console.log(result.value.getTime());
    try {
      for await (const message of client) {
        if (message.type === "binary") new Blob([message.data]);
        else message.data.toUpperCase();
      }
    } catch (error) {
      if (error instanceof WsError) console.log(error.code, error.details.status);
      if (errors.is(error, errors.TIMEOUT)) console.log(error.retryable);
    }
    // @ts-expect-error: a number is not a URL, so the types of wschan are not all any
    await connect(1);
    await client.close(CLOSE_CODES.NORMAL, "done");
    return undefined;
  }
`;
/** Compiles only if the types declare exactly the exported values. */
const EXACT = `
  type Names = Record<${NAMES.map((name) => JSON.stringify(name)).join(" | ")}, unknown>;
  type Same<A, B> = [A, B] extends [B, A] ? true : false;
  export const namespace: Same<keyof typeof wschan.default, keyof Names> = true;
  export const values: Same<keyof typeof wschan, keyof Names | "default"> = true;
`;

/** The program and the check {@link EXACT}, each as an ES module and as a CommonJS module. */
const PROGRAMS = {
  "esm.mts": PROGRAM,
  "cjs.cts": PROGRAM,
  "esm-exact.mts": `import * as wschan from "wschan"; ${EXACT}`,
  "cjs-exact.cts": `import wschan = require("wschan"); ${EXACT}`,
};

const NODENEXT = { module: "nodenext", moduleResolution: "nodenext" };
const BUNDLER = { module: "esnext", moduleResolution: "bundler" };

describe("its types compile without @types and without skipLibCheck", () => {
  test.each([
    { how: "nodenext", options: NODENEXT, files: PROGRAMS },
    {
      how: "nodenext and browsers",
      options: { ...NODENEXT, customConditions: ["browser"] },
      files: PROGRAMS,
    },
    { how: "bundler", options: BUNDLER, files: { "bundler.ts": PROGRAM } },
    {
      how: "bundler and the latest library",
      options: { ...BUNDLER, lib: ["esnext", "dom"] },
      files: {
        "latest.ts": `import { connect } from "wschan";
          export async function main() { await using client = await connect(""); return client.id; }`,
      },
    },
  ])("for $how", { timeout: ms(30_000) }, async ({ how, options, files }) => {
    const compilerOptions = {
      strict: true,
      noEmit: true,
      skipLibCheck: false,
      target: "es2022",
      lib: ["es2022", "dom"],
      types: [],
      ...options,
    };
    for (const [file, source] of Object.entries(files)) {
      await writeFile(join(packed.dir, file), source);
    }
    const config = join(packed.dir, `${how}.json`);
    await writeFile(config, JSON.stringify({ compilerOptions, files: Object.keys(files) }));
    const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
    const result = await run(process.execPath, [tsc, "-p", config], packed.dir);
    expect(result).toEqual({ stdout: "", stderr: "", code: 0 });
  });

  test.each(FOLDERS.flatMap((folder) => TYPES.map((file) => folder + file)))(
    "and import nothing from other packages: %s",
    async (file) => {
      const text = await readFile(join(packed.dir, "node_modules/wschan/dist", file), "utf8");
      // The types of the sub-paths import those of the core and of other sub-paths.
      const own = file.includes("/") ? text.replaceAll(/from 'wschan(\/\w+)?'/g, "") : text;
      expect(own).not.toMatch(/\bfrom ["']|\bimport\(|\brequire\(|\/\/\/ *<reference/);
    },
  );
});

describe("its types", () => {
  test.each(FOLDERS)(
    "are the same in Node and in browsers, by import and by require",
    async (folder) => {
      const dist = join(packed.dir, "node_modules/wschan/dist", folder);
      const texts = await Promise.all(TYPES.map((file) => readFile(join(dist, file), "utf8")));
      expect(new Set(texts).size).toBe(1);
    },
  );

  test.each([
    { how: "nodenext", file: "esm.mts", conditions: [], types: "node.d.mts" },
    { how: "nodenext", file: "cjs.cts", conditions: [], types: "node.d.cts" },
    { how: "nodenext", file: "esm.mts", conditions: ["browser"], types: "node.d.mts" },
    { how: "bundler", file: "app.ts", conditions: [], types: "node.d.mts" },
    { how: "bundler", file: "app.ts", conditions: ["browser"], types: "node.d.mts" },
    { how: "bundler", file: "app.ts", conditions: ["workerd", "node"], types: "node.d.mts" },
    { how: "bundler", file: "app.ts", conditions: ["react-native"], types: "node.d.mts" },
  ])("are $types for $file, $how and $conditions", ({ how, file, conditions, types }) => {
    const kind = how === "bundler" ? "Bundler" : "NodeNext";
    const options = {
      moduleResolution: ts.ModuleResolutionKind[kind],
      customConditions: conditions,
    };
    const mode = file.endsWith(".cts") ? ts.ModuleKind.CommonJS : ts.ModuleKind.ESNext;
    for (const [name, folder] of [
      ["wschan", "dist"],
      ["wschan/reconnect", "reconnect"],
      ["wschan/codec", "codec"],
      ["wschan/compat", "compat"],
      ["wschan/testing", "testing"],
      ["wschan/hub", "hub"],
      ["wschan/react", "react"],
    ] as const) {
      const path = resolveTypes(name, join(packed.dir, file), options, mode) ?? "";
      expect([basename(dirname(path)), basename(path)]).toEqual([folder, types]);
    }
  });
});

/** Returns the type declaration file that TypeScript resolves `name` to when the file `from` imports it. */
function resolveTypes(
  name: string,
  from: string,
  options: ts.CompilerOptions,
  mode: ts.ResolutionMode,
): string | undefined {
  const { resolveModuleName, sys } = ts;
  const found = resolveModuleName(name, from, options, sys, undefined, undefined, mode);
  return found.resolvedModule?.resolvedFileName;
}
