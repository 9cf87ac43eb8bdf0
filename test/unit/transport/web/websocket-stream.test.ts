import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { streamSocket, StreamSocket } from "../../../../src/transport/web/websocket-stream.js";
import { advance, turns, useClock } from "../../../helpers/unit-clock.js";

useClock();

interface Opened {
  readonly protocol: string;
  readonly extensions: string;
  readonly readable: ReadableStream<string | ArrayBuffer>;
  readonly writable: WritableStream<string | Uint8Array>;
}

/** A `WebSocketStream` in memory. */
class FakeStream {
  static last: FakeStream;
  readonly opened: Promise<Opened>;
  readonly closed: Promise<{ closeCode: number; reason: string }>;
  /** The argument of `close`. */
  readonly closes: unknown[] = [];
  /** The written chunks, and functions that complete or fail the pending write. */
  readonly written: (string | Uint8Array)[] = [];
  writeDone: (() => void) | undefined;
  writeFailed: ((error: Error) => void) | undefined;
  aborted = 0;
  #arrived!: ReadableStreamDefaultController<string | ArrayBuffer>;
  #settleOpened!: (opened: Opened) => void;
  #failOpened!: (error: Error) => void;
  #settleClosed!: (info: { closeCode: number; reason: string }) => void;
  #failClosed!: (error: Error) => void;

  constructor(
    readonly url: string,
    readonly options: object,
  ) {
    FakeStream.last = this;
    this.opened = new Promise((resolve, reject) => {
      this.#settleOpened = resolve;
      this.#failOpened = reject;
    });
    this.closed = new Promise((resolve, reject) => {
      this.#settleClosed = resolve;
      this.#failClosed = reject;
    });
  }

  async open(protocol = "", extensions = ""): Promise<void> {
    const readable = new ReadableStream<string | ArrayBuffer>({
      start: (controller) => {
        this.#arrived = controller;
      },
    });
    const writable = new WritableStream<string | Uint8Array>({
      write: (chunk) => {
        this.written.push(chunk);
        return new Promise((resolve, reject) => {
          this.writeDone = resolve;
          this.writeFailed = reject;
        });
      },
      abort: () => {
        this.aborted++;
      },
    });
    this.#settleOpened({ protocol, extensions, readable, writable });
    await turns();
  }

  async arrive(...messages: (string | ArrayBuffer)[]): Promise<void> {
    for (const message of messages) this.#arrived.enqueue(message);
    await turns();
  }

  /** Receives the peer's close frame. */
  async end(closeCode: number, reason: string): Promise<void> {
    this.#arrived.close();
    this.#settleClosed({ closeCode, reason });
    await turns();
  }

  /** Fails the connection before or after it opens. */
  async fail(message: string): Promise<void> {
    const error = new Error(message);
    this.#failOpened(error);
    this.#failClosed(error);
    if (this.#arrived) this.#arrived.error(error);
    await turns();
  }

  close(info: unknown): void {
    this.closes.push(info);
  }
}

beforeEach(() => void vi.stubGlobal("WebSocketStream", FakeStream));
afterEach(() => void vi.unstubAllGlobals());

/** Creates a socket and its stream, and records the events. */
function dial(): { socket: StreamSocket; stream: FakeStream; events: unknown[] } {
  const socket = new StreamSocket("wss://host.test/", ["a", "b"]);
  const events: unknown[] = [];
  socket.onopen = () => events.push(`open ${socket.readyState}`);
  socket.onmessage = ({ data }) => events.push(data);
  socket.onclose = (event) => events.push(event);
  socket.ondrain = () => events.push(`drain to ${socket.bufferedAmount}`);
  return { socket, stream: FakeStream.last, events };
}

async function open(): Promise<ReturnType<typeof dial>> {
  const all = dial();
  await all.stream.open();
  all.events.length = 0;
  return all;
}

describe("WebSocketStream", () => {
  test("is used if the platform has it", () => {
    expect(streamSocket()).toBe(StreamSocket);
    vi.unstubAllGlobals();
    expect(streamSocket()).toBeUndefined();
  });
});

describe("a stream that opens", () => {
  test("receives the URL and the subprotocols", () => {
    const { stream, socket } = dial();
    expect(stream).toMatchObject({ url: "wss://host.test/", options: { protocols: ["a", "b"] } });
    expect(socket).toMatchObject({ readyState: 0, protocol: "", extensions: "" });
  });

  test("reports the negotiated protocol and extensions, and later messages", async () => {
    const { stream, socket, events } = dial();
    await stream.open("b", "permessage-deflate");
    expect(socket).toMatchObject({ protocol: "b", extensions: "permessage-deflate" });
    const bytes = new ArrayBuffer(3);
    await stream.arrive("one", bytes, "");
    expect(events).toEqual(["open 1", "one", bytes, ""]);
  });

  test("needs no event handlers", async () => {
    const socket = new StreamSocket("wss://host.test/", []);
    const stream = FakeStream.last;
    await stream.open();
    await stream.arrive("ignored");
    socket.send("x", 1);
    stream.writeDone?.();
    const events: unknown[] = [];
    socket.onmessage = ({ data }) => events.push(data);
    await stream.arrive("delivered");
    await stream.end(1000, "");
    expect(socket).toMatchObject({ readyState: 2, bufferedAmount: 0 });
    expect(events).toEqual(["delivered"]);
  });
});

describe("a stream that is paused", () => {
  test("is not read until it is resumed, except for the pending read", async () => {
    const { stream, socket, events } = await open();
    socket.setPaused(true);
    await stream.arrive("one", "two", "three");
    expect(events).toEqual(["one"]);
    socket.setPaused(false);
    await turns();
    expect(events).toEqual(["one", "two", "three"]);
    await stream.end(1000, "");
  });

  test("twice is resumed by one call", async () => {
    const { stream, socket, events } = await open();
    socket.setPaused(true);
    await stream.arrive("one", "two");
    socket.setPaused(true);
    socket.setPaused(false);
    await turns();
    expect(events).toEqual(["one", "two"]);
    await stream.end(1000, "");
  });
});

describe("a sent message", () => {
  test("counts one byte more than its size until it is written, and then fires drain", async () => {
    const { stream, socket, events } = await open();
    socket.send("four", 4);
    socket.send("", 0);
    expect(socket.bufferedAmount).toBe(6);
    await turns();
    stream.writeDone?.();
    await turns();
    expect(events).toEqual(["drain to 1"]);
    stream.writeDone?.();
    await turns();
    expect(events).toEqual(["drain to 1", "drain to 0"]);
    expect(stream.written).toEqual(["four", ""]);
  });

  test("that cannot be written stays buffered until the connection ends", async () => {
    const { stream, socket, events } = await open();
    socket.send("four", 4);
    await turns();
    stream.writeFailed?.(new Error("destroy"));
    await turns();
    expect(events).toEqual([]);
    expect(socket.bufferedAmount).toBe(5);
  });

  test("is not written before the socket is open", () => {
    const { socket } = dial();
    socket.send("four", 4);
    expect(socket.bufferedAmount).toBe(5);
  });
});

describe("a stream that is closed locally", () => {
  test("sends code and reason, and discards messages that were not written", async () => {
    const { stream, socket } = await open();
    socket.send("one", 3);
    socket.send("two", 3);
    await turns();
    socket.close(3001, "done");
    expect(socket.readyState).toBe(2);
    expect(stream.closes).toEqual([{ closeCode: 3001, reason: "done" }]);
    stream.writeDone?.();
    await turns();
    expect(stream.aborted).toBe(1);
    expect(stream.written).toEqual(["one"]);
  });

  test("before it is open reports its close", async () => {
    const { stream, socket, events } = dial();
    socket.close();
    expect(stream.closes).toEqual([{ closeCode: undefined, reason: undefined }]);
    await stream.fail("closed before it was open");
    expect(events).toEqual([{ code: 1006, message: "closed before it was open" }]);
  });

  test("while it is paused is read to the end, and reports the peer's close", async () => {
    const { stream, socket, events } = await open();
    socket.setPaused(true);
    await stream.arrive("one", "two", "three");
    socket.close(1000, "");
    await stream.end(1000, "bye");
    expect(events).toEqual(["one", "two", "three", { code: 1000, reason: "bye" }]);
  });
});

describe("a stream that ends", () => {
  test("by the peer's close frame reports it after the received messages", async () => {
    const { stream, socket, events } = await open();
    await stream.arrive("last");
    await stream.end(1001, "bye");
    expect(events).toEqual(["last", { code: 1001, reason: "bye" }]);
    expect(socket.readyState).toBe(2);
  });

  test("after a resume without a pause has lost nothing", async () => {
    const { stream, socket, events } = await open();
    socket.setPaused(false);
    await stream.arrive("one");
    await stream.end(1000, "bye");
    expect(events).toEqual(["one", { code: 1000, reason: "bye" }]);
  });

  test("without a close frame reports 1006 and the platform's message", async () => {
    const { stream, socket, events } = await open();
    await stream.fail("destroy");
    expect(events).toEqual([{ code: 1006, message: "destroy" }]);
    expect(socket.readyState).toBe(2);
  });

  test("before it is open reports a failure", async () => {
    const { stream, events } = dial();
    await stream.fail("refused");
    expect(events).toEqual([{ code: 1006, message: "refused" }]);
  });

  test("while it is paused reports 1006, because messages may be lost", async () => {
    const { stream, socket, events } = await open();
    socket.setPaused(true);
    await stream.arrive("one");
    await stream.end(1000, "bye");
    expect(events).toEqual(["one", { code: 1006, reason: "bye" }]);
  });

  test.each([
    [99, 1006],
    [100, 1000],
  ])("%i ms after it has delivered its last message ends with %i", async (time, code) => {
    const { stream, socket, events } = await open();
    socket.setPaused(true);
    await stream.arrive("one");
    socket.setPaused(false);
    await turns();
    await advance(time);
    await stream.end(1000, "bye");
    expect(events).toEqual(["one", { code, reason: "bye" }]);
  });

  test("while messages keep arriving after a resume reports 1006", async () => {
    const { stream, socket, events } = await open();
    socket.setPaused(true);
    await stream.arrive("one");
    socket.setPaused(false);
    for (let i = 0; i < 3; i++) {
      await advance(60);
      await stream.arrive("more");
    }
    await stream.end(1000, "bye");
    expect(events.at(-1)).toEqual({ code: 1006, reason: "bye" });
  });
});
