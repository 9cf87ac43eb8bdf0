import { describe, expect, test } from "vitest";
import { createContext } from "../../../src/node.js";
import { startEchoServer } from "../../helpers/echo-server.js";
import { failure } from "../../helpers/failure.js";
import { checkLeaks } from "../../helpers/leaks.js";
import { startRawServer } from "../../helpers/raw-server.js";
import { lookupSpy } from "../support.js";
import { denying, expectForbidden, expectUntouched, socketsOf } from "./support.js";

checkLeaks();

describe("a private host in the URL", () => {
  test.each([
    ["127.0.0.1", "127.0.0.1"],
    ["2130706433", "127.0.0.1"],
    ["0x7f.1", "127.0.0.1"],
    ["127.1.", "127.0.0.1"],
    ["0", "0.0.0.0"],
    ["[::ffff:127.0.0.1]", "::ffff:7f00:1"],
    ["[::1]", "::1"],
    ["localhost", "localhost"],
    ["a.LOCALHOST.", "a.localhost."],
    ["169.254.169.254", "169.254.169.254"],
  ])("is refused before a socket is created or a name is looked up: %s", async (host, address) => {
    await using server = await startEchoServer();
    const spy = lookupSpy();
    const url = `ws://me:secret@${host}:${server.port}/path?token=secret`;
    for (const allow of [true, { allow: ["other.test", "10.0.0.0/8"] }] as const) {
      const context = createContext({ denyPrivateNetworks: allow });
      const sockets = await socketsOf(async () => {
        const error = await failure(context.connect(url, { node: { lookup: spy.lookup } }));
        expectForbidden(error, "ws://", address);
        expect(error.message).not.toContain("secret");
      });
      expect(sockets).toEqual([]);
    }
    expect(spy.names).toEqual([]);
    await expectUntouched(server);
  });

  test("is checked only after the policies have allowed it", async () => {
    const asked: string[] = [];
    const dial = (allowed: boolean) => {
      const policy = ({ resource }: { resource: string }) => {
        asked.push(resource);
        return allowed || resource === "";
      };
      return createContext({ policy, denyPrivateNetworks: true }).connect("ws://127.0.0.1:1/");
    };
    expectForbidden(await failure(dial(true)), "ws://127.0.0.1:1/", "127.0.0.1");
    const error = await failure(dial(false));
    expect(error.code).toBe("URL_FORBIDDEN");
    expect(error.message).not.toContain("denyPrivateNetworks");
    expect(asked).toEqual(["", "ws://127.0.0.1:1/", "", "ws://127.0.0.1:1/"]);
  });
});

describe("a redirect", () => {
  test.each([
    ["127.0.0.1", "127.0.0.1"],
    ["0x7f000001", "127.0.0.1"],
    ["[::ffff:127.0.0.1]", "::ffff:7f00:1"],
    ["localhost", "localhost"],
    ["second.test", "127.0.0.1"],
  ])("to %s is refused", async (host, address) => {
    await using target = await startEchoServer();
    await using server = await startRawServer({
      onRequest: (peer) => peer.refuse("302 Found", { Location: `http://${host}:${target.port}/` }),
    });
    const { names, lookup } = lookupSpy();
    const dial = denying("first.test").connect(`ws://first.test:${server.port}/`, {
      node: { followRedirects: true, lookup },
    });
    expectForbidden(await failure(dial), "ws://", address);
    expect(names).toEqual(host === "second.test" ? ["first.test", host] : ["first.test"]);
    await server.idle();
    await expectUntouched(target);
  });

  test("to an allowed host is followed", async () => {
    await using target = await startEchoServer();
    await using server = await startRawServer({
      onRequest: (peer) => peer.refuse("302 Found", { Location: target.url }),
    });
    const client = await denying("first.test", "127.0.0.1").connect(
      `ws://first.test:${server.port}/`,
      { node: { followRedirects: true, lookup: lookupSpy().lookup } },
    );
    expect(client.url).toBe(target.url);
    await client.close();
  });

  test("to a Unix socket is refused", async () => {
    await using server = await startRawServer({
      onRequest: (peer) => peer.refuse("302 Found", { Location: "ws+unix:///run/app.sock" }),
    });
    const dial = denying("127.0.0.1").connect(server.url, { node: { followRedirects: true } });
    expect((await failure(dial)).code).toBe("URL_FORBIDDEN");
  });
});
