import { describe, expect, test } from "vitest";
import { createContext } from "../../../src/node.js";
import type { NodeOptions } from "../../../src/node.js";
import { createCertificate } from "../../helpers/certificates.js";
import { startEchoServer } from "../../helpers/echo-server.js";
import type { EchoServer } from "../../helpers/echo-server.js";
import { failure } from "../../helpers/failure.js";
import { checkLeaks } from "../../helpers/leaks.js";
import { startRawServer } from "../../helpers/raw-server.js";
import { lookupSpy } from "../support.js";
import type { LookupDone } from "../support.js";
import { denying, socketsOf } from "./support.js";

checkLeaks();

const certificate = createCertificate();

describe("an allowed host", () => {
  test.each([
    ["its name", "db.test", "db.test"],
    ["a name in another case or with a trailing dot", "DB.test.", "db.TEST"],
    ["an address that a name resolves to", "127.0.0.1", "db.test"],
    ["a block that holds the address of a name", "127.0.0.0/8", "db.test"],
    ["an address", "127.0.0.1", "127.0.0.1"],
    ["an address in another notation", "127.0.0.1", "0x7f.1"],
    ["an address mapped to IPv6", "127.0.0.1", "[::ffff:127.0.0.1]"],
    ["a block", "127.0.0.0/8", "127.0.0.1"],
    ["localhost", "localhost", "localhost"],
  ])("is dialled if the list holds %s", async (_, allow, host) => {
    for (const tls of [undefined, createCertificate(["db.test", "localhost", "127.0.0.1"])]) {
      await using server = await startEchoServer(tls && { tls });
      const scheme = tls ? "wss" : "ws";
      const client = await denying(allow).connect(`${scheme}://${host}:${server.port}/`, {
        node: {
          lookup: lookupSpy().lookup,
          // The certificate names 127.0.0.1, which does not match the same address mapped to IPv6.
          tls: { ca: tls?.cert, rejectUnauthorized: !host.startsWith("[") },
        },
      });
      await client.send("hello");
      expect(await client.receive()).toMatchObject({ value: { data: "hello" } });
      const { code, clean } = await client.close();
      expect([code, clean]).toEqual([1000, true]);
    }
  });

  test("is dialled from localAddress", async () => {
    await using server = await startEchoServer();
    const client = await denying("127.0.0.1").connect(server.url, {
      node: { localAddress: "127.0.0.3" },
    });
    expect((await server.connection()).request.socket.remoteAddress).toBe("127.0.0.3");
    await client.close();
  });

  const allowing = { denyPrivateNetworks: { allow: ["localhost", "127.0.0.1"] } };

  test.each([
    ["is not trusted", {}, "DEPTH_ZERO_SELF_SIGNED_CERT"],
    [
      "is for another host",
      { ca: certificate.cert, servername: "db.test" },
      "ERR_TLS_CERT_ALTNAME_INVALID",
    ],
  ])("is refused when its certificate %s", async (_, tls, code) => {
    await using server = await startRawServer({ tls: certificate });
    const error = await failure(createContext(allowing).connect(server.url, { node: { tls } }));
    expect(error).toMatchObject({ code: "DIAL_FAILED", retryable: false, cause: { code } });
    await server.idle();
  });

  test("is sent to the server as the TLS server name (SNI)", async () => {
    let name: unknown;
    await using server = await startRawServer({
      tls: { ...certificate, SNICallback: (asked, done) => done(null, void (name = asked)) },
    });
    const client = await createContext(allowing).connect(`wss://localhost:${server.port}/`, {
      node: { tls: { ca: certificate.cert } },
    });
    expect(name).toBe("localhost");
    client.terminate();
  });

  test.each<[string, NodeOptions]>([
    ["an invalid TLS version", { tls: { minVersion: "none" } }],
    ["a local address of another machine", { localAddress: "8.8.8.8" }],
  ])("fails with DIAL_FAILED because of %s", async (_, node) => {
    await using server = await startRawServer({ tls: certificate });
    const error = await failure(createContext(allowing).connect(server.url, { node }));
    expect(error).toMatchObject({ code: "DIAL_FAILED" });
    await server.idle();
  });

  test("fails with DIAL_FAILED if the port is closed, or the server resets the connection at once", async () => {
    const { url } = await startAndStop();
    const error = await failure(createContext(allowing).connect(url));
    expect(error).toMatchObject({ code: "DIAL_FAILED", retryable: true });
    expect(error.cause).toMatchObject({ code: "ECONNREFUSED" });
    for (const tls of [undefined, certificate]) {
      await using server = await startRawServer({
        ...(tls && { tls }),
        onConnection: ({ socket }) => socket.resetAndDestroy(),
      });
      const reset = await failure(createContext(allowing).connect(server.url));
      expect(reset).toMatchObject({ code: "DIAL_FAILED" });
      await server.idle();
    }
  });

  test("has its socket destroyed by an abort while it connects", async () => {
    await using server = await startRawServer();
    const controller = new AbortController();
    const lookup = (_name: string, _options: object, done: LookupDone): void => {
      done(null, [{ address: "127.0.0.1", family: 4 }]);
      controller.abort();
    };
    const sockets = await socketsOf(async () => {
      const url = `ws://db.test:${server.port}/`;
      const { signal } = controller;
      const error = await failure(denying("127.0.0.1").connect(url, { signal, node: { lookup } }));
      expect(error.code).toBe("ABORTED");
    });
    expect(sockets.map(({ destroyed }) => destroyed)).toEqual([true]);
  });
});

/** Starts a server and stops it, so that nothing listens on its port. */
async function startAndStop(): Promise<EchoServer> {
  await using server = await startEchoServer();
  return server;
}
