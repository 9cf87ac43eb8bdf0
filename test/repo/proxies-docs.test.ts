import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "../helpers/root.js";
import { codesOf, readTable } from "../helpers/tables.js";
import { parseProxyUrl } from "../../src/protocol/proxy-url.js";
import { proxyFromEnvironment } from "../../src/transport/node/proxies/environment.js";

const page = readFileSync(join(ROOT, "docs/guide/proxies.md"), "utf8");

test("docs/guide/proxies.md lists each scheme with its default port", () => {
  const rows = readTable(page, "## The URL of a proxy");
  expect(rows).toHaveLength(6);
  for (const row of rows) {
    const [scheme = ""] = codesOf(row.scheme ?? "");
    expect(parseProxyUrl(`${scheme}//proxy`, "")).toMatchObject({
      scheme: scheme.slice(0, -1),
      port: Number(row["default port"]),
    });
  }
});

test("docs/guide/proxies.md lists the variables in their order", () => {
  for (const row of readTable(page, "## Environment variables")) {
    const [scheme = ""] = codesOf(row.url ?? "");
    const names = codesOf(row["variables, in this order"] ?? "");
    expect(names).toHaveLength(6);
    for (const [index, name] of names.entries()) {
      const env = Object.fromEntries(names.slice(index).map((later) => [later, `http://${later}`]));
      const proxy = proxyFromEnvironment(new URL(`${scheme}//target.test/`), env);
      expect(proxy?.host).toBe(name.toLowerCase());
    }
  }
});
