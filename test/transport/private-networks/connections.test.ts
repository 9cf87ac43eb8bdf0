import type { Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { startEchoServer } from "../../helpers/echo-server.js";
import { failure } from "../../helpers/failure.js";
import { checkLeaks } from "../../helpers/leaks.js";
import { reachOf, TLS_DETOURS } from "../../helpers/private-networks.js";
import { lookupSpy } from "../support.js";
import { denying, expectForbidden, expectUntouched, watchSockets } from "./support.js";

checkLeaks();

describe("the remote address of an established connection", () => {
  // A connection to the unspecified address reaches the loopback address of this machine. Only the socket's
  // remote address shows that the allowed address led to a denied one.
  const UNSPECIFIED = "0.0.0.0";

  test.each(["ws", "wss"])("is checked before a byte is sent, over %s:", async (scheme) => {
    const { lookup } = lookupSpy(() => [UNSPECIFIED]);
    for (const host of [UNSPECIFIED, "rebind.test"]) {
      // The option `destroy` must not replace the method with which the guard destroys the socket.
      const tls = { rejectUnauthorized: false, destroy: () => {} };
      const { error, ...reach } = await reachOf((port) =>
        denying(UNSPECIFIED).connect(`${scheme}://${host}:${port}/`, { node: { lookup, tls } }),
      );
      expectForbidden(error, `${scheme}://${host}:`, "127.0.0.1");
      expect(reach).toEqual({ connections: 1, bytes: 0 });
    }
  });

  test.each([
    ["a private one", "10.0.0.1", "URL_FORBIDDEN"],
    ["a private one, mapped to IPv6", "::ffff:10.0.0.1", "URL_FORBIDDEN"],
    ["undefined", undefined, "DIAL_FAILED"],
  ])("is read from the socket: %s", async (_, address, code) => {
    const setRemoteAddress = (socket: Socket): void =>
      void Object.defineProperty(socket, "remoteAddress", { value: address });
    const { error, ...reach } = await reachOf((port) =>
      watchSockets(setRemoteAddress, () => denying("127.0.0.1").connect(`ws://127.0.0.1:${port}/`)),
    );
    expect(error.code).toBe(code);
    expect(reach).toEqual({ connections: 1, bytes: 0 });
  });

  test("is accepted if it is allowed, like the dialled address", async () => {
    await using server = await startEchoServer();
    const client = await denying(UNSPECIFIED, "127.0.0.1").connect(
      `ws://${UNSPECIFIED}:${server.port}/`,
    );
    await client.close();
    expect(server.sockets).toBe(1);
  });
});

describe("node.tls", () => {
  /** An allowed address on which no server listens. */
  const ALLOWED = "127.0.0.2";

  test.each(Object.entries(TLS_DETOURS))(
    "does not redirect the dial to another address: %s",
    async (_, make) => {
      await using server = await startEchoServer();
      const { port } = server;
      for (const scheme of ["ws", "wss"]) {
        for (const host of [ALLOWED, "db.test"]) {
          const { lookup } = lookupSpy(() => [ALLOWED]);
          const tls = { rejectUnauthorized: false, ...make(port) };
          const url = `${scheme}://${host}:${port}/`;
          const error = await failure(denying(ALLOWED).connect(url, { node: { tls, lookup } }));
          // The refused connection must be the one to the allowed address.
          expect(error).toMatchObject({ code: "DIAL_FAILED", cause: { address: ALLOWED, port } });
        }
        const refused = denying(ALLOWED).connect(`${scheme}://127.0.0.1:${port}/`, {
          node: { tls: make(port) },
        });
        expect((await failure(refused)).code).toBe("URL_FORBIDDEN");
      }
      await expectUntouched(server);
    },
  );
});
