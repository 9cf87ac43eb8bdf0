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
  /** What `close` was called with. */
  readonly closes: unknown[] = [];
  /** What has been written, and what lets the write under way be done, or fail. */
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

  /** The peer's close frame comes. */
  async end(closeCode: number, reason: string): Promise<void> {
    this.#arrived.close();
    this.#settleClosed({ closeCode, reason });
    await turns();
  }

  /** The connection is cut, or never came to be. */
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

/** A socket, its stream, and what it has told so far. */
function dial(): { socket: StreamSocket; stream: FakeStream; told: unknown[] } {
  const socket = new StreamSocket("wss://host.test/", ["a", "b"]);
  const told: unknown[] = [];
  socket.onopen = () => told.push(`open ${socket.readyState}`);
  socket.onmessage = ({ data }) => told.push(data);
  socket.onclose = (event) => told.push(event);
  socket.ondrain = () => told.push(`drain to ${socket.bufferedAmount}`);
  return { socket, stream: FakeStream.last, told };
}

async function open(): Promise<ReturnType<typeof dial>> {
  const all = dial();
  await all.stream.open();
  all.told.length = 0;
  return all;
}

describe("WebSocketStream is used", () => {
  test("where the platform has it", () => {
    expect(streamSocket()).toBe(StreamSocket);
    vi.unstubAllGlobals();
    expect(streamSocket()).toBeUndefined();
  });
});

describe("a stream that opens", () => {
  test("is asked for the URL and the subprotocols", () => {
    const { stream, socket } = dial();
    expect(stream).toMatchObject({ url: "wss://host.test/", options: { protocols: ["a", "b"] } });
    expect(socket).toMatchObject({ readyState: 0, protocol: "", extensions: "" });
  });

  test("tells what was agreed on, and what arrives from then on", async () => {
    const { stream, socket, told } = dial();
    await stream.open("b", "permessage-deflate");
    expect(socket).toMatchObject({ protocol: "b", extensions: "permessage-deflate" });
    const bytes = new ArrayBuffer(3);
    await stream.arrive("one", bytes, "");
    expect(told).toEqual(["open 1", "one", bytes, ""]);
  });

  test("needs nobody to listen", async () => {
    const socket = new StreamSocket("wss://host.test/", []);
    const stream = FakeStream.last;
    await stream.open();
    await stream.arrive("unheard");
    socket.send("x", 1);
    stream.writeDone?.();
    const told: unknown[] = [];
    socket.onmessage = ({ data }) => told.push(data);
    await stream.arrive("heard");
    await stream.end(1000, "");
    expect(socket).toMatchObject({ readyState: 2, bufferedAmount: 0 });
    expect(told).toEqual(["heard"]);
  });
});

describe("a stream that is paused", () => {
  test("is not read until it is resumed, but for the read under way", async () => {
    const { stream, socket, told } = await open();
    socket.setPaused(true);
    await stream.arrive("one", "two", "three");
    expect(told).toEqual(["one"]);
    socket.setPaused(false);
    await turns();
    expect(told).toEqual(["one", "two", "three"]);
    await stream.end(1000, "");
  });

  test("twice is resumed at once", async () => {
    const { stream, socket, told } = await open();
    socket.setPaused(true);
    await stream.arrive("one", "two");
    socket.setPaused(true);
    socket.setPaused(false);
    await turns();
    expect(told).toEqual(["one", "two"]);
    await stream.end(1000, "");
  });
});

describe("what is sent", () => {
  test("counts a byte more than its size until it is written, and then tells", async () => {
    const { stream, socket, told } = await open();
    socket.send("four", 4);
    socket.send("", 0);
    expect(socket.bufferedAmount).toBe(6);
    await turns();
    stream.writeDone?.();
    await turns();
    expect(told).toEqual(["drain to 1"]);
    stream.writeDone?.();
    await turns();
    expect(told).toEqual(["drain to 1", "drain to 0"]);
    expect(stream.written).toEqual(["four", ""]);
  });

  test("and cannot be written waits for good, and the end tells", async () => {
    const { stream, socket, told } = await open();
    socket.send("four", 4);
    await turns();
    stream.writeFailed?.(new Error("destroy"));
    await turns();
    expect(told).toEqual([]);
    expect(socket.bufferedAmount).toBe(5);
  });

  test("before it is open goes nowhere", () => {
    const { socket } = dial();
    socket.send("four", 4);
    expect(socket.bufferedAmount).toBe(5);
  });
});

describe("a stream that is closed here", () => {
  test("says so with code and reason, and drops what could not be written", async () => {
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

  test("before it is open is closed all the same", async () => {
    const { stream, socket, told } = dial();
    socket.close();
    expect(stream.closes).toEqual([{ closeCode: undefined, reason: undefined }]);
    await stream.fail("closed before it was open");
    expect(told).toEqual([{ code: 1006, message: "closed before it was open" }]);
  });

  test("while it is paused is read to the end, which is as the peer tells it", async () => {
    const { stream, socket, told } = await open();
    socket.setPaused(true);
    await stream.arrive("one", "two", "three");
    socket.close(1000, "");
    await stream.end(1000, "bye");
    expect(told).toEqual(["one", "two", "three", { code: 1000, reason: "bye" }]);
  });
});

describe("a stream that ends", () => {
  test("by the peer's close frame tells it behind what had arrived", async () => {
    const { stream, socket, told } = await open();
    await stream.arrive("last");
    await stream.end(1001, "bye");
    expect(told).toEqual(["last", { code: 1001, reason: "bye" }]);
    expect(socket.readyState).toBe(2);
  });

  test("though it was resumed, but never paused, has lost nothing", async () => {
    const { stream, socket, told } = await open();
    socket.setPaused(false);
    await stream.arrive("one");
    await stream.end(1000, "bye");
    expect(told).toEqual(["one", { code: 1000, reason: "bye" }]);
  });

  test("without one is lost, with the reason that the platform gives", async () => {
    const { stream, socket, told } = await open();
    await stream.fail("destroy");
    expect(told).toEqual([{ code: 1006, message: "destroy" }]);
    expect(socket.readyState).toBe(2);
  });

  test("before it is open has failed", async () => {
    const { stream, told } = dial();
    await stream.fail("refused");
    expect(told).toEqual([{ code: 1006, message: "refused" }]);
  });

  test("while it is paused may have lost messages, and is lost itself", async () => {
    const { stream, socket, told } = await open();
    socket.setPaused(true);
    await stream.arrive("one");
    await stream.end(1000, "bye");
    expect(told).toEqual(["one", { code: 1006, reason: "bye" }]);
  });

  test.each([
    [99, 1006],
    [100, 1000],
  ])("%i ms after it had nothing more to read ends with %i", async (time, code) => {
    const { stream, socket, told } = await open();
    socket.setPaused(true);
    await stream.arrive("one");
    socket.setPaused(false);
    await turns();
    await advance(time);
    await stream.end(1000, "bye");
    expect(told).toEqual(["one", { code, reason: "bye" }]);
  });

  test("between reads that never waited has not caught up", async () => {
    const { stream, socket, told } = await open();
    socket.setPaused(true);
    await stream.arrive("one");
    socket.setPaused(false);
    for (let i = 0; i < 3; i++) {
      await advance(60);
      await stream.arrive("more");
    }
    await stream.end(1000, "bye");
    expect(told.at(-1)).toEqual({ code: 1006, reason: "bye" });
  });
});
