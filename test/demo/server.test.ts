import { EventEmitter, on, once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { get, request as httpRequest } from "node:http";
import type { IncomingMessage } from "node:http";
import { connect as tcpConnect, createServer } from "node:net";
import type { Socket } from "node:net";
import { join } from "node:path";
import { text as readText } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { WebSocket } from "ws";
import { createChat } from "../../examples/server/chat.mjs";
import { serveEcho } from "../../examples/server/echo.mjs";
import { startDemoServer } from "../../examples/server/index.mjs";
import { servePrices } from "../../examples/server/prices.mjs";
import { createStatus } from "../../examples/server/status.mjs";
import { ROOT } from "../helpers/root.js";
import { ms } from "../helpers/time.js";

let server: Awaited<ReturnType<typeof startDemoServer>>;
beforeEach(async () => {
  server = await startDemoServer();
});
afterEach(() => server.close());

type Body = Record<string, unknown>;

interface Peer {
  readonly ws: WebSocket;
  readonly send: (request: unknown) => void;
  /** Resolves with the next message, parsed. */
  readonly next: () => Promise<Body>;
}

/** Opens a connection with plain `ws`, which is terminated when the test ends. */
async function open(path: string): Promise<Peer> {
  const ws = new WebSocket(server.url + path);
  onTestFinished(() => ws.terminate());
  const messages = on(ws, "message");
  await once(ws, "open");
  return {
    ws,
    send: (request) => ws.send(typeof request === "string" ? request : JSON.stringify(request)),
    next: async () => {
      const { value } = (await messages.next()) as { value: [Buffer, boolean] };
      return JSON.parse(value[0].toString()) as Body;
    },
  };
}

/** Returns a raw socket after a completed upgrade. It answers no frames. */
async function openRaw(path: string): Promise<Socket> {
  const request = httpRequest(`http://127.0.0.1:${server.port}${path}`, {
    headers: {
      Connection: "Upgrade",
      Upgrade: "websocket",
      "Sec-WebSocket-Version": "13",
      "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    },
  });
  request.end();
  const [, socket] = (await once(request, "upgrade")) as [IncomingMessage, Socket];
  onTestFinished(() => void socket.destroy());
  socket.on("error", () => {});
  return socket;
}

/** A stub of the parts of a `ws` connection that the endpoints use. Tests set its properties. */
class StubSocket extends EventEmitter {
  readonly OPEN = WebSocket.OPEN;
  readyState: number = WebSocket.OPEN;
  isPaused = false;
  bufferedAmount = 0;
  readonly sent: Body[] = [];
  terminated = false;
  readonly #flushed: (() => void)[] = [];

  /** Calls back for the oldest message that has not been flushed. */
  flushed(): void {
    this.#flushed.shift()?.();
  }

  send(data: string | Buffer, _options: unknown, flushed: () => void): void {
    this.sent.push(JSON.parse(data.toString()) as Body);
    this.#flushed.push(flushed);
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  terminate(): void {
    this.terminated = true;
    this.emit("close");
  }

  request(body: Body): void {
    this.emit("message", Buffer.from(JSON.stringify(body)), false);
  }

  asWebSocket(): WebSocket {
    return this as unknown as WebSocket;
  }
}

describe("/prices", () => {
  test("streams the prices of the requested symbols, numbered from 1 without a gap", async () => {
    const { send, next } = await open("/prices");
    const symbols = ["BTC-USD", "ETH-USD"];
    send({ op: "subscribe", symbols, rate: 2000 });
    expect(await next()).toEqual({ op: "subscribed", symbols, rate: 2000 });
    for (let sequence = 1; sequence <= 500; sequence++) {
      const price = await next();
      expect(price).toEqual({
        symbol: expect.toBeOneOf(symbols) as unknown,
        price: expect.any(Number) as unknown,
        time: expect.any(Number) as unknown,
        sequence,
      });
    }
  });

  test("continues the sequence when a second subscription replaces the first", async () => {
    const { send, next } = await open("/prices");
    send({ op: "subscribe", symbols: ["BTC-USD"], rate: 1000 });
    send({ op: "subscribe", symbols: ["ETH-USD"], rate: 1000 });
    expect(await next()).toMatchObject({ op: "subscribed", symbols: ["BTC-USD"] });
    expect(await next()).toMatchObject({ op: "subscribed", symbols: ["ETH-USD"] });
    expect(await next()).toMatchObject({ symbol: "ETH-USD", sequence: 1 });
    send({ op: "subscribe", symbols: ["SOL-USD"], rate: 1000 });
    let sequence = 1;
    for (let message = await next(); message.symbol !== "SOL-USD"; message = await next()) {
      if (message.op === undefined) expect(message.sequence).toBe(++sequence);
    }
    expect(await next()).toMatchObject({ symbol: "SOL-USD", sequence: sequence + 2 });
  });

  test("pads prices to the requested size and does not compress them", async () => {
    const { ws, send, next } = await open("/prices");
    send({ op: "subscribe", symbols: ["BTC-USD"], rate: 100, padding: 4096 });
    expect(await next()).toMatchObject({ op: "subscribed" });
    const raw = (await once((ws as unknown as { _socket: Socket })._socket, "data"))[0] as Buffer;
    expect(raw.length).toBeGreaterThan(4096);
    expect(await next()).toMatchObject({ sequence: 1, padding: ".".repeat(4096) });
  });

  test("offers compression", async () => {
    const { ws } = await open("/prices");
    expect(ws.extensions).toContain("permessage-deflate");
  });

  const subscribe = (fields: Body) => ({ op: "subscribe", symbols: ["BTC-USD"], ...fields });
  test.each<[string, unknown, RegExp]>([
    ["text that is not JSON", "{", /JSON/],
    ["JSON that is not an object", "[1]", /object/],
    ["null", "null", /object/],
    ["no op", {}, /unknown op; known: subscribe, unsubscribe/],
    ["an unknown op", { op: "buy" }, /unknown op/],
    ["an op named like an inherited property", { op: "toString" }, /unknown op/],
    ["an op that is not a string", { op: ["subscribe"] }, /unknown op/],
    ["no symbols", { op: "subscribe" }, /^symbols/],
    ["an empty list of symbols", subscribe({ symbols: [] }), /^symbols/],
    ["21 symbols", subscribe({ symbols: Array(21).fill("A-B") }), /^symbols/],
    ["an invalid symbol", subscribe({ symbols: ["BTC/USD"] }), /^symbols/],
    ["a symbol that is not a string", subscribe({ symbols: [1] }), /^symbols/],
    ["a symbol followed by a line break", subscribe({ symbols: ["A-B\n"] }), /^symbols/],
    ["a rate of 0", subscribe({ rate: 0 }), /^rate/],
    ["a rate of 10001", subscribe({ rate: 10_001 }), /^rate/],
    ["a rate that is a string", subscribe({ rate: "50" }), /^rate/],
    ["a rate of null", subscribe({ rate: null }), /^rate/],
    ["a padding below 0", subscribe({ padding: -1 }), /^padding/],
    ["a padding of 16385", subscribe({ padding: 16_385 }), /^padding/],
    ["a padding of half a byte", subscribe({ padding: 0.5 }), /^padding/],
    ["a padding that is a string", subscribe({ padding: "4096" }), /^padding/],
  ])("answers %s with an error and goes on", async (_what, request, message) => {
    const { send, next } = await open("/prices");
    send(request);
    expect(await next()).toEqual({
      op: "error",
      message: expect.stringMatching(message) as unknown,
    });
    send({ op: "subscribe", symbols: ["BTC-USD"] });
    expect(await next()).toEqual({ op: "subscribed", symbols: ["BTC-USD"], rate: 50 });
  });

  test("answers a binary request with an error", async () => {
    const { ws, next } = await open("/prices");
    ws.send(Buffer.from('{"op":"unsubscribe"}'));
    expect(await next()).toMatchObject({ op: "error" });
  });

  describe("with a fake clock", () => {
    beforeEach(
      () => void vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] }),
    );
    afterEach(() => void vi.useRealTimers());

    const prices = (socket: StubSocket) => socket.sent.filter(({ op }) => op === undefined);
    function subscribed(rate: number): StubSocket {
      const socket = new StubSocket();
      servePrices(socket.asWebSocket());
      socket.request({ op: "subscribe", symbols: ["BTC-USD"], rate });
      return socket;
    }

    test("counts the unsent, produced and skipped prices", () => {
      const socket = new StubSocket();
      const backlog = servePrices(socket.asWebSocket());
      expect(backlog()).toEqual({ bufferedAmount: 0, unsent: 0, produced: 0, skipped: 0 });
      socket.request({ op: "subscribe", symbols: ["BTC-USD"], rate: 1000 });
      vi.advanceTimersByTime(20);
      expect(backlog()).toEqual({ bufferedAmount: 0, unsent: 20, produced: 20, skipped: 0 });
      // The first message to be flushed is the reply to the request.
      for (let n = 0; n < 6; n++) socket.flushed();
      socket.bufferedAmount = 1024 * 1024 + 1;
      vi.advanceTimersByTime(60);
      expect(backlog()).toEqual({
        bufferedAmount: 1024 * 1024 + 1,
        unsent: 15,
        produced: 20,
        skipped: 60,
      });
    });

    test("stops in the middle of a tick when its prices fill the buffer", () => {
      const socket = subscribed(10_000);
      const send = socket.send.bind(socket);
      vi.spyOn(socket, "send").mockImplementation((data, options, flushed) => {
        socket.bufferedAmount += 512 * 1024;
        send(data, options, flushed);
      });
      vi.advanceTimersByTime(20);
      expect(prices(socket)).toHaveLength(3);
    });

    test.each([1, 50, 333, 10_000])("sends %i prices per second", (rate) => {
      const socket = subscribed(rate);
      vi.advanceTimersByTime(10_000);
      const sent = prices(socket).length;
      // A rounding error may move the last price to the next tick.
      expect(sent).toBeGreaterThanOrEqual(10 * rate - 1);
      expect(sent).toBeLessThanOrEqual(10 * rate);
    });

    test("skips prices while the client is behind, but no sequence numbers", () => {
      const socket = subscribed(1000);
      vi.advanceTimersByTime(1000);
      const before = prices(socket).length;
      socket.bufferedAmount = 1024 * 1024 + 1;
      vi.advanceTimersByTime(60_000);
      expect(prices(socket)).toHaveLength(before);
      socket.bufferedAmount = 0;
      vi.advanceTimersByTime(1000);
      expect(prices(socket).length).toBeLessThanOrEqual(before + 1000);
      expect(prices(socket).map(({ sequence }) => sequence)).toEqual(
        Array.from(prices(socket), (_, index) => index + 1),
      );
    });

    test("sends the same prices to each client", () => {
      const walks = [subscribed(100), subscribed(100)];
      vi.advanceTimersByTime(1000);
      const [first, second] = walks.map((socket) => prices(socket).map(({ price }) => price));
      expect(first).toEqual(second);
      expect(new Set(first).size).toBeGreaterThan(50);
    });

    test("stops when the client unsubscribes", () => {
      const socket = subscribed(1000);
      vi.advanceTimersByTime(100);
      socket.request({ op: "unsubscribe" });
      expect(socket.sent.at(-1)).toEqual({ op: "unsubscribed" });
      expect(vi.getTimerCount()).toBe(0);
    });

    test("stops when the connection ends", () => {
      const socket = subscribed(1000);
      socket.emit("close");
      expect(vi.getTimerCount()).toBe(0);
    });
  });
});

describe("/chat", () => {
  test("notifies the room of joins, messages and departures", async () => {
    const ann = await open("/chat");
    ann.send({ op: "join", room: "lobby", name: "Ann" });
    const lobby = { room: "lobby" };
    expect(await ann.next()).toEqual({ op: "joined", ...lobby, name: "Ann", members: 1 });
    const bob = await open("/chat");
    bob.send({ op: "join", room: "lobby", name: "Bob" });
    for (const { next } of [ann, bob]) {
      expect(await next()).toEqual({ op: "joined", ...lobby, name: "Bob", members: 2 });
    }
    bob.send({ op: "say", text: "Grüß Gott 👋" });
    for (const { next } of [ann, bob]) {
      const time: unknown = expect.any(Number);
      expect(await next()).toEqual({
        op: "message",
        ...lobby,
        from: "Bob",
        text: "Grüß Gott 👋",
        time,
      });
    }
    bob.ws.close();
    expect(await ann.next()).toEqual({ op: "left", ...lobby, name: "Bob", members: 1 });
  });

  test("sends nothing to other rooms, and leaves a room on joining another", async () => {
    const ann = await open("/chat");
    const bob = await open("/chat");
    ann.send({ op: "join", room: "one", name: "Ann" });
    expect(await ann.next()).toMatchObject({ op: "joined", name: "Ann" });
    bob.send({ op: "join", room: "one", name: "Bob" });
    expect(await ann.next()).toMatchObject({ op: "joined", name: "Bob" });
    bob.send({ op: "join", room: "two", name: "Bob" });
    expect(await ann.next()).toMatchObject({ op: "left", room: "one", name: "Bob" });
    bob.send({ op: "say", text: "not for Ann" });
    ann.send({ op: "say", text: "for Ann" });
    expect(await ann.next()).toMatchObject({ op: "message", text: "for Ann" });
  });

  test("keeps a member in its room when it fails to join another", async () => {
    const ann = await open("/chat");
    ann.send({ op: "join", room: "lobby", name: "Ann" });
    expect(await ann.next()).toMatchObject({ op: "joined" });
    ann.send({ op: "join", room: "", name: "Ann" });
    expect(await ann.next()).toMatchObject({ op: "error" });
    ann.send({ op: "say", text: "still here" });
    expect(await ann.next()).toMatchObject({ op: "message", room: "lobby" });
  });

  const join = (fields: Body) => ({ op: "join", room: "lobby", name: "Ann", ...fields });
  test.each<[string, unknown, RegExp]>([
    ["an unknown op", { op: "shout" }, /known: join, say/],
    ["no room", join({ room: undefined }), /^room/],
    ["a room of 33 characters", join({ room: "x".repeat(33) }), /^room/],
    ["no name", join({ name: undefined }), /^name/],
    ["an empty name", join({ name: "" }), /^name/],
    ["a blank name", join({ name: "  " }), /^name/],
    ["a name that is not a string", join({ name: {} }), /^name/],
    ["a name of 33 characters", join({ name: "x".repeat(33) }), /^name/],
    ["a name with a control character", join({ name: "\u001b[2J" }), /^name: no control/],
    ["a message before joining a room", { op: "say", text: "Hello" }, /join a room first/],
    ["an empty text", { op: "say", text: "" }, /^text/],
    ["a text of 1001 characters", { op: "say", text: "x".repeat(1001) }, /^text/],
    ["a text with a control character", { op: "say", text: "a\u0007" }, /^text: no control/],
  ])("answers %s with an error and goes on", async (_what, request, message) => {
    const { send, next } = await open("/chat");
    send(request);
    expect(await next()).toEqual({
      op: "error",
      message: expect.stringMatching(message) as unknown,
    });
    send(join({ name: "x".repeat(32) }));
    expect(await next()).toMatchObject({ op: "joined" });
    send({ op: "say", text: "x".repeat(1000) });
    expect(await next()).toMatchObject({ op: "message" });
  });

  describe("at its limits", () => {
    let serveChat: ReturnType<typeof createChat>;
    beforeEach(() => {
      serveChat = createChat();
    });

    function joined(room: string, name: string): StubSocket {
      const socket = new StubSocket();
      serveChat(socket.asWebSocket());
      socket.request({ op: "join", room, name });
      return socket;
    }

    test("refuses a name that is in use until its member has left", () => {
      const first = joined("lobby", "Ann");
      const second = joined("lobby", "Ann");
      expect(second.sent).toEqual([{ op: "error", message: "name: taken in this room" }]);
      first.emit("close");
      second.request({ op: "join", room: "lobby", name: "Ann" });
      expect(second.sent.at(-1)).toMatchObject({ op: "joined", members: 1 });
    });

    test("refuses the 51st member of a room", () => {
      for (let n = 1; n <= 50; n++) joined("lobby", `member ${n}`);
      expect(joined("lobby", "one more").sent).toEqual([{ op: "error", message: "room: full" }]);
    });

    test("refuses the 101st room until another becomes empty", () => {
      const first = joined("room 1", "Ann");
      for (let n = 2; n <= 100; n++) joined(`room ${n}`, "Ann");
      const late = joined("room 101", "Ann");
      expect(late.sent).toEqual([{ op: "error", message: "room: none free" }]);
      first.emit("close");
      late.request({ op: "join", room: "room 101", name: "Ann" });
      expect(late.sent.at(-1)).toMatchObject({ op: "joined" });
    });

    test("terminates a member that does not read, and notifies the others", () => {
      const ann = joined("lobby", "Ann");
      const bob = joined("lobby", "Bob");
      bob.bufferedAmount = 1024 * 1024 + 1;
      ann.request({ op: "say", text: "Hello?" });
      expect(bob.terminated).toBe(true);
      expect(ann.sent.map(({ op }) => op)).toEqual(
        expect.arrayContaining(["joined", "message", "left"]),
      );
    });

    test("stops reading requests of a client that does not read the replies", () => {
      const ann = joined("lobby", "Ann");
      ann.bufferedAmount = 1024 * 1024 + 1;
      ann.request({ op: "nothing" });
      expect(ann.isPaused).toBe(true);
    });
  });
});

describe("/status", () => {
  test("reports the server's backlog for a client that does not read", async () => {
    const slow = await open("/prices?id=slow");
    slow.send({ op: "subscribe", symbols: ["BTC-USD"], rate: 10_000, padding: 16_384 });
    slow.ws.pause();
    const { send, next } = await open("/status");
    send({ op: "watch", id: "slow" });
    expect(await next()).toEqual({ op: "watching", id: "slow" });
    // Wait until the backlog is stable.
    let before: Body = {};
    let report = await next();
    while (report.skipped === 0 || report.produced !== before.produced) {
      expect(report).toMatchObject({ id: "slow", connected: true });
      before = report;
      report = await next();
    }
    const { bufferedAmount, unsent, produced } = report as Record<string, number>;
    expect(bufferedAmount).toBeGreaterThan(1024 * 1024);
    expect(bufferedAmount).toBeLessThan(1024 * 1024 + 2 * 16_500);
    expect(unsent).toBeGreaterThanOrEqual(64);
    expect(produced).toBeGreaterThan(Number(unsent));
    slow.send({ op: "unsubscribe" });
    slow.ws.resume();
    while (report.unsent !== 0) report = await next();
    expect(report.bufferedAmount).toBe(0);
  });

  test("reports that a connection does not exist, before it opens and after it has closed", async () => {
    const { send, next } = await open("/status");
    send({ op: "watch", id: "late" });
    expect(await next()).toEqual({ op: "watching", id: "late" });
    expect(await next()).toEqual({ id: "late", connected: false });
    const { ws } = await open("/prices?id=late");
    let report = await next();
    while (!report.connected) report = await next();
    expect(report).toEqual({
      id: "late",
      connected: true,
      bufferedAmount: 0,
      unsent: 0,
      produced: 0,
      skipped: 0,
    });
    ws.close();
    while (report.connected) report = await next();
    expect(report).toEqual({ id: "late", connected: false });
  });

  test("reports the newer of two connections with the same id, even if the older ends first", () => {
    const { track, serveStatus } = createStatus();
    const [older, newer, watcher] = [new StubSocket(), new StubSocket(), new StubSocket()];
    const backlog = { bufferedAmount: 0, unsent: 0, skipped: 0 };
    track("id", older.asWebSocket(), () => ({ ...backlog, produced: 1 }));
    track("id", newer.asWebSocket(), () => ({ ...backlog, produced: 2 }));
    older.emit("close");
    serveStatus(watcher.asWebSocket());
    watcher.request({ op: "watch", id: "id" });
    watcher.emit("close");
    expect(watcher.sent.at(-1)).toMatchObject({ connected: true, produced: 2 });
  });

  test("does not report a connection without an id", async () => {
    await open("/prices");
    const { send, next } = await open("/status");
    send({ op: "watch", id: "null" });
    expect(await next()).toEqual({ op: "watching", id: "null" });
    expect(await next()).toEqual({ id: "null", connected: false });
  });

  test.each<[string, unknown, RegExp]>([
    ["no id", { op: "watch" }, /^id/],
    ["an empty id", { op: "watch", id: "" }, /^id/],
    ["an id that is not a string", { op: "watch", id: 1 }, /^id/],
    ["an id of 65 characters", { op: "watch", id: "x".repeat(65) }, /^id/],
    ["an unknown op", { op: "list" }, /unknown op; known: watch/],
  ])("answers %s with an error and goes on", async (_what, request, message) => {
    const { send, next } = await open("/status");
    send(request);
    expect(await next()).toEqual({
      op: "error",
      message: expect.stringMatching(message) as unknown,
    });
    send({ op: "watch", id: "x".repeat(64) });
    expect(await next()).toMatchObject({ op: "watching" });
  });

  describe("with a fake clock", () => {
    beforeEach(() => void vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] }));
    afterEach(() => void vi.useRealTimers());

    function watching(): StubSocket {
      const socket = new StubSocket();
      createStatus().serveStatus(socket.asWebSocket());
      socket.request({ op: "watch", id: "first" });
      return socket;
    }

    test("reports the connection requested last, immediately and then four times per second", () => {
      const socket = watching();
      socket.request({ op: "watch", id: "second" });
      vi.advanceTimersByTime(1000);
      expect(socket.sent.map(({ op, id }) => [op, id])).toEqual([
        ["watching", "first"],
        [undefined, "first"],
        ["watching", "second"],
        ...Array.from({ length: 5 }, () => [undefined, "second"]),
      ]);
    });

    test("skips reports while the watcher is behind, and stops when it disconnects", () => {
      const socket = watching();
      socket.bufferedAmount = 1024 * 1024 + 1;
      vi.advanceTimersByTime(1000);
      expect(socket.sent).toHaveLength(2);
      socket.emit("close");
      expect(vi.getTimerCount()).toBe(0);
    });
  });
});

describe("the page's files", () => {
  /** Sends a request with exactly this path, which `fetch` would normalize. */
  async function ask(path: string, method = "GET") {
    const request = httpRequest({ port: server.port, host: "127.0.0.1", path, method }).end();
    const [response] = (await once(request, "response")) as [IncomingMessage];
    return {
      status: response.statusCode,
      headers: response.headers,
      body: await readText(response),
    };
  }

  test.each([
    ["/", "text/html; charset=utf-8", "examples/page/index.html"],
    ["/?x=/nothing", "text/html; charset=utf-8", "examples/page/index.html"],
    ["/page.css", "text/css; charset=utf-8", "examples/page/page.css"],
    ["/page.js", "text/javascript; charset=utf-8", "examples/page/page.js"],
    ["/icon.svg", "image/svg+xml", "examples/page/icon.svg"],
    ["/wschan.umd.js", "text/javascript; charset=utf-8", "dist/wschan.umd.js"],
  ])("are served: %s as %s", async (path, type, file) => {
    const { status, headers, body } = await ask(path);
    expect([status, headers["content-type"]]).toEqual([200, type]);
    expect(body).toBe(readFileSync(join(ROOT, file), "utf8"));
    expect(headers["content-security-policy"]).toMatch(/^default-src 'none'; script-src 'self';/);
    expect(headers["x-content-type-options"]).toBe("nosniff");
  });

  test("include every file of the folder", async () => {
    const names = readdirSync(join(ROOT, "examples/page")).filter(
      (name) => !name.endsWith(".d.ts"),
    );
    for (const name of names) {
      const { status } = await ask(name === "index.html" ? "/" : `/${name}`);
      expect([name, status]).toEqual([name, 200]);
    }
  });

  test.each([
    "/index.html",
    "/page",
    "/page.js/",
    "/page.JS",
    "/./page.js",
    "//page.js",
    "/globals.d.ts",
    "/../demo.mjs",
    "/../../package.json",
    "/%2e%2e/demo.mjs",
    "/..%2fdemo.mjs",
    "/..\\demo.mjs",
    "/page.js%00",
    "/dist/node.cjs",
    "/wschan.umd.min.js",
    "/wschan.umd.js.map",
    "/server/index.mjs",
    "/etc/passwd",
    "//",
    "/__proto__",
    "/constructor",
    "/nothing?/page.js",
    "http://127.0.0.1/page.js",
  ])("do not include %s, which is answered with 404", async (path) => {
    const { status, headers, body } = await ask(path);
    expect([status, headers["content-type"], body]).toEqual([404, "text/plain", "Not Found\n"]);
  });

  test("are served to HEAD without a body, and not to methods that write", async () => {
    const { status, headers, body } = await ask("/page.js", "HEAD");
    expect([status, body]).toEqual([200, ""]);
    expect(Number(headers["content-length"])).toBeGreaterThan(0);
    for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) {
      const refused = await ask("/page.js", method);
      expect([refused.status, refused.headers.allow]).toEqual([405, "GET, HEAD"]);
    }
  });
});

describe("/echo", () => {
  test("sends text and binary messages back unchanged", async () => {
    const { ws } = await open("/echo");
    const messages = on(ws, "message");
    const sent = ["Hello", "", Buffer.from([0, 255, 1]), Buffer.alloc(0), "x".repeat(1024 * 1024)];
    for (const data of sent) ws.send(data);
    for (const data of sent) {
      const { value } = (await messages.next()) as { value: [Buffer, boolean] };
      expect(value[1]).toBe(typeof data !== "string");
      expect(value[0].equals(Buffer.from(data))).toBe(true);
    }
  });

  test("loses no message of a client that reads late", async () => {
    const { ws } = await open("/echo");
    const messages = on(ws, "message");
    ws.pause();
    for (let n = 0; n < 512; n++) {
      const data = Buffer.alloc(64 * 1024);
      data.writeUInt32BE(n);
      ws.send(data, { compress: false });
    }
    setTimeout(() => ws.resume(), ms(100));
    for (let n = 0; n < 512; n++) {
      const { value } = (await messages.next()) as { value: [Buffer, boolean] };
      expect(value[0].readUInt32BE()).toBe(n);
    }
  });

  test("stops reading from a client that is behind until it has caught up", () => {
    const socket = new StubSocket();
    serveEcho(socket.asWebSocket());
    socket.bufferedAmount = 1024 * 1024 + 1;
    socket.request({ n: 1 });
    socket.request({ n: 2 });
    expect(socket.isPaused).toBe(true);
    socket.flushed();
    expect(socket.isPaused).toBe(true);
    socket.bufferedAmount = 1024 * 1024;
    socket.flushed();
    expect(socket.isPaused).toBe(false);
    expect(socket.sent).toEqual([{ n: 1 }, { n: 2 }]);
  });

  test("answers a message over 1 MiB with 1009", async () => {
    const { ws } = await open("/echo");
    ws.send("x".repeat(1024 * 1024 + 1));
    expect((await once(ws, "close"))[0]).toBe(1009);
  });
});

describe("the server", () => {
  test("listens on a free port of 127.0.0.1", () => {
    expect(server.port).toBeGreaterThan(0);
    expect(server.url).toBe(`ws://127.0.0.1:${server.port}`);
    expect(server.page).toBe(`http://127.0.0.1:${server.port}/`);
  });

  test("fails to start if its port is in use", async () => {
    await expect(startDemoServer({ port: server.port })).rejects.toMatchObject({
      code: "EADDRINUSE",
    });
  });

  test("ignores the query when it selects an endpoint", async () => {
    const { ws } = await open("/echo?token=1");
    expect(ws.readyState).toBe(WebSocket.OPEN);
  });

  test.each(["/", "/price", "/prices/", "/echo/..%2f", "/__proto__"])(
    "answers an upgrade of %s with 404",
    async (path) => {
      const ws = new WebSocket(server.url + path);
      const [request, response] = (await once(ws, "unexpected-response")) as [
        ReturnType<typeof httpRequest>,
        IncomingMessage,
      ];
      expect(response.statusCode).toBe(404);
      expect(await readText(response)).toBe("Not Found\n");
      request.destroy();
    },
  );

  test.each([
    ["/nothing", 404, "Not Found\n"],
    ["/prices", 426, "Upgrade Required\n"],
    ["/prices?id=1", 426, "Upgrade Required\n"],
    ["/chat", 426, "Upgrade Required\n"],
    ["/echo", 426, "Upgrade Required\n"],
    ["/status", 426, "Upgrade Required\n"],
  ])("answers a plain request for %s with %i", async (path, status, body) => {
    const [response] = (await once(get(`http://127.0.0.1:${server.port}${path}`), "response")) as [
      IncomingMessage,
    ];
    expect(response.statusCode).toBe(status);
    expect(await readText(response)).toBe(body);
  });

  test("answers an upgrade of //, which is not a URL, with 404", async () => {
    const socket = tcpConnect(server.port, "127.0.0.1");
    socket.write(
      "GET // HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    );
    expect(await readText(socket)).toMatch(/^HTTP\/1\.1 404 /);
  });

  test("survives a client that violates the protocol, and one that resets the connection", async () => {
    const violating = await openRaw("/echo");
    violating.write(Buffer.from([0xff, 0xff, 0xff, 0xff]));
    // A close frame with 1002, protocol error.
    const [answer] = (await once(violating, "data")) as [Buffer];
    expect([answer[0], answer.readUInt16BE(2)]).toEqual([0x88, 1002]);
    const reset = await openRaw("/prices");
    reset.resetAndDestroy();
    await once(reset, "close");
    const { send, next } = await open("/chat");
    send({ op: "join", room: "lobby", name: "Ann" });
    expect(await next()).toMatchObject({ op: "joined" });
  });

  test("closes connections with 1001 at shutdown and frees the port", async () => {
    const peers = await Promise.all(["/prices", "/chat", "/echo", "/status"].map(open));
    peers[0]?.send({ op: "subscribe", symbols: ["BTC-USD"], rate: 10_000 });
    const codes = peers.map(async ({ ws }) => (await once(ws, "close"))[0] as number);
    await server.close();
    expect(await Promise.all(codes)).toEqual([1001, 1001, 1001, 1001]);
    const successor = createServer().listen(server.port, "127.0.0.1");
    await once(successor, "listening");
    successor.close();
  });

  test("terminates connections that do not answer at shutdown, in any state", async () => {
    const silent = await openRaw("/echo");
    const withoutRequest = tcpConnect(server.port, "127.0.0.1");
    onTestFinished(() => void withoutRequest.destroy());
    await once(withoutRequest, "connect");
    const { ws: paused } = await open("/prices");
    paused.pause();
    const ended = once(silent, "close");
    const began = performance.now();
    await server.close();
    expect(performance.now() - began).toBeLessThan(ms(3000));
    silent.resume();
    await ended;
  });

  test("shuts down only once if close is called several times", async () => {
    expect(server.close()).toBe(server.close());
    await server.close();
  });
});
