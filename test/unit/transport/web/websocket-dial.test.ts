import { afterEach, describe, expect, test, vi } from "vitest";
import { bindConnect } from "../../../../src/context/connect.js";
import type { ConnectOptions } from "../../../../src/options/connect-options.js";
import type { WebSocketClass } from "../../../../src/protocol/dial.js";
import { webSocketPlatform } from "../../../../src/transport/web/websocket.js";
import { failure, microtasks } from "../../../helpers/failure.js";
import { advance, useClock } from "../../../helpers/unit-clock.js";
import { connect, dial, FakeSocket, open, webSocket } from "./fake-socket.js";

useClock();

afterEach(() => void vi.unstubAllGlobals());

describe("the WebSocket class of a dial", () => {
  class Stream extends FakeSocket {}
  class Native extends FakeSocket {}
  const platform = webSocketPlatform(() => Stream);

  test.each<[string, ConnectOptions, typeof FakeSocket]>([
    ["is the platform's", {}, Native],
    [
      "is the one based on WebSocketStream if backpressure is stream",
      { backpressure: "stream" },
      Stream,
    ],
    ["is that of option webSocket", { webSocket }, FakeSocket],
    [
      "is that of option webSocket, even if backpressure is stream",
      { backpressure: "stream", webSocket },
      FakeSocket,
    ],
  ])("%s", async (_, options, Class) => {
    vi.stubGlobal("WebSocket", Native);
    const dialled = bindConnect(() => platform)("ws://host.test/", options);
    await microtasks();
    expect(FakeSocket.last.constructor).toBe(Class);
    FakeSocket.last.open();
    (await dialled).terminate();
  });

  test("is the platform's if there is no WebSocketStream", async () => {
    vi.stubGlobal("WebSocket", Native);
    const dialled = connect("ws://host.test/", { backpressure: "stream" });
    await microtasks();
    expect(FakeSocket.last.constructor).toBe(Native);
    FakeSocket.last.open();
    (await dialled).terminate();
  });

  test("must exist", async () => {
    vi.stubGlobal("WebSocket", undefined);
    const error = await failure(connect("ws://host.test/"));
    expect(error.code).toBe("UNSUPPORTED");
    expect(error.message).toMatch(/^dial ws:\/\/host.test\/: .*webSocket/);
  });
});

describe("the base of relative URLs", () => {
  test.each<[string, object, string | undefined]>([
    ["undefined without a page", {}, undefined],
    [
      "the document's base",
      { document: { baseURI: "https://base.test/" }, location: { href: "https://page.test/" } },
      "https://base.test/",
    ],
    [
      "the worker's URL in a worker",
      { location: { href: "https://page.test/w.js" } },
      "https://page.test/w.js",
    ],
  ])("is %s", (_, globals, base) => {
    for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value);
    expect(webSocketPlatform(() => undefined).base).toBe(base);
  });
});

describe("a dial", () => {
  test("passes on the URL and a copy of the subprotocols, and sets binaryType to arraybuffer", async () => {
    const protocols = ["a", "b"];
    const { socket, client } = await open({ protocols }, { protocol: "b", extensions: "x" });
    expect(socket).toMatchObject({
      url: "ws://host.test/path?token=1",
      protocols: ["a", "b"],
      binaryType: "arraybuffer",
    });
    expect(client).toMatchObject({ protocol: "b", extensions: "x", backpressure: "buffer" });
    client.terminate();
  });

  test("accepts null as no extensions, which workerd reports", async () => {
    const { client } = await open({}, { extensions: null });
    expect(client.extensions).toBe("");
    client.terminate();
  });

  test("fails without retry if the class throws", async () => {
    const cause = new Error("blocked by the page's policy");
    class Throwing extends FakeSocket {
      constructor(url: string, protocols: string[]) {
        super(url, protocols);
        throw cause;
      }
    }
    const error = await failure(
      connect("ws://host.test/a?b", { webSocket: Throwing as unknown as WebSocketClass }),
    );
    expect(error).toMatchObject({
      code: "DIAL_FAILED",
      retryable: false,
      cause,
      message: expect.stringMatching(
        /^dial ws:\/\/host\.test\/a\?\.\.\.: blocked by the page's policy: .*connect-src/,
      ) as unknown,
    });
  });

  test("shows no query, even if the platform's message does", async () => {
    const url = "ws://host.test/path?token=1";
    class Throwing extends FakeSocket {
      constructor(...given: [string, string[]]) {
        super(...given);
        throw new Error(`The URL '${url}' is blocked: ${url}`);
      }
    }
    const thrown = await failure(
      connect(url, { webSocket: Throwing as unknown as WebSocketClass }),
    );
    const { dialled, socket } = await dial();
    socket.onerror?.({ message: `cannot connect to ${url}` });
    for (const { message } of [thrown, await failure(dialled)]) {
      expect(message).toContain("ws://host.test/path?...");
      expect(message).not.toContain("token");
    }
  });

  test.each<[string, object, string]>([
    ["without a message", {}, "connect-src"],
    ["with an empty message", { message: "" }, "connect-src"],
    ["with a message", { message: "503" }, "503"],
  ])("that fails %s reports an opaque failure, without the query", async (_, event, text) => {
    for (const name of ["onerror", "onclose"] as const) {
      const { dialled, socket } = await dial();
      socket[name]?.(event as never);
      expect(await failure(dialled)).toMatchObject({
        code: "DIAL_FAILED",
        retryable: true,
        details: { opaque: true },
        message: expect.stringMatching(
          new RegExp(`^dial ws://host\\.test/path\\?\\.\\.\\.: handshake failed: .*${text}`),
        ) as unknown,
      });
      expect(socket.closes).toContainEqual([undefined]);
    }
  });

  test.each(["", "other"])(
    "is rejected if the server answers the offered subprotocol with %j",
    async (protocol) => {
      const { dialled, socket } = await dial({ protocols: "mine" }, { protocol });
      socket.open();
      const error = await failure(dialled);
      expect(error.code).toBe("HANDSHAKE_REJECTED");
      expect(error.message).toMatch(/^dial .*subprotocol/);
      expect(socket.closes).toContainEqual([undefined]);
    },
  );

  test("accepts the server's subprotocol if none was offered", async () => {
    const { client } = await open({}, { protocol: "unasked" });
    expect(client.protocol).toBe("unasked");
    client.terminate();
  });

  test("rejects credentials in the URL", async () => {
    const error = await failure(connect("ws://me:secret@host.test/", { webSocket }));
    expect(error.code).toBe("UNSUPPORTED");
    expect(error.message).not.toContain("secret");
  });

  test("with writeTimeout needs a socket that counts buffered bytes", async () => {
    const { dialled, socket } = await dial({ writeTimeout: 100 }, { bufferedAmount: undefined });
    const error = await failure(dialled);
    expect(error.code).toBe("UNSUPPORTED");
    expect(error.message).toMatch(/^dial .*writeTimeout.*bufferedAmount/);
    expect(socket.closes).toContainEqual([undefined]);
  });

  test("without writeTimeout accepts a socket that does not count buffered bytes", async () => {
    const { client } = await open({}, { bufferedAmount: undefined });
    await client.send("x");
    expect(client.bufferedAmount).toBe(0);
    client.terminate();
  });

  test("that is aborted removes its handlers from its socket, even if closing it throws", async () => {
    const controller = new AbortController();
    const { dialled, socket } = await dial({ signal: controller.signal });
    socket.close = () => {
      throw new Error("not open");
    };
    controller.abort();
    expect((await failure(dialled)).code).toBe("ABORTED");
    const { onopen, onmessage, onerror, onclose, ondrain } = socket;
    for (const listener of [onopen, onmessage, onerror, onclose, ondrain]) {
      expect(() => listener?.({} as never)).not.toThrow();
      expect(listener).not.toBeNull();
    }
  });

  /** Classes whose sockets never open. */
  const never: [string, () => object][] = [
    ["fires nothing", () => new EventTarget()],
    [
      "fires open before a handler can be set",
      () => {
        const socket = new EventTarget();
        socket.dispatchEvent(new Event("open"));
        return socket;
      },
    ],
    ["creates no WebSocket", () => ({})],
    ["creates a function", () => () => {}],
    [
      "throws when it is closed",
      () => ({
        close() {
          throw new Error("broken");
        },
      }),
    ],
  ];
  const classOf = (make: () => object): WebSocketClass =>
    function () {
      return make();
    } as unknown as WebSocketClass;

  test.each(never)("of a class that %s ends with dialTimeout", async (_, make) => {
    const failed = failure(
      connect("ws://host.test/", { webSocket: classOf(make), dialTimeout: 1_000 }),
    );
    await advance(1_100);
    expect((await failed).code).toBe("DIAL_TIMEOUT");
  });

  test("fails without retry if properties of the socket cannot be set", async () => {
    const webSocketClass = classOf(() => Object.freeze({}));
    const error = await failure(connect("ws://host.test/", { webSocket: webSocketClass }));
    expect(error).toMatchObject({ code: "DIAL_FAILED", retryable: false });
  });

  test("that has ended ignores its signal", async () => {
    const controller = new AbortController();
    const { client, socket } = await open({ signal: controller.signal });
    controller.abort();
    expect(socket.closes).toEqual([]);
    expect(client.state).toBe("open");
    client.terminate();
  });
});
