import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startEchoServer } from "../../test/helpers/echo-server.js";
import { startRawServer } from "../../test/helpers/raw-server.js";
import type { RawConnection } from "../../test/helpers/raw-server.js";
import { ROOT } from "../../test/helpers/root.js";
import { runOrThrow } from "../../test/helpers/run.js";
import { proxyUrl, startProxy, targetOf, tunnel } from "../../test/transport/proxies/support.js";
import { makeProject } from "../helpers/project.js";
import type { Project } from "../helpers/project.js";

/** Dials with the package, and requests a page with Node. Prints the code of the error, if the dial fails. */
const PROGRAM = `
  import { get } from "node:http";
  import { connect } from "wschan";
  const [url, page, proxy] = process.argv.slice(2);
  try {
    const client = await connect(url, { node: { ...(proxy && { proxy }) } });
    await client.send("hello");
    console.log((await client.receive()).value.data);
    await client.close();
  } catch (error) {
    console.log(error.code, error.message);
  }
  if (page) get(page, (response) => response.resume()).on("error", () => {});`;

/** Returns the path of a program that scripts/install-runtimes.mjs installs. */
const installed = (runtime: string, command = runtime): string =>
  join(ROOT, ".runtimes", runtime, "node_modules/.bin", command);

const RUNTIMES: Readonly<Record<string, readonly string[]>> = {
  "the running Node": [process.execPath],
  "Node 22": [installed("node-22", "node")],
  "Node 24": [installed("node-24", "node")],
  "Node 26": [installed("node-26", "node")],
  Deno: [installed("deno"), "run", "--allow-all", "--no-lock"],
  Bun: [installed("bun")],
};

let project: Project;
beforeAll(async () => {
  project = await makeProject({ "program.mjs": PROGRAM });
});
afterAll(() => project[Symbol.asyncDispose]());

/** Runs the program with these variables and arguments. Returns what it prints. */
async function runProgram(
  command: readonly string[],
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<string> {
  // Variables of the machine must not choose a proxy.
  const unset = ["ws", "wss", "http", "https", "all", "no"].flatMap((scheme) =>
    [`${scheme}_proxy`, `${scheme}_proxy`.toUpperCase()].flatMap((name) => ["-u", name]),
  );
  const set = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  const all = [...unset, ...set, ...command, "program.mjs", ...args];
  return (await runOrThrow("env", all, project.dir)).stdout.trim();
}

describe.each(Object.entries(RUNTIMES))("on %s", (_, command) => {
  test("node.proxy works", async () => {
    await using server = await startEchoServer();
    await using proxy = await startProxy();
    const url = `ws://target.test:${server.port}/`;
    expect(await runProgram(command, [url, "", proxyUrl(proxy)])).toBe("hello");
    expect(proxy.connections.map(targetOf)).toEqual([
      { host: "target.test", port: String(server.port) },
    ]);
  });

  test("a SOCKS proxy is UNSUPPORTED without the package socks", async () => {
    const output = await runProgram(command, ["ws://127.0.0.1:1/", "", "socks5://127.0.0.1:1"]);
    expect(output).toMatch(/^UNSUPPORTED .*npm install socks/);
  });
});

const NODES = Object.entries(RUNTIMES).filter(([name]) => name.includes("Node"));

interface Setting {
  readonly what: string;
  readonly variables?: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
  /** True if Node uses the proxy in versions that can. */
  readonly isOn: boolean;
  /** True if Node 20 refuses to start. */
  readonly isNew?: boolean;
}

const SETTINGS: readonly Setting[] = [
  { what: "nothing", isOn: false },
  { what: "NODE_USE_ENV_PROXY=1", variables: { NODE_USE_ENV_PROXY: "1" }, isOn: true },
  { what: "NODE_USE_ENV_PROXY=0", variables: { NODE_USE_ENV_PROXY: "0" }, isOn: false },
  { what: "NODE_USE_ENV_PROXY=true", variables: { NODE_USE_ENV_PROXY: "true" }, isOn: false },
  { what: "--use-env-proxy", flags: ["--use-env-proxy"], isOn: true, isNew: true },
  {
    what: "--use-env-proxy in NODE_OPTIONS",
    variables: { NODE_OPTIONS: "--use-env-proxy" },
    isOn: true,
    isNew: true,
  },
  {
    what: "--no-use-env-proxy and NODE_USE_ENV_PROXY=1",
    flags: ["--no-use-env-proxy"],
    variables: { NODE_USE_ENV_PROXY: "1" },
    isOn: false,
    isNew: true,
  },
];

describe.each(NODES)("by default, on %s", (name, command) => {
  const isOld = name === "the running Node" && Number(process.versions.node.split(".")[0]) < 22;
  const settings = SETTINGS.filter(({ isNew }) => !(isOld && isNew));

  test.each(settings)(
    "the package uses the proxy of the environment exactly if Node does: with $what",
    async ({ variables, flags = [], isOn }) => {
      await using server = await startEchoServer();
      const answer = (peer: RawConnection): void =>
        peer.refuse("204 No Content", { Connection: "close" });
      await using page = await startRawServer({ onRequest: answer });
      const requests: string[] = [];
      await using proxy = await startProxy({
        onRequest: (peer) => {
          const { line = "" } = peer.request ?? {};
          requests.push(line.split(" ", 1).join());
          if (line.startsWith("CONNECT")) tunnel(peer);
          else answer(peer);
        },
      });
      const output = await runProgram(
        [...command, ...flags],
        [server.url, page.url.replace("ws:", "http:")],
        { ...variables, http_proxy: proxyUrl(proxy) },
      );
      expect(output).toBe("hello");
      expect(requests).toEqual(isOn && !isOld ? ["CONNECT", "GET"] : []);
    },
  );
});
