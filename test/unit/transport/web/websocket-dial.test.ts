import { afterEach, describe, expect, test, vi } from "vitest";
import { bindConnect } from "../../../../src/context/connect.js";
import type { ConnectOptions } from "../../../../src/options/connect-options.js";
import type { WebSocketClass } from "../../../../src/protocol/dial.js";
import { webSocketPlatform } from "../../../../src/transport/web/websocket.js";
import { advance, useClock } from "../../../helpers/unit-clock.js";
import { failure, microtasks } from "../../../helpers/unit-failure.js";
import { connect, dial, FakeSocket, open, webSocket } from "./fake-socket.js";

useClock();

afterEach(() => void vi.unstubAllGlobals());

describe("the class that is dialled with", () => {
  class Stream extends FakeSocket {}
  class Native extends FakeSocket {}
  const platform = webSocketPlatform(() => Stream);

  test.each<[string, ConnectOptions, typeof FakeSocket]>([
    ["is the platform's", {}, Native],
    ["is the stream's where that is asked for", { backpressure: "stream" }, Stream],
    ["is that of option webSocket", { webSocket }, FakeSocket],
    [
      "is that of option webSocket, stream or not",
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

  test("is the platform's where no stream can be had", async () => {
    vi.stubGlobal("WebSocket", Native);
    const dialled = connect("ws://host.test/", { backpressure: "stream" });
    await microtasks();
    expect(FakeSocket.last.constructor).toBe(Native);
    FakeSocket.last.open();
    (await dialled).terminate();
  });

  test("has to be there", async () => {
    vi.stubGlobal("WebSocket", undefined);
    const error = await failure(connect("ws://host.test/"));
    expect(error.code).toBe("UNSUPPORTED");
    expect(error.message).toMatch(/^dial ws:\/\/host.test\/: .*webSocket/);
  });
});

describe("what relative URLs resolve against", () => {
  test.each<[string, object, string | undefined]>([
    ["nothing where there is no page", {}, undefined],
    [
      "the base of the document",
      { document: { baseURI: "https://base.test/" }, location: { href: "https://page.test/" } },
      "https://base.test/",
    ],
    [
      "a worker's own URL",
      { location: { href: "https://page.test/w.js" } },
      "https://page.test/w.js",
    ],
  ])("is %s", (_, globals, base) => {
    for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value);
    expect(webSocketPlatform(() => undefined).base).toBe(base);
  });
});

describe("a dial", () => {
  test("hands on the URL and a copy of the subprotocols, and asks for ArrayBuffers", async () => {
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

  test("takes null for no extensions, as workerd has it", async () => {
    const { client } = await open({}, { extensions: null });
    expect(client.extensions).toBe("");
    client.terminate();
  });

  test("of which the class wants nothing has failed for good", async () => {
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

  test("shows no query, even where the platform's own text does", async () => {
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
    ["without a reason", {}, "connect-src"],
    ["with an empty one", { message: "" }, "connect-src"],
    ["with one", { message: "503" }, "503"],
  ])("that fails %s hides what is hidden", async (_, event, text) => {
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
    "for which the server picks %j of what was offered is rejected",
    async (protocol) => {
      const { dialled, socket } = await dial({ protocols: "mine" }, { protocol });
      socket.open();
      const error = await failure(dialled);
      expect(error.code).toBe("HANDSHAKE_REJECTED");
      expect(error.message).toMatch(/^dial .*subprotocol/);
      expect(socket.closes).toContainEqual([undefined]);
    },
  );

  test("takes what the server picks where nothing was offered", async () => {
    const { client } = await open({}, { protocol: "unasked" });
    expect(client.protocol).toBe("unasked");
    client.terminate();
  });

  test("has no way to send a URL's credentials", async () => {
    const error = await failure(connect("ws://me:secret@host.test/", { webSocket }));
    expect(error.code).toBe("UNSUPPORTED");
    expect(error.message).not.toContain("secret");
  });

  test("with writeTimeout needs a count of what waits", async () => {
    const { dialled, socket } = await dial({ writeTimeout: 100 }, { bufferedAmount: undefined });
    const error = await failure(dialled);
    expect(error.code).toBe("UNSUPPORTED");
    expect(error.message).toMatch(/^dial .*writeTimeout.*bufferedAmount/);
    expect(socket.closes).toContainEqual([undefined]);
  });

  test("without writeTimeout needs none", async () => {
    const { client } = await open({}, { bufferedAmount: undefined });
    await client.send("x");
    expect(client.bufferedAmount).toBe(0);
    client.terminate();
  });

  test("that is aborted lets go of its socket, be what it does what it may", async () => {
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

  /** What a class may do in place of opening. */
  const never: [string, () => object][] = [
    ["fires nothing", () => new EventTarget()],
    [
      "fires open before anybody can listen",
      () => {
        const socket = new EventTarget();
        socket.dispatchEvent(new Event("open"));
        return socket;
      },
    ],
    ["makes no WebSocket", () => ({})],
    ["makes a function", () => () => {}],
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

  test("of a class whose sockets cannot be written to has failed for good", async () => {
    const webSocketClass = classOf(() => Object.freeze({}));
    const error = await failure(connect("ws://host.test/", { webSocket: webSocketClass }));
    expect(error).toMatchObject({ code: "DIAL_FAILED", retryable: false });
  });

  test("that is over is not aborted any more", async () => {
    const controller = new AbortController();
    const { client, socket } = await open({ signal: controller.signal });
    controller.abort();
    expect(socket.closes).toEqual([]);
    expect(client.state).toBe("open");
    client.terminate();
  });
});
