import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import { text as readText } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { ROOT } from "../../helpers/root.js";
import { useDemoServer } from "./demo-server.js";

const demo = useDemoServer();

describe("the page's files", () => {
  /** Sends a request with exactly this path, which `fetch` would normalize. */
  async function ask(path: string, method = "GET") {
    const request = httpRequest({ port: demo.server.port, host: "127.0.0.1", path, method }).end();
    const [response] = (await once(request, "response")) as [IncomingMessage];
    return {
      status: response.statusCode,
      headers: response.headers,
      body: await readText(response),
    };
  }

  test.each([
    ["/", "text/html; charset=utf-8", "examples/page/index.html"],
    ["/?x=/nothing", "text/html; charset=utf-8", "examples/page/index.html"],
    ["/page.css", "text/css; charset=utf-8", "examples/page/page.css"],
    ["/page.js", "text/javascript; charset=utf-8", "examples/page/page.js"],
    ["/icon.svg", "image/svg+xml", "examples/page/icon.svg"],
    ["/wschan.umd.js", "text/javascript; charset=utf-8", "dist/wschan.umd.js"],
  ])("are served: %s as %s", async (path, type, file) => {
    const { status, headers, body } = await ask(path);
    expect([status, headers["content-type"]]).toEqual([200, type]);
    expect(body).toBe(readFileSync(join(ROOT, file), "utf8"));
    expect(headers["content-security-policy"]).toMatch(/^default-src 'none'; script-src 'self';/);
    expect(headers["x-content-type-options"]).toBe("nosniff");
  });

  test("include every file of the folder", async () => {
    const names = readdirSync(join(ROOT, "examples/page")).filter(
      (name) => !name.endsWith(".d.ts"),
    );
    for (const name of names) {
      const { status } = await ask(name === "index.html" ? "/" : `/${name}`);
      expect([name, status]).toEqual([name, 200]);
    }
  });

  test.each([
    "/index.html",
    "/page",
    "/page.js/",
    "/page.JS",
    "/./page.js",
    "//page.js",
    "/globals.d.ts",
    "/../demo.mjs",
    "/../../package.json",
    "/%2e%2e/demo.mjs",
    "/..%2fdemo.mjs",
    "/..\\demo.mjs",
    "/page.js%00",
    "/dist/node.cjs",
    "/wschan.umd.min.js",
    "/wschan.umd.js.map",
    "/server/index.mjs",
    "/etc/passwd",
    "//",
    "/__proto__",
    "/constructor",
    "/nothing?/page.js",
    "http://127.0.0.1/page.js",
  ])("do not include %s, which is answered with 404", async (path) => {
    const { status, headers, body } = await ask(path);
    expect([status, headers["content-type"], body]).toEqual([404, "text/plain", "Not Found\n"]);
  });

  test("are sent to HEAD without a body, and not to methods that write", async () => {
    const { status, headers, body } = await ask("/page.js", "HEAD");
    expect([status, body]).toEqual([200, ""]);
    expect(Number(headers["content-length"])).toBeGreaterThan(0);
    for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) {
      const refused = await ask("/page.js", method);
      expect([refused.status, refused.headers.allow]).toEqual([405, "GET, HEAD"]);
    }
  });
});
