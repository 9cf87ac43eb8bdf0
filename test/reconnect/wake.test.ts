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

describe("the events of a page", () => {
  test.each([
    ["online", true],
    ["pageshow", true],
    ["resume", true],
    ["visibilitychange", true],
    ["offline", false],
  ])("%s wakes, and says that it is back: %s", (type, isBack) => {
    const controller = new AbortController();
    const wake = vi.fn();
    onWake(controller.signal, wake);
    dispatch(type);
    expect(wake).toHaveBeenCalledExactlyOnceWith(isBack);
    controller.abort();
    dispatch(type);
    expect(wake).toHaveBeenCalledTimes(1);
  });

  test("do not wake when the page is hidden", () => {
    vi.stubGlobal("document", { hidden: true });
    const wake = vi.fn();
    onWake(new AbortController().signal, wake);
    dispatch("visibilitychange");
    expect(wake).not.toHaveBeenCalled();
    dispatch("resume");
    expect(wake).toHaveBeenCalledTimes(1);
  });

  test("are listened to where `capture` is refused, as in workerd", () => {
    vi.stubGlobal("addEventListener", (type: string, listener: () => void, options: object) => {
      if ("capture" in options && options.capture) throw new TypeError("capture must be false");
      page.addEventListener(type, listener, options);
    });
    const wake = vi.fn();
    onWake(new AbortController().signal, wake);
    dispatch("online");
    expect(wake).toHaveBeenCalledTimes(1);
  });

  test("are caught on their way to the document, where there is one", () => {
    const addEventListener = vi.fn();
    vi.stubGlobal("addEventListener", addEventListener);
    vi.stubGlobal("document", {});
    onWake(new AbortController().signal, () => {});
    expect(addEventListener).toHaveBeenCalledTimes(5);
    for (const [, , options] of addEventListener.mock.calls) {
      expect(options).toMatchObject({ capture: true });
    }
  });

  test("are not missed where there are none", () => {
    vi.stubGlobal("addEventListener", undefined);
    expect(() => onWake(new AbortController().signal, () => {})).not.toThrow();
  });
});

const SLOW_OPTIONS = { backoff: { min: 20, max: "1h", factor: 100 } } satisfies ReconnectOptions;

describe("while it waits", () => {
  test("it dials soon after the network is back", async () => {
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

  test("news of the network's going wakes nobody", async () => {
    const client = reconnecting(REFUSING_URL, { backoff: { min: "1h", max: "1h" } });
    const { attempt } = await until(client, "waiting");
    const random = vi.spyOn(Math, "random").mockReturnValue(0);
    dispatch("offline");
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(client.state).toMatchObject({ type: "waiting", attempt });
    random.mockRestore();
    await client.close();
  });

  test("what the server has asked for is not cut short", async () => {
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

describe("while it is open", () => {
  const KEEP_ALIVE = { interval: "1h", timeout: ms(100) };

  test.each(["online", "offline", "pageshow", "resume", "visibilitychange"])(
    "%s asks the peer, and believes it alive if it answers",
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

  test("several events ask the peer once, and it is asked again by the next", async () => {
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

  test("a peer that does not answer is dead", async () => {
    await using server = await startRawServer();
    const client = reconnecting(server.url, { keepAlive: KEEP_ALIVE });
    await until(client, "open");
    dispatch("offline");
    expect((await until(client, "waiting")).error).toMatchObject({ code: "KEEPALIVE_TIMEOUT" });
    await client.close();
  });

  test("without keepAlive it is asked by a ping all the same", async () => {
    await using server = await startEchoServer();
    const client = reconnecting(server.url, { keepAlive: false });
    await until(client, "open");
    const { ws } = await server.connection();
    const pinged = new Promise((resolve) => ws.once("ping", resolve));
    dispatch("online");
    await pinged;
    await client.close();
  });

  test("a connection that is paused for its consumer lives on, and loses nothing", async () => {
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

  describe("without pings, as in a page", () => {
    const webSocket = WebSocket as unknown as WebSocketClass;

    test("keepAlive.message goes out as it is, past the codec", async () => {
      await using server = await startEchoServer();
      const codec = json();
      const keepAlive = { ...KEEP_ALIVE, message: () => '{"op":"ping"}' };
      const client = reconnecting(server.url, { webSocket, codec, keepAlive });
      await until(client, "open");
      dispatch("online");
      expect(await client.receive()).toMatchObject({ value: { op: "ping" } });
      await client.close();
    });

    test("keepAlive.message asks the peer", async () => {
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

    test("a peer that does not answer it is dead", async () => {
      await using server = await startEchoServer({ echo: false });
      const keepAlive = { ...KEEP_ALIVE, message: () => "alive?" };
      const client = reconnecting(server.url, { webSocket, keepAlive });
      await until(client, "open");
      dispatch("online");
      expect((await until(client, "waiting")).error).toMatchObject({ code: "KEEPALIVE_TIMEOUT" });
      await client.close();
    });

    test("nothing can be asked without it", async () => {
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
