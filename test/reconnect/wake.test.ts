import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { WebSocket } from "ws";
import { json } from "../../src/codec/node.js";
import type { WebSocketClass } from "../../src/node.js";
import { reconnecting } from "../../src/reconnect/node.js";
import type { ReconnectOptions } from "../../src/reconnect/node.js";
import { onWake } from "../../src/reconnect/wake.js";
import { startEchoServer } from "../helpers/echo-server.js";
import { checkLeaks } from "../helpers/leaks.js";
import { startRawServer } from "../helpers/raw-server.js";
import { ms } from "../helpers/time.js";
import { REFUSING_URL, until } from "./support.js";

checkLeaks();

/** Event target in place of the page's window. */
let page: EventTarget;
beforeEach(() => {
  page = new EventTarget();
  vi.stubGlobal("addEventListener", page.addEventListener.bind(page));
});
afterEach(() => vi.unstubAllGlobals());

const dispatch = (type: string): boolean => page.dispatchEvent(new Event(type));

describe("a page event", () => {
  test.each([
    ["online", true],
    ["pageshow", true],
    ["resume", true],
    ["visibilitychange", true],
    ["offline", false],
  ])("of type %s wakes the client, with isBack %s", (type, isBack) => {
    const controller = new AbortController();
    const wake = vi.fn();
    onWake(controller.signal, undefined, wake);
    dispatch(type);
    expect(wake).toHaveBeenCalledExactlyOnceWith(isBack);
    controller.abort();
    dispatch(type);
    expect(wake).toHaveBeenCalledTimes(1);
  });

  test("does not wake the client while the page is hidden", () => {
    vi.stubGlobal("document", { hidden: true });
    const wake = vi.fn();
    onWake(new AbortController().signal, undefined, wake);
    dispatch("visibilitychange");
    expect(wake).not.toHaveBeenCalled();
    dispatch("resume");
    expect(wake).toHaveBeenCalledTimes(1);
  });

  test("is observed even if addEventListener rejects `capture`, as in workerd", () => {
    vi.stubGlobal("addEventListener", (type: string, listener: () => void, options: object) => {
      if ("capture" in options && options.capture) throw new TypeError("capture must be false");
      page.addEventListener(type, listener, options);
    });
    const wake = vi.fn();
    onWake(new AbortController().signal, undefined, wake);
    dispatch("online");
    expect(wake).toHaveBeenCalledTimes(1);
  });

  test("is observed in the capture phase if there is a document", () => {
    const addEventListener = vi.fn();
    vi.stubGlobal("addEventListener", addEventListener);
    vi.stubGlobal("document", {});
    onWake(new AbortController().signal, undefined, () => {});
    expect(addEventListener).toHaveBeenCalledTimes(5);
    for (const [, , options] of addEventListener.mock.calls) {
      expect(options).toMatchObject({ capture: true });
    }
  });

  test("is optional: without addEventListener nothing throws", () => {
    vi.stubGlobal("addEventListener", undefined);
    expect(() => onWake(new AbortController().signal, undefined, () => {})).not.toThrow();
  });
});

describe("option network", () => {
  test("replaces the page as the source of online and offline", () => {
    const network = new EventTarget();
    const controller = new AbortController();
    const wake = vi.fn();
    onWake(controller.signal, network, wake);
    dispatch("online");
    expect(wake).not.toHaveBeenCalled();
    network.dispatchEvent(new Event("online"));
    network.dispatchEvent(new Event("offline"));
    dispatch("pageshow");
    expect(wake.mock.calls).toEqual([[true], [false], [true]]);
    controller.abort();
    network.dispatchEvent(new Event("online"));
    expect(wake).toHaveBeenCalledTimes(3);
  });

  test("can be any object with the two methods, and its events need only a type", async () => {
    const listeners = new Map<string, (event: { readonly type: string }) => void>();
    const network = {
      addEventListener: (type: string, listener: never) => void listeners.set(type, listener),
      removeEventListener: (type: string) => void listeners.delete(type),
    };
    const random = vi.spyOn(Math, "random").mockReturnValue(0.5);
    const client = reconnecting(REFUSING_URL, {
      network,
      backoff: { min: 2, max: "1h", factor: 100 },
    });
    await until(client, "waiting", ({ delay }) => delay > 5_000);
    listeners.get("online")?.({ type: "online" });
    await until(client, "connecting");
    await client.close();
    expect(listeners.size).toBe(0);
    random.mockRestore();
  });

  test.each([[null], ["online"], [{}], [{ addEventListener: () => undefined }]])(
    "rejects %o",
    (network) => {
      const make = (): unknown => reconnecting(REFUSING_URL, { network: network as never });
      expect(make).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
    },
  );
});

const SLOW_OPTIONS = { backoff: { min: 20, max: "1h", factor: 100 } } satisfies ReconnectOptions;

describe("a waiting client", () => {
  test("dials soon after the network is back", async () => {
    const random = vi.spyOn(Math, "random").mockReturnValue(1);
    try {
      const client = reconnecting(REFUSING_URL, {
        ...SLOW_OPTIONS,
        backoff: { ...SLOW_OPTIONS.backoff, min: 1_000 },
      });
      await until(client, "waiting");
      random.mockReturnValue(0.05);
      const start = performance.now();
      dispatch("online");
      await until(client, "connecting");
      const elapsed = performance.now() - start;
      // The delay spreads clients whose network returns at the same moment.
      expect(elapsed).toBeGreaterThan(45);
      expect(elapsed).toBeLessThan(ms(900));
      await client.close();
    } finally {
      random.mockRestore();
    }
  });

  test("does not dial when the network is lost", async () => {
    const client = reconnecting(REFUSING_URL, { backoff: { min: "1h", max: "1h" } });
    const { attempt } = await until(client, "waiting");
    const random = vi.spyOn(Math, "random").mockReturnValue(0);
    dispatch("offline");
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(client.state).toMatchObject({ type: "waiting", attempt });
    random.mockRestore();
    await client.close();
  });

  test("does not shorten the delay that the server has asked for", async () => {
    await using server = await startRawServer({
      onRequest: (connection) =>
        connection.refuse("503 Service Unavailable", { "Retry-After": "60" }),
    });
    const client = reconnecting(server.url);
    const random = vi.spyOn(Math, "random").mockReturnValue(0);
    await until(client, "waiting");
    dispatch("online");
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(client.state.type).toBe("waiting");
    random.mockRestore();
    await client.close();
  });
});

describe("an open client", () => {
  const KEEP_ALIVE = { interval: "1h", timeout: ms(100) };

  test.each(["online", "offline", "pageshow", "resume", "visibilitychange"])(
    "pings the peer at %s, and stays open if it answers",
    async (type) => {
      await using server = await startEchoServer();
      const client = reconnecting(server.url, { keepAlive: KEEP_ALIVE });
      await until(client, "open");
      const { ws } = await server.connection();
      const pinged = new Promise((resolve) => ws.once("ping", resolve));
      dispatch(type);
      await pinged;
      await client.send("x");
      await client.receive();
      expect(client.state.type).toBe("open");
      await client.close();
    },
  );

  test("pings the peer once for several events at once, and again for a later event", async () => {
    await using server = await startEchoServer();
    const client = reconnecting(server.url, { keepAlive: KEEP_ALIVE });
    await until(client, "open");
    const { ws } = await server.connection();
    let pings = 0;
    ws.on("ping", () => pings++);
    for (const type of ["pageshow", "resume", "visibilitychange"]) dispatch(type);
    // When the second of two consecutive pings is answered, all earlier pings have arrived.
    for (let i = 0; i < 2; i++) await client.ping();
    expect(pings).toBe(1 + 2);
    dispatch("online");
    await client.ping();
    expect(pings).toBe(1 + 2 + 1 + 1);
    await client.close();
  });

  test("ends its connection with KEEPALIVE_TIMEOUT if the peer does not answer", async () => {
    await using server = await startRawServer();
    const client = reconnecting(server.url, { keepAlive: KEEP_ALIVE });
    await until(client, "open");
    dispatch("offline");
    expect((await until(client, "waiting")).error).toMatchObject({ code: "KEEPALIVE_TIMEOUT" });
    await client.close();
  });

  test("pings the peer even if keepAlive is false", async () => {
    await using server = await startEchoServer();
    const client = reconnecting(server.url, { keepAlive: false });
    await until(client, "open");
    const { ws } = await server.connection();
    const pinged = new Promise((resolve) => ws.once("ping", resolve));
    dispatch("online");
    await pinged;
    await client.close();
  });

  test("keeps a connection that its slow consumer pauses, and loses no message", async () => {
    await using server = await startEchoServer();
    const client = reconnecting(server.url, { bufferLimit: 4_194_304, keepAlive: KEEP_ALIVE });
    await until(client, "open");
    const { connection } = client;
    const { ws } = await server.connection();
    const COUNT = 300;
    for (let i = 0; i < COUNT; i++) ws.send(Buffer.alloc(65_536, i));
    await vi.waitFor(() => expect(connection?.stats.timesPaused).toBeGreaterThan(0));
    dispatch("online");
    await new Promise((resolve) => setTimeout(resolve, 3 * KEEP_ALIVE.timeout));
    expect(client.connection).toBe(connection);
    for (let i = 0; i < COUNT; i++) {
      const { value } = await client.receive();
      expect((value?.data as Uint8Array)[0]).toBe(i & 255);
    }
    await client.close();
  });

  describe("without pings, as in a browser,", () => {
    const webSocket = WebSocket as unknown as WebSocketClass;

    test("sends keepAlive.message without encoding it", async () => {
      await using server = await startEchoServer();
      const codec = json();
      const keepAlive = { ...KEEP_ALIVE, message: () => '{"op":"ping"}' };
      const client = reconnecting(server.url, { webSocket, codec, keepAlive });
      await until(client, "open");
      dispatch("online");
      expect(await client.receive()).toMatchObject({ value: { op: "ping" } });
      await client.close();
    });

    test("sends keepAlive.message once, and stays open if the peer answers", async () => {
      await using server = await startEchoServer();
      const message = vi.fn(() => "alive?");
      const client = reconnecting(server.url, { webSocket, keepAlive: { ...KEEP_ALIVE, message } });
      await until(client, "open");
      dispatch("online");
      expect(await client.receive()).toMatchObject({ value: { data: "alive?" } });
      expect(message).toHaveBeenCalledTimes(1);
      await new Promise((resolve) => setTimeout(resolve, KEEP_ALIVE.timeout + 50));
      expect(client.state.type).toBe("open");
      await client.close();
    });

    test("ends its connection with KEEPALIVE_TIMEOUT if the peer does not answer keepAlive.message", async () => {
      await using server = await startEchoServer({ echo: false });
      const keepAlive = { ...KEEP_ALIVE, message: () => "alive?" };
      const client = reconnecting(server.url, { webSocket, keepAlive });
      await until(client, "open");
      dispatch("online");
      expect((await until(client, "waiting")).error).toMatchObject({ code: "KEEPALIVE_TIMEOUT" });
      await client.close();
    });

    test("sends no probe without keepAlive.message", async () => {
      await using server = await startEchoServer();
      const client = reconnecting(server.url, { webSocket });
      await until(client, "open");
      dispatch("online");
      await client.send("x");
      expect(await client.receive()).toMatchObject({ value: { data: "x" } });
      expect(client.state.type).toBe("open");
      await client.close();
    });
  });
});
