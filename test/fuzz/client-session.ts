import assert from "node:assert/strict";
import fc from "fast-check";
import { vi } from "vitest";
import type { CloseInfo } from "../../src/protocol/close.js";
import { WsError } from "../../src/errors/ws-error.js";
import { memoryOf } from "../../src/protocol/message.js";
import type { Message } from "../../src/protocol/message.js";
import type { ConnectOptions } from "../../src/options/connect-options.js";
import { turns } from "../helpers/unit-clock.js";
import { microtasks } from "../helpers/unit-failure.js";
import { CountingController } from "../helpers/unit-signal.js";
import { FakeTransport, openClient } from "../helpers/unit-transport.js";

/** What happens on a connection: what the user asks for, and what the transport tells. */
export type Event =
  | { readonly do: "send"; readonly size: number; readonly isText: boolean }
  | {
      readonly do: "receive" | "ping";
      readonly timeout: number | undefined;
      readonly isAborted: boolean;
    }
  | { readonly do: "next" | "tryReceive" | "flush" | "abort" | "terminate" }
  | { readonly do: "close"; readonly code: number }
  | { readonly do: "message"; readonly size: number; readonly isText: boolean }
  | { readonly do: "drain" | "progress" | "pong" | "refuse" | "fault" | "closing" }
  | { readonly do: "end"; readonly code: number }
  | { readonly do: "advance"; readonly time: number }
  | { readonly do: "turn" };

/** Limits that a few events can reach. */
const READ_LIMIT = 40_000;
const BUFFER_LIMIT = 65_536;

/** How a connection is set up. */
export interface Setup {
  readonly options: ConnectOptions;
  /** Sent bytes wait until they are drained. */
  readonly holds: boolean;
}

const timeouts = fc.option(fc.integer({ min: 20, max: 200 }), { nil: undefined });

export const setups: fc.Arbitrary<Setup> = fc.record({
  options: fc.record({
    channelCapacity: fc.integer({ min: 1, max: 4 }),
    readLimit: fc.constant(READ_LIMIT),
    bufferLimit: fc.constant(BUFFER_LIMIT),
    sendHighWaterMark: fc.constantFrom(1, 1_000, 262_144),
    readTimeout: timeouts,
    writeTimeout: timeouts,
    closeTimeout: fc.integer({ min: 20, max: 200 }),
    keepAlive: fc.option(
      fc.record({
        interval: fc.integer({ min: 20, max: 100 }),
        timeout: fc.integer({ min: 20, max: 100 }),
      }),
      { nil: undefined },
    ),
    backpressure: fc.constantFrom("auto" as const, "buffer" as const),
  }),
  holds: fc.boolean(),
});

const size = fc.oneof(fc.nat(100), fc.constantFrom(0, 20_000, READ_LIMIT, READ_LIMIT + 1));
const timeout = fc.option(fc.nat(100), { nil: undefined });
const plain = <T extends string>(...names: T[]): fc.Arbitrary<{ do: T }> =>
  fc.record({ do: fc.constantFrom(...names) });

export const events: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constantFrom("send" as const, "message" as const, "message" as const),
      size,
      isText: fc.boolean(),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom("receive" as const, "receive" as const, "ping" as const),
      timeout,
      isAborted: fc.boolean(),
    }),
  },
  { weight: 4, arbitrary: plain("next", "tryReceive", "flush", "pong", "drain", "progress") },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("advance" as const), time: fc.nat(60) }) },
  { weight: 3, arbitrary: plain("turn") },
  { weight: 1, arbitrary: plain("abort", "refuse", "fault", "closing", "terminate") },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("close" as const),
      code: fc.constantFrom(1000, 1001, 4000, 1005, 999),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("end" as const),
      code: fc.constantFrom(1000, 1005, 1006, 1011, 4000),
    }),
  },
);

/** The codes that the user's calls may reject with, but for a loop, which throws what ended it. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  send: ["CLOSED"],
  flush: ["CLOSED"],
  ping: ["PING_TIMEOUT", "ABORTED", "CLOSED"],
  receive: ["RECEIVE_TIMEOUT", "ABORTED"],
  close: ["INVALID_CLOSE"],
};

/** The calls that nobody has to wait for: `closed` tells as well. */
const UNREPORTED = ["send", "flush", "ping"];

/** How many milliseconds pass between two turns of the event loop. */
const STEP = 5;

/** The round trip of every ping, in milliseconds. */
const PONG = 7;

const STATES = ["open", "closing", "closed"];

/** A client over a transport in memory, and what must hold whatever happens to the two. */
export class Session {
  readonly #opened;
  readonly #transport = new FakeTransport();
  readonly #options: ConnectOptions;
  readonly #controller = new CountingController();
  /** What has come, was let in and not yet been handed on, in order. */
  readonly #unread: Message[] = [];
  /** The calls that have not settled. */
  readonly #pending = new Set<string>();
  #calls = 0;
  #messages = 0;
  readonly #total = { messagesReceived: 0, bytesReceived: 0, messagesSent: 0, bytesSent: 0 };
  #state = 0;
  /** The transport says no more, or receives no more. */
  #isOver = false;
  #isDeaf = false;
  #lastMessage = performance.now();
  #lastArrival = performance.now();
  /** When bytes last began to wait, or left. */
  #lastWrite = performance.now();
  #asked: number | undefined;
  /** How it ended, each time that it was told, and when. */
  readonly #ends: CloseInfo[] = [];
  #atEnd = { time: 0, unread: 0 };
  /** What was asked of the transport until then. */
  #callsAtEnd: string[] | undefined;
  /** What went wrong in a listener. */
  readonly #failures: unknown[] = [];
  readonly #kinds = new Set<string>();

  constructor({ options, holds }: Setup) {
    this.#transport.holds = holds;
    this.#options = options;
    this.#opened = openClient(options, this.#transport);
    void this.#opened.client.closed.then((info) => {
      this.#ends.push(info);
      this.#atEnd = { time: performance.now(), unread: this.#unread.length };
    });
  }

  async step(event: Event): Promise<void> {
    this.#do(event);
    if (event.do === "advance") {
      for (let left = event.time; left > 0; left -= STEP) {
        vi.advanceTimersByTime(Math.min(left, STEP));
        await turns(1);
      }
    }
    if (event.do === "turn") await turns(1);
    if (event.do === "advance" || event.do === "turn") await this.#checkAtRest();
    this.#checkState();
  }

  /** Closes what is still open; then nothing may be left of it. Returns what it has met. */
  async finish(): Promise<ReadonlySet<string>> {
    const { closeTimeout = 0 } = this.#options;
    await this.step({ do: "close", code: 1000 });
    await this.step({ do: "drain" });
    await this.step({ do: "turn" });
    // A deadline looks four times in its period, and once more.
    for (let i = 0; i < 4; i++) {
      await this.step({ do: "advance", time: Number(closeTimeout) / 2 });
    }
    while (this.#unread.length > 0) await this.step({ do: "tryReceive" });
    await this.step({ do: "turn" });
    assert.equal(this.#opened.client.state, "closed");
    assert.deepEqual([...this.#pending], []);
    assert.equal(this.#ends.length, 1);
    assert.equal(this.#controller.listeners, 0);
    assert.equal(vi.getTimerCount(), 0);
    assert.deepEqual(this.#opened.client.channel().tryReceive(), { ok: false, value: undefined });
    const calls = this.#transportCalls();
    assert.deepEqual(calls, this.#callsAtEnd);
    assert.equal(new Set(calls).size, calls.length);
    return this.#kinds;
  }

  #do(event: Event): void {
    const { client, handler } = this.#opened;
    const transport = this.#transport;
    switch (event.do) {
      case "send": {
        const sent = transport.sent.length;
        const wasIdle = transport.bufferedAmount === 0;
        const data = event.isText ? "x".repeat(event.size) : new Uint8Array(event.size);
        this.#watch("send", client.send(data));
        if (transport.sent.length === sent) return;
        if (wasIdle) this.#lastWrite = performance.now();
        this.#total.messagesSent++;
        this.#total.bytesSent += event.size;
        return;
      }
      case "receive":
        this.#watch("receive", client.receive(this.#wait(event)), (result) => this.#take(result));
        return;
      case "ping":
        this.#watch("ping", client.ping(this.#wait(event)), (time) => assert.equal(time, PONG));
        return;
      case "next":
        this.#watch("next", client[Symbol.asyncIterator]().next(), ({ done, value }) =>
          this.#take(done ? { ok: false, value } : { ok: true, value }),
        );
        return;
      case "tryReceive":
        this.#take(client.channel().tryReceive());
        return;
      case "flush":
        this.#watch("flush", client.flush());
        return;
      case "abort":
        this.#controller.abort();
        return;
      case "terminate":
        client.terminate();
        return;
      case "close": {
        const wasOpen = client.state === "open";
        this.#watch("close", client.close(event.code));
        if (wasOpen && client.state !== "open") this.#asked = event.code;
        return;
      }
      case "refuse":
        transport.refuses = true;
        return;
      case "advance":
      case "turn":
        return;
    }
    // What a transport tells, as long as it does.
    if (this.#isOver) return;
    switch (event.do) {
      case "message":
        this.#message(event.size, event.isText);
        return;
      case "drain":
        this.#lastWrite = performance.now();
        transport.drain();
        return;
      case "progress":
        handler.onProgress();
        return;
      case "pong":
        transport.bytesRead += 6;
        this.#lastArrival = performance.now();
        transport.pings.shift()?.(PONG);
        return;
      case "closing":
        transport.refuses = true;
        handler.onClosing();
        return;
      case "fault":
        this.#isDeaf = true;
        handler.onError(new WsError("PROTOCOL_ERROR", "receive: fault"), 1002);
        return;
      case "end":
        transport.end({ code: event.code, reason: "" });
    }
  }

  /** A message comes: it has to be let in, or to end the connection where a limit says so. */
  #message(size: number, isText: boolean): void {
    if (this.#isDeaf) return;
    const { client, handler } = this.#opened;
    const number = this.#messages++;
    // Its number, as far as it has room for it.
    const text = String(number).padEnd(size, ".").slice(0, size);
    const message: Message = isText
      ? { type: "text", data: text }
      : { type: "binary", data: new Uint8Array(new TextEncoder().encode(text)) };
    const before = client.stats;
    const isAlive = (): boolean => client.state !== "closed";
    const isReceived = isAlive() && this.#asked === undefined && size <= READ_LIMIT;
    const hadReceiver = this.#mayHaveReceiver();
    this.#transport.bytesRead += size + 2;
    this.#lastArrival = performance.now();
    handler.onMessage(message, size);
    const memory = before.bytesBuffered + memoryOf(message);
    const isTooMuch = before.bytesBuffered > 0 && memory > BUFFER_LIMIT;
    if (isReceived) {
      this.#total.messagesReceived++;
      this.#total.bytesReceived += size;
    }
    const isIn = isReceived && isAlive();
    assert.ok(isIn || !isReceived || isTooMuch, "refused");
    // With somebody waiting nothing is buffered, and none is too much.
    assert.ok(!isIn || !isTooMuch || hadReceiver, "let in");
    if (!isIn) return;
    this.#lastMessage = performance.now();
    this.#unread.push(message);
  }

  /** How it was told to end. */
  #transportCalls(): string[] {
    return this.#transport.calls.flatMap((call) => /^(close|terminate|cut)/.exec(call)?.[0] ?? []);
  }

  #mayHaveReceiver(): boolean {
    return [...this.#pending].some((call) => /receive|next/.test(call));
  }

  /** What is handed on has to be the next that came, the very same. */
  #take(result: { ok: boolean; value: Message | undefined } | undefined): void {
    if (result === undefined) return;
    if (result.ok) assert.equal(result.value, this.#unread.shift());
    else assert.notEqual(this.#opened.client.state, "open");
  }

  #wait({ timeout, isAborted }: { timeout: number | undefined; isAborted: boolean }): object {
    return {
      ...(timeout !== undefined && { timeout }),
      ...(isAborted && { signal: this.#controller.signal }),
    };
  }

  #watch<T>(name: string, promise: Promise<T>, onResult?: (result: T) => void): void {
    const call = `${name} ${this.#calls++}`;
    // Whoever does not wait for it must not hear of it, either.
    if (UNREPORTED.includes(name) && this.#calls % 3 === 0) return;
    this.#pending.add(call);
    const failed = (error: unknown): void => {
      this.#pending.delete(call);
      this.#checkError(name, error);
    };
    promise
      .then((result) => {
        this.#pending.delete(call);
        onResult?.(result);
      }, failed)
      // What fails in a listener fails the session.
      .catch((error: unknown) => this.#failures.push(error));
  }

  #checkError(name: string, error: unknown): void {
    assert.ok(WsError.is(error));
    assert.doesNotMatch(error.message + JSON.stringify(error), /secret|token=1/);
    this.#kinds.add(error.code);
    if (name === "next") assert.equal(error, this.#ends[0]?.error);
    else assert.ok(ALLOWED[name]?.includes(error.code), `${name}: ${error.code}`);
    if (error.code !== "CLOSED") return;
    // The transport may know first.
    assert.ok(this.#opened.client.state !== "open" || this.#transport.refuses);
    assert.equal(error.retryable, (error.cause as WsError | undefined)?.retryable ?? false);
  }

  #checkState(): void {
    const { client } = this.#opened;
    const state = STATES.indexOf(client.state);
    assert.ok(state >= this.#state, `${client.state} after ${STATES[this.#state] ?? ""}`);
    this.#isOver ||= state === 2;
    if (state === 2) this.#callsAtEnd ??= this.#transportCalls();
    this.#state = state;
  }

  /** That what it tells of its end agrees with itself and with what was asked for. */
  #checkEnd({ code, by, error, clean }: CloseInfo): void {
    const why = error?.code ?? "no error";
    this.#kinds.add(why);
    const { readTimeout, writeTimeout, keepAlive, channelCapacity = 0 } = this.#options;
    const { time, unread } = this.#atEnd;
    if (why === "KEEPALIVE_TIMEOUT") {
      // The ping may have been due because nothing was sent, while something arrived.
      assert.ok(time - this.#lastArrival >= Number(keepAlive && keepAlive.timeout));
    }
    if (why === "READ_TIMEOUT") {
      assert.ok(time - this.#lastMessage >= Number(readTimeout));
      assert.ok(unread < channelCapacity, "our consumer was slow");
    }
    if (why === "WRITE_TIMEOUT" && this.#asked === undefined) {
      assert.ok(time - this.#lastWrite >= Number(writeTimeout));
    }
    assert.equal(by === "none", why === "CONNECTION_LOST");
    assert.equal(by === "peer" && why !== "no error", why === "CLOSED_BY_PEER");
    if (this.#asked !== undefined) assert.equal(by, "local");
    if (by === "none") assert.equal(code, 1006);
    if (clean) assert.ok(code !== 1006);
  }

  /** What holds whenever all that could settle has. */
  async #checkAtRest(): Promise<void> {
    await microtasks();
    if (this.#failures.length > 0) throw this.#failures[0];
    for (const info of this.#ends) this.#checkEnd(info);
    const { client } = this.#opened;
    const { timesPaused, bytesBuffered, roundTrip = PONG, ...totals } = client.stats;
    assert.equal(roundTrip, PONG);
    assert.deepEqual(totals, this.#total);
    assert.equal(timesPaused, this.#transport.timesPaused);
    const memory = this.#unread.reduce((sum, message) => sum + memoryOf(message), 0);
    assert.equal(bytesBuffered, memory);
    const { channelCapacity = 0 } = this.#options;
    if (client.state === "closing" || client.backpressure === "buffer") {
      assert.equal(this.#transport.paused, false);
    } else if (client.state === "open" && this.#unread.length >= channelCapacity) {
      assert.equal(this.#transport.paused, true);
    } else if (client.state === "open" && this.#unread.length <= channelCapacity / 2) {
      assert.equal(this.#transport.paused, false);
    }
    // Who waits to receive waits for nothing that is there.
    assert.ok(this.#unread.length === 0 || !this.#mayHaveReceiver());
  }
}
