import { Agent } from "node:http";
import { Socket } from "node:net";
import { describe, expect, test, vi } from "vitest";
import { connect, createContext } from "../../../src/node.js";
import type { ConnectOptions, WebSocketClass, WsError } from "../../../src/node.js";
import { startEchoServer } from "../../helpers/echo-server.js";
import { failure } from "../../helpers/failure.js";
import { checkLeaks } from "../../helpers/leaks.js";
import { denying, expectUntouched, socketsOf } from "./support.js";

checkLeaks();

describe("an option with which the guard cannot check the connection", () => {
  /** Allows the address of the server, so that a refusal can only come from the unsupported option. */
  const allowing = { denyPrivateNetworks: { allow: ["127.0.0.1"] } };

  interface Row extends ConnectOptions {
    readonly url?: string;
  }

  async function refusalsOf(url: string, options: ConnectOptions): Promise<WsError[]> {
    const byCall = createContext(allowing).connect(url, options);
    const byDefault = createContext({ ...allowing, defaults: options }).connect(url);
    return [await failure(byCall), await failure(byDefault)];
  }

  const webSocket = vi.fn() as unknown as WebSocketClass;

  test.each<[string, Row]>([
    ["option node.agent", { node: { agent: new Agent() } }],
    ["option webSocket", { webSocket }],
    ["option node.tls.socket", { node: { tls: { socket: new Socket() } } }],
    ["a ws+unix: URL", { url: "ws+unix:///run/app.sock:/path" }],
  ])("is refused with UNSUPPORTED: %s", async (what, { url, ...options }) => {
    await using server = await startEchoServer();
    const sockets = await socketsOf(async () => {
      for (const error of await refusalsOf(url ?? server.url, options)) {
        expect(error).toMatchObject({ code: "UNSUPPORTED", kind: "UNSUPPORTED", retryable: false });
        expect(error.message).toContain(`${what} cannot be used with denyPrivateNetworks`);
      }
    });
    expect(sockets).toEqual([]);
    expect(webSocket).not.toHaveBeenCalled();
    await expectUntouched(server);
  });

  test("can be overridden by a call if it is a default of the context", async () => {
    await using server = await startEchoServer();
    const context = createContext({ ...allowing, defaults: { node: { agent: new Agent() } } });
    await (await context.connect(server.url, { node: { proxy: false } })).close();
  });
});

describe("denyPrivateNetworks", () => {
  test("is not an option of a call", async () => {
    const options: object = { denyPrivateNetworks: false };
    const error = await failure(denying().connect("ws://127.0.0.1:1/", options));
    expect(error.code).toBe("INVALID_OPTION");
  });

  test("does not affect calls outside the context", async () => {
    await using server = await startEchoServer();
    denying();
    const off = createContext({ denyPrivateNetworks: false });
    const clients = [
      connect(server.url),
      createContext().connect(server.url),
      off.connect(server.url),
    ];
    for (const client of clients) await (await client).close();
  });
});
