import { afterEach, describe, expect, test, vi } from "vitest";
import type { Client } from "../../src/connection/client.js";
import { bindConnect } from "../../src/context/connect.js";
import type { ConnectOptions } from "../../src/options/connect-options.js";
import type { WebSocketClass } from "../../src/protocol/dial.js";
import { webSocketPlatform } from "../../src/transport/web/websocket.js";
import { advance, useClock } from "../helpers/unit-clock.js";
import { failure, microtasks, stateOf } from "../helpers/unit-failure.js";

useClock();

afterEach(() => void vi.unstubAllGlobals());

/** A WebSocket in memory. It counts a byte of its own with each message, as `StreamSocket` does. */
class FakeSocket {
  static last: FakeSocket;
  /** What the next one is, as a class of the user's may be. */
  static next: Partial<FakeSocket> = {};
  binaryType = "blob";
  readyState = 0;
  protocol = "";
  extensions: string | null = "";
  bufferedAmount: number | undefined = 0;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onerror: ((event: object) => void) | null = null;
  onclose: ((event: { code: number; reason?: string }) => void) | null = null;
  ondrain: (() => void) | null = null;
  setPaused?: (paused: boolean) => void;
  readonly sent: unknown[] = [];
  readonly closes: unknown[][] = [];

  constructor(
    readonly url: string,
    readonly protocols: string[],
  ) {
    FakeSocket.last = this;
    Object.assign(this, FakeSocket.next);
    FakeSocket.next = {};
  }

  open(): void {
    this.readyState = 1;
    this.onopen?.();
  }

  send(data: string | Uint8Array): void {
    this.sent.push(data);
    if (this.bufferedAmount !== undefined) this.bufferedAmount += data.length + 1;
  }

  /** So many bytes have left. */
  drain(size: number): void {
    this.bufferedAmount = (this.bufferedAmount ?? 0) - size;
    this.ondrain?.();
  }

  close(...args: unknown[]): void {
    this.closes.push(args);
    this.readyState = 2;
  }
}

const webSocket = FakeSocket as unknown as WebSocketClass;
const connect = bindConnect(() => webSocketPlatform(() => undefined));

interface Dialled {
  readonly dialled: Promise<Client>;
  readonly socket: FakeSocket;
}

/** A dial under way. */
async function dial(
  options: ConnectOptions = {},
  socket: Partial<FakeSocket> = {},
): Promise<Dialled> {
  FakeSocket.next = socket;
  const dialled = connect("ws://host.test/path?token=1", { webSocket, ...options });
  dialled.catch(() => {});
  await microtasks();
  return { dialled, socket: FakeSocket.last };
}

interface Opened {
  readonly client: Client;
  readonly socket: FakeSocket;
}

async function open(options: ConnectOptions = {}, like: Partial<FakeSocket> = {}): Promise<Opened> {
  const { dialled, socket } = await dial(options, like);
  socket.open();
  return { client: await dialled, socket };
}

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

describe("what arrives", () => {
  test("is text or bytes, counted as UTF-8", async () => {
    const { client, socket } = await open();
    socket.onmessage?.({ data: "h\u00e9" });
    socket.onmessage?.({ data: new Uint8Array([1, 2, 3, 4]).buffer });
    expect((await client.receive()).value).toEqual({ type: "text", data: "h\u00e9" });
    expect((await client.receive()).value).toEqual({
      type: "binary",
      data: new Uint8Array([1, 2, 3, 4]),
    });
    expect(client.stats).toMatchObject({ messagesReceived: 2, bytesReceived: 7 });
    client.terminate();
  });

  test.each([
    ["a Blob", new Blob(["x"])],
    ["nothing", undefined],
    ["null", null],
    ["an array", [1, 2]],
  ])("ends the connection if it is %s, which cannot be read at once", async (_, data) => {
    const { client, socket } = await open();
    socket.onmessage?.({ data });
    expect(await client.receive()).toEqual({ ok: false, value: undefined });
    const { error } = await client.closed;
    expect(error).toMatchObject({ code: "UNSUPPORTED" });
    expect(error?.message).toContain("ArrayBuffers");
    expect(socket.closes).toEqual([[4011]]);
  });

  test("after the end is nobody's", async () => {
    const { client, socket } = await open();
    const { onmessage } = socket;
    client.terminate();
    onmessage?.({ data: "late" });
    expect(client.stats.messagesReceived).toBe(0);
  });

  test("can be held back where the socket can be paused", async () => {
    const setPaused = vi.fn();
    const { client, socket } = await open({ channelCapacity: 1 }, { setPaused });
    expect(client.backpressure).toBe("stream");
    socket.onmessage?.({ data: "x" });
    expect(setPaused.mock.calls).toEqual([[true]]);
    expect(client.stats.timesPaused).toBe(1);
    await client.receive();
    expect(setPaused.mock.calls).toEqual([[true], [false]]);
    expect(client.stats.timesPaused).toBe(1);
    client.terminate();
  });

  test("is held back once, however firmly", async () => {
    const setPaused = vi.fn();
    const limits = { channelCapacity: 1, bufferLimit: 65_536 };
    const { client, socket } = await open(limits, { setPaused });
    socket.onmessage?.({ data: "x" });
    socket.onmessage?.({ data: new ArrayBuffer(40_000) });
    expect(setPaused.mock.calls).toEqual([[true], [true]]);
    expect(client.stats.timesPaused).toBe(1);
    client.terminate();
  });
});

describe("what is sent", () => {
  test("is handed over as it is, bytes as a copy", async () => {
    const { client, socket } = await open();
    const bytes = new Uint8Array([1, 2, 3]);
    await client.send("h\u00e9");
    await client.send(bytes);
    bytes.fill(0);
    expect(socket.sent).toEqual(["h\u00e9", new Uint8Array([1, 2, 3])]);
    expect(client.stats).toMatchObject({ messagesSent: 2, bytesSent: 6 });
    client.terminate();
  });

  test("goes nowhere on a socket that is closing", async () => {
    const { client, socket } = await open();
    socket.readyState = 2;
    expect((await failure(client.send("x"))).code).toBe("CLOSED");
    expect(socket.sent).toEqual([]);
    client.terminate();
  });

  test("is looked after every 10 ms while bytes wait, and then no more", async () => {
    const { client, socket } = await open();
    expect(vi.getTimerCount()).toBe(0);
    await client.send("12345");
    await client.send("1");
    const flush = client.flush();
    expect(vi.getTimerCount()).toBe(1);
    socket.ondrain = null;
    await advance(25);
    socket.bufferedAmount = 0;
    await advance(4);
    expect(await stateOf(flush)).toBe("pending");
    await advance(1);
    expect(await stateOf(flush)).toBe("resolved");
    expect(vi.getTimerCount()).toBe(0);
    await client.send("1");
    expect(vi.getTimerCount()).toBe(1);
    client.terminate();
    expect(vi.getTimerCount()).toBe(0);
  });

  test("makes progress by what leaves, where writeTimeout watches", async () => {
    const { client, socket } = await open({ writeTimeout: 1000 });
    await client.send("1".repeat(99));
    for (let i = 0; i < 9; i++) {
      await advance(900);
      socket.drain(10);
    }
    expect(client.state).toBe("open");
    await advance(2000);
    expect((await client.closed).error?.code).toBe("WRITE_TIMEOUT");
  });

  test("and has left owes no progress", async () => {
    const { client, socket } = await open({ writeTimeout: 1000 });
    await client.send("12345");
    socket.drain(6);
    await advance(5000);
    expect(client.state).toBe("open");
    client.terminate();
  });
});

describe("an end", () => {
  test("by this side goes out with a code that the platform lets pass", async () => {
    const { client, socket } = await open();
    const closed = client.close(1011, "why");
    await microtasks();
    expect(socket.closes).toEqual([[4011, "why"]]);
    socket.onclose?.({ code: 4011, reason: "why" });
    expect(await closed).toEqual({
      code: 1011,
      reason: "why",
      clean: true,
      by: "local",
      sentCode: 4011,
    });
  });

  test("by the peer is told with its code and reason", async () => {
    const { client, socket } = await open();
    socket.onclose?.({ code: 1000, reason: "bye" });
    expect(await client.closed).toEqual({ code: 1000, reason: "bye", clean: true, by: "peer" });
    // Whatever still comes changes nothing: workerd may fire an error behind it.
    socket.onclose?.({ code: 1011 });
    socket.onerror?.({});
    socket.ondrain?.();
    expect((await client.closed).code).toBe(1000);
  });

  test("without a reason has an empty one", async () => {
    const { client, socket } = await open();
    socket.onclose?.({ code: 4000 });
    expect(await client.closed).toMatchObject({ code: 4000, reason: "", by: "peer" });
  });

  test("by 0 is a lost connection", async () => {
    const { client, socket } = await open();
    socket.onclose?.({ code: 0 });
    expect(await client.closed).toMatchObject({ code: 1006, by: "none" });
  });

  test("is announced by an error", async () => {
    const { client, socket } = await open();
    socket.onerror?.({});
    expect(client.state).toBe("closing");
    socket.onclose?.({ code: 1006 });
    expect((await client.closed).error?.code).toBe("CONNECTION_LOST");
  });

  test.each<[string, ConnectOptions, string, unknown]>([
    ["that is lost, without a code", {}, "", undefined],
    ["over a broken limit, with one", { readLimit: 1 }, "12", 4009],
  ])("at once is one %s", async (_, options, data, sent) => {
    const { client, socket } = await open(options);
    if (data) socket.onmessage?.({ data });
    else client.terminate();
    expect(await client.closed).toMatchObject({ clean: false, by: "local" });
    expect((await client.closed).sentCode).toBe(sent);
    expect(socket.closes).toEqual([[sent]]);
  });

  test("whose answer never comes is cut off", async () => {
    const { client, socket } = await open({ closeTimeout: 100 });
    const closed = client.close();
    await advance(105);
    expect(await closed).toMatchObject({ code: 1000, clean: false, by: "local", sentCode: 1000 });
    expect(socket.closes).toEqual([[1000, ""], [undefined]]);
  });
});

describe("a page that is hidden", () => {
  const listeners = new Set<(event: object) => void>();

  /** With a page's events, of which `pagehide` alone is listened to. */
  async function openOnPage(): Promise<Opened> {
    vi.stubGlobal("addEventListener", (type: string, listener: never) => {
      expect(type).toBe("pagehide");
      listeners.add(listener);
    });
    vi.stubGlobal("removeEventListener", (type: string, listener: never) => {
      expect(type).toBe("pagehide");
      listeners.delete(listener);
    });
    const opened = await open();
    expect(listeners.size).toBe(1);
    return opened;
  }

  test("and kept is one that is left: its connections are closed", async () => {
    const { client, socket } = await openOnPage();
    for (const listener of listeners) listener({ persisted: true });
    expect(await client.closed).toMatchObject({ code: 1006, by: "none", clean: false });
    expect(socket.closes).toEqual([[4001]]);
    expect(listeners.size).toBe(0);
  });

  test("for good is the browser's own affair", async () => {
    const { client, socket } = await openOnPage();
    for (const listener of listeners) listener({ persisted: false });
    expect(client.state).toBe("open");
    expect(socket.closes).toEqual([]);
    client.terminate();
    expect(listeners.size).toBe(0);
  });

  test("is listened to until the connection ends", async () => {
    const { client, socket } = await openOnPage();
    socket.onclose?.({ code: 1000 });
    await client.closed;
    expect(listeners.size).toBe(0);
  });
});

describe("a WebSocket that counts more than payloads", () => {
  test("settles a flush when what was sent before it has left", async () => {
    const { client, socket } = await open();
    void client.send("12345");
    const flush = client.flush();
    for (let i = 0; i < 3; i++) void client.send("12345");
    socket.drain(5);
    expect(await stateOf(flush)).toBe("pending");
    socket.drain(1);
    expect(await stateOf(flush)).toBe("resolved");
    client.terminate();
  });

  test("takes no send for progress of what waits", async () => {
    const { client } = await open({ writeTimeout: 1000 });
    for (let i = 0; i < 9; i++) {
      void client.send("x");
      await advance(110);
    }
    expect(client.state).toBe("open");
    await advance(20);
    expect(client.state).toBe("closed");
    expect((await client.closed).error?.code).toBe("WRITE_TIMEOUT");
  });
});
