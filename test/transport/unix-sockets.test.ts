import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { Agent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { platform, tmpdir } from "node:os";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connect, createContext } from "../../src/node.js";
import type { NodeOptions } from "../../src/node.js";
import { createCertificate } from "../helpers/certificates.js";
import { failure } from "../helpers/failure.js";
import { checkLeaks } from "../helpers/leaks.js";
import { startRawServer } from "../helpers/raw-server.js";

checkLeaks();

const certificate = createCertificate();
let dir = "";
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "wschan-"));
  await mkdir(join(dir, "x"));
});
afterAll(() => rm(dir, { recursive: true }));

describe("a Unix socket", () => {
  test.each([
    ["my app.sock", "my app.sock"],
    ["my app.sock", "my%20app.sock"],
    ["gr\u00fc\u00dfe.sock", "gr\u00fc\u00dfe.sock"],
    ["\u65e5\u672c.sock", "%E6%97%A5%E6%9C%AC.sock"],
    ["a:b.sock", "a%3Ab.sock"],
    ["a?b#c.sock", "a%3Fb%23c.sock"],
    ["a\\b.sock", "a\\b.sock"],
    ["a\nb.sock", "a%0Ab.sock"],
    ["100%.sock", "100%.sock"],
    ["100%25.sock", "100%2525.sock"],
    ["%zz.sock", "%zz.sock"],
    ["sub.sock", "x%2F..%2Fsub.sock"],
  ])("named %j is dialled as %j", async (name, written) => {
    await using server = await startRawServer({ unix: join(dir, name) });
    for (const [suffix, path] of [
      [":/feed?x=1", "/feed?x=1"],
      ["?x=1", "/?x=1"],
      [":/a\\b//c", "/a%5Cb//c"],
    ] as const) {
      const client = await connect(`ws+unix://${dir}/${written}${suffix}`);
      expect(server.connections.at(-1)?.request).toMatchObject({
        path,
        headers: { host: "localhost" },
      });
      client.terminate();
    }
    await server.idle();
  });

  test.runIf(platform() === "linux")("of Linux's abstract namespace", async () => {
    const name = `wschan-${process.pid} x`;
    await using server = await startRawServer({ unix: `\0${name}` });
    (await connect(`ws+unix:///%00${name}:/feed`)).terminate();
    expect(server.connections[0]?.request?.path).toBe("/feed");
    await server.idle();
  });

  test("receives the headers of the option", async () => {
    await using server = await startRawServer({ unix: join(dir, "auth.sock") });
    const headers = { Authorization: "Basic x" };
    (await connect(`ws+unix://${dir}/auth.sock:/`, { headers })).terminate();
    expect(server.connections[0]?.request?.headers.authorization).toBe("Basic x");
  });

  const agents: [string, boolean, () => NodeOptions][] = [
    ["without an agent", false, () => ({})],
    ["by an agent", false, () => ({ agent: new Agent() })],
    ["by TLS without an agent", true, () => ({})],
    ["by TLS and an agent", true, () => ({ agent: new HttpsAgent() })],
  ];
  test.each(agents)("is dialled %s, with the host localhost", async (name, isSecure, make) => {
    const unix = join(dir, `${name}.sock`);
    await using server = await startRawServer({ unix, ...(isSecure && { tls: certificate }) });
    const node = { ...make(), ...(isSecure && { tls: { ca: certificate.cert } }) };
    const scheme = isSecure ? "wss+unix" : "ws+unix";
    const client = await connect(`${scheme}://${unix}:/feed`, { node });
    const [peer] = server.connections;
    expect(peer?.request).toMatchObject({ path: "/feed", headers: { host: "localhost" } });
    if (isSecure) {
      expect((peer?.socket as TLSSocket & { servername?: string }).servername).toBe("localhost");
    }
    expect(client.url).toContain(scheme);
    client.terminate();
    (node as { agent?: Agent }).agent?.destroy();
    await server.idle();
  });

  test("must present a certificate for localhost, or for node.tls.servername, over TLS", async () => {
    const unix = join(dir, "other.sock");
    const other = createCertificate(["db.test"]);
    await using server = await startRawServer({ unix, tls: other });
    const tls = { ca: other.cert };
    expect(await failure(connect(`wss+unix://${unix}`, { node: { tls } }))).toMatchObject({
      code: "DIAL_FAILED",
      retryable: false,
    });
    const named = { ...tls, servername: "db.test" };
    (await connect(`wss+unix://${unix}`, { node: { tls: named } })).terminate();
    await server.idle();
  });

  test("is not dialled over wss+unix: with an agent that has no TLS", async () => {
    const unix = join(dir, "plain.sock");
    await using server = await startRawServer({ unix });
    const dial = connect(`wss+unix://${unix}`, { node: { agent: new Agent() } });
    expect((await failure(dial)).code).toBe("INVALID_OPTION");
    expect(server.connections).toHaveLength(0);
  });

  test.each(["ws+unix", "wss+unix"])(
    "over %s: is not dialled if denyPrivateNetworks is on",
    async (scheme) => {
      const context = createContext({ denyPrivateNetworks: true });
      const error = await failure(context.connect(`${scheme}:///run/app.sock`));
      expect(error.code).toBe("UNSUPPORTED");
    },
  );

  test.each(["ws+unix", "wss+unix"])(
    "cannot be the target of a redirect, over %s:",
    async (scheme) => {
      await using server = await startRawServer({
        onRequest: (peer) => peer.refuse("302 Found", { Location: `${scheme}://${dir}/x.sock` }),
      });
      const error = await failure(connect(server.url, { node: { followRedirects: true } }));
      expect(error.code).toBe("URL_FORBIDDEN");
    },
  );

  test.each(["\0", "/".padEnd(300, "x")])(
    "with a path that cannot exist fails with DIAL_FAILED",
    async (path) => {
      const error = await failure(connect(`ws+unix:///${encodeURIComponent(path)}`));
      expect(error).toMatchObject({ code: "DIAL_FAILED", retryable: true });
    },
  );
});
