import { describe, expect, onTestFinished, test, vi } from "vitest";
import { connect, WsError } from "../../src/node.js";
import { TestServer } from "../../src/testing/node.js";
import type { LinkOptions, TestServerOptions } from "../../src/testing/node.js";
import { failureCode } from "../helpers/failure.js";
import { checkLeaks } from "../helpers/leaks.js";

checkLeaks();

function serve(pattern?: string, options?: TestServerOptions): TestServer {
  const server = new TestServer(pattern, options);
  onTestFinished(() => server.close().catch(() => {}));
  return server;
}

describe("close", () => {
  test("ends connections with 1006, and later dials go to the network", async () => {
    const server = serve();
    const client = await connect("wss://a.test/");
    await server.close();
    expect((await client.closed).error?.code).toBe("CONNECTION_LOST");
    expect(server.connections).toEqual([]);
    await server.close();
    const url = "ws://127.0.0.1:1/";
    expect(await failureCode(connect(url, { dialTimeout: 2_000 }))).toBe("DIAL_FAILED");
  });

  test("with strict rejects for messages that were not read", async () => {
    const server = serve("*", { strict: true });
    const client = await connect("wss://a.test/");
    const peer = await server.accept();
    await client.send("unexpected");
    await vi.waitFor(() => expect(peer.bytesReceived).toBe(10));
    const error: unknown = await server.close().catch((cause: unknown) => cause);
    expect(WsError.is(error) && error.message).toContain("1 unread messages on wss://a.test/");
  });

  test("with strict also checks connections that have ended, and expectations", async () => {
    const server = serve("*", { strict: true });
    const client = await connect("wss://a.test/");
    const peer = await server.accept();
    await client.send("unread");
    await client.close();
    await peer.closed;
    const other = await connect("wss://a.test/2");
    const expected = (await server.accept()).expect("never").catch(() => {});
    const error: unknown = await server.close().catch((cause: unknown) => cause);
    expect(String(error)).toContain("1 unread messages on wss://a.test/");
    expect(String(error)).toContain("an expected message did not arrive on wss://a.test/2");
    await expected;
    await other.closed;
  });

  test("with strict rejects for connections that were not accepted", async () => {
    const server = serve("*", { strict: true });
    await connect("wss://a.test/");
    await expect(server.close()).rejects.toThrow("1 connections were not accepted");
  });
});

describe("close with strict counts messages on their way", () => {
  const closeAfter = async (link: LinkOptions, bytes: number): Promise<string> => {
    const server = serve("*", { strict: true });
    const client = await connect("wss://a.test/");
    await server.accept();
    server.link = link;
    for (let i = 0; i < 2; i++) void client.send("x".repeat(bytes)).catch(() => {});
    const error: unknown = await server.close().catch((cause: unknown) => cause);
    await client.closed;
    return String(error);
  };

  test("that would arrive in the next turn, or after the latency", async () => {
    expect(await closeAfter({}, 1)).toContain("2 unread messages on wss://a.test/");
    expect(await closeAfter({ latency: "1h" }, 1)).toContain("2 unread messages");
  });

  test("that wait at the client", async () => {
    expect(await closeAfter({ latency: "1h" }, 262_145)).toContain("2 unread messages");
  });

  test("but not those that the server has sent", async () => {
    const server = serve("*", { strict: true });
    await connect("wss://a.test/");
    void (await server.accept()).send("for the client");
    await server.close();
  });
});

describe("a server that is closed", () => {
  test.each([0, 1, 2, 3, 4, 5, 6, 10])(
    "%i microtasks after a dial began fails it or ends its connection",
    async (microtasks) => {
      const server = serve();
      const dialled = connect("wss://a.test/");
      const outcome = dialled.then(
        async (client) => (await client.closed).error?.code,
        (error: unknown) => (error as WsError).code,
      );
      for (let i = 0; i < microtasks; i++) await Promise.resolve();
      await server.close();
      expect(await outcome).toMatch(/^(DIAL_FAILED|CONNECTION_LOST)$/);
      expect(server.connections).toEqual([]);
    },
  );

  test("fails a dial that is on its way, and later ones", async () => {
    const server = serve();
    server.link = { latency: 50 };
    const dialled = failureCode(connect("wss://a.test/"));
    await new Promise(setImmediate);
    await server.close();
    expect(await dialled).toBe("DIAL_FAILED");
    expect(await failureCode(server.connect("wss://a.test/"))).toBe("DIAL_FAILED");
    expect(await failureCode(() => server.stubGlobal())).toBe("CLOSED");
  });

  test("ends connections at once, however slow the link is", async () => {
    const server = serve();
    const client = await connect("wss://a.test/");
    server.link = { latency: "1h" };
    await server.close();
    expect(client.state).toBe("closed");
  });
});

test.each([0, 1, 2, 3, 4, 5, 6, 10])(
  "a dial that is aborted after %i microtasks leaves no connection",
  async (microtasks) => {
    const server = serve();
    const controller = new AbortController();
    const dialled = failureCode(connect("wss://a.test/", { signal: controller.signal }));
    for (let i = 0; i < microtasks; i++) await Promise.resolve();
    controller.abort();
    expect(await dialled).toBe("ABORTED");
    await vi.waitFor(() => expect(server.connections).toEqual([]));
  },
);
