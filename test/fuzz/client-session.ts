import assert from "node:assert/strict";
import fc from "fast-check";
import { vi } from "vitest";
import type { CloseInfo } from "../../src/protocol/close.js";
import { WsError } from "../../src/errors/ws-error.js";
import { memoryOf } from "../../src/protocol/message.js";
import type { Message } from "../../src/protocol/message.js";
import type { ConnectOptions } from "../../src/options/connect-options.js";
import { microtasks } from "../helpers/failure.js";
import { turns } from "../helpers/unit-clock.js";
import { CountingController } from "../helpers/unit-signal.js";
import { FakeTransport, openClient } from "../helpers/unit-transport.js";

/** An event of a connection: a call of the user, or an event of the transport. */
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

/** Limits in bytes, so low that a few events reach them. */
const READ_LIMIT = 40_000;
const BUFFER_LIMIT = 65_536;

/** Options of a client and of its transport. */
export interface Setup {
  readonly options: ConnectOptions;
  /** True if sent bytes stay buffered until they are drained. */
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

/** Codes that each call may reject with. Iteration is not listed: it throws the error of the connection. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  send: ["CLOSED"],
  flush: ["CLOSED"],
  ping: ["PING_TIMEOUT", "ABORTED", "CLOSED"],
  receive: ["RECEIVE_TIMEOUT", "ABORTED"],
  close: ["INVALID_CLOSE"],
};

/** Calls that need not be awaited: their failure is also reported by `closed`. */
const UNAWAITED = ["send", "flush", "ping"];

/** Time between two turns of the event loop, in milliseconds. */
const TURN_MS = 5;

/** Round trip of every ping, in milliseconds. */
const ROUND_TRIP_MS = 7;

const STATES = ["open", "closing", "closed"];

/** A client with a transport in memory, and checks that must hold after any events. */
export class Session {
  readonly #opened;
  readonly #transport = new FakeTransport();
  readonly #options: ConnectOptions;
  readonly #controller = new CountingController();
  /** Messages that were accepted and not yet delivered, in order. */
  readonly #unread: Message[] = [];
  /** Calls that have not settled. */
  readonly #pending = new Set<string>();
  #calls = 0;
  #messages = 0;
  readonly #total = { messagesReceived: 0, bytesReceived: 0, messagesSent: 0, bytesSent: 0 };
  #state = 0;
  /** True if the transport reports no more events. */
  #isOver = false;
  /** True if the transport receives no more messages. */
  #hasFault = false;
  #lastMessage = performance.now();
  #lastArrival = performance.now();
  /** Time at which bytes last started to wait, or were flushed. */
  #lastWrite = performance.now();
  /** Code with which the user closed the connection. */
  #closeCode: number | undefined;
  /** Close information, once for each time that `closed` resolved, and the state at that time. */
  readonly #ends: CloseInfo[] = [];
  #atEnd = { time: 0, unread: 0 };
  /** Calls to end the transport, made until the client was closed. */
  #callsAtEnd: string[] | undefined;
  /** Errors of checks in promise callbacks. */
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
      for (let left = event.time; left > 0; left -= TURN_MS) {
        vi.advanceTimersByTime(Math.min(left, TURN_MS));
        await turns(1);
      }
    }
    if (event.do === "turn") await turns(1);
    if (event.do === "advance" || event.do === "turn") await this.#checkAtRest();
    this.#checkState();
  }

  /** Closes the connection and checks that nothing remains. Returns the kinds of errors that occurred. */
  async finish(): Promise<ReadonlySet<string>> {
    const { closeTimeout = 0 } = this.#options;
    await this.step({ do: "close", code: 1000 });
    await this.step({ do: "drain" });
    await this.step({ do: "turn" });
    // A deadline checks four times per period, and once after it.
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
        this.#watch("receive", client.receive(this.#wait(event)), (result) =>
          this.#checkResult(result),
        );
        return;
      case "ping":
        this.#watch("ping", client.ping(this.#wait(event)), (time) =>
          assert.equal(time, ROUND_TRIP_MS),
        );
        return;
      case "next":
        this.#watch("next", client[Symbol.asyncIterator]().next(), ({ done, value }) =>
          this.#checkResult(done ? { ok: false, value } : { ok: true, value }),
        );
        return;
      case "tryReceive":
        this.#checkResult(client.channel().tryReceive());
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
        if (wasOpen && client.state !== "open") this.#closeCode = event.code;
        return;
      }
      case "refuse":
        transport.refuses = true;
        return;
      case "advance":
      case "turn":
        return;
    }
    // The other events come from the transport, which reports none after its end.
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
        transport.pings.shift()?.(ROUND_TRIP_MS);
        return;
      case "closing":
        transport.refuses = true;
        handler.onClosing();
        return;
      case "fault":
        this.#hasFault = true;
        handler.onError(new WsError("PROTOCOL_ERROR", "receive: fault"), 1002);
        return;
      case "end":
        transport.end({ code: event.code, reason: "" });
    }
  }

  /** Delivers a message. It has to be accepted, unless it exceeds a limit, which ends the connection. */
  #message(size: number, isText: boolean): void {
    if (this.#hasFault) return;
    const { client, handler } = this.#opened;
    const number = this.#messages++;
    // The message starts with its number, as far as its size allows.
    const text = String(number).padEnd(size, ".").slice(0, size);
    const message: Message = isText
      ? { type: "text", data: text }
      : { type: "binary", data: new Uint8Array(new TextEncoder().encode(text)) };
    const before = client.stats;
    const isAlive = (): boolean => client.state !== "closed";
    const isReceived = isAlive() && this.#closeCode === undefined && size <= READ_LIMIT;
    const hadReceiver = this.#mayHaveReceiver();
    this.#transport.bytesRead += size + 2;
    this.#lastArrival = performance.now();
    handler.onMessage(message, size);
    const memory = before.bytesBuffered + memoryOf(message.data);
    const isTooMuch = before.bytesBuffered > 0 && memory > BUFFER_LIMIT;
    if (isReceived) {
      this.#total.messagesReceived++;
      this.#total.bytesReceived += size;
    }
    const isIn = isReceived && isAlive();
    assert.ok(isIn || !isReceived || isTooMuch, "refused");
    // If a receiver waits, the message is not buffered, so it cannot exceed the limit.
    assert.ok(!isIn || !isTooMuch || hadReceiver, "let in");
    if (!isIn) return;
    this.#lastMessage = performance.now();
    this.#unread.push(message);
  }

  /** Returns the calls that ended the transport. */
  #transportCalls(): string[] {
    return this.#transport.calls.flatMap((call) => /^(close|terminate|cut)/.exec(call)?.[0] ?? []);
  }

  #mayHaveReceiver(): boolean {
    return [...this.#pending].some((call) => /receive|next/.test(call));
  }

  /** Checks that a delivered message is the next unread one, as the same object. */
  #checkResult(result: { ok: boolean; value: Message | undefined } | undefined): void {
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
    // An unawaited call must not cause an unhandled rejection.
    if (UNAWAITED.includes(name) && this.#calls % 3 === 0) return;
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
      // The next check at rest throws these errors.
      .catch((error: unknown) => this.#failures.push(error));
  }

  #checkError(name: string, error: unknown): void {
    assert.ok(WsError.is(error));
    assert.doesNotMatch(error.message + JSON.stringify(error), /secret|token=1/);
    this.#kinds.add(error.code);
    if (name === "next") assert.equal(error, this.#ends[0]?.error);
    else assert.ok(ALLOWED[name]?.includes(error.code), `${name}: ${error.code}`);
    if (error.code !== "CLOSED") return;
    // The transport may refuse messages before the client learns of the end.
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

  /** Checks that the close information is consistent, and agrees with the user's calls and with the times. */
  #checkEnd({ code, by, error, clean }: CloseInfo): void {
    const why = error?.code ?? "no error";
    this.#kinds.add(why);
    const { readTimeout, writeTimeout, keepAlive, channelCapacity = 0 } = this.#options;
    const { time, unread } = this.#atEnd;
    if (why === "KEEPALIVE_TIMEOUT") {
      // The ping may be due because nothing was sent, so only the time since the last arrival counts.
      assert.ok(time - this.#lastArrival >= Number(keepAlive && keepAlive.timeout));
    }
    if (why === "READ_TIMEOUT") {
      assert.ok(time - this.#lastMessage >= Number(readTimeout));
      assert.ok(unread < channelCapacity, "READ_TIMEOUT although the consumer was slow");
    }
    if (why === "WRITE_TIMEOUT" && this.#closeCode === undefined) {
      assert.ok(time - this.#lastWrite >= Number(writeTimeout));
    }
    assert.equal(by === "none", why === "CONNECTION_LOST");
    assert.equal(by === "peer" && why !== "no error", why === "CLOSED_BY_PEER");
    if (this.#closeCode !== undefined) assert.equal(by, "local");
    if (by === "none") assert.equal(code, 1006);
    if (clean) assert.ok(code !== 1006);
  }

  /** Checks the invariants that hold when no promise can settle without further events. */
  async #checkAtRest(): Promise<void> {
    await microtasks();
    if (this.#failures.length > 0) throw this.#failures[0];
    for (const info of this.#ends) this.#checkEnd(info);
    const { client } = this.#opened;
    const { timesPaused, bytesBuffered, roundTrip = ROUND_TRIP_MS, ...totals } = client.stats;
    assert.equal(roundTrip, ROUND_TRIP_MS);
    assert.deepEqual(totals, this.#total);
    assert.equal(timesPaused, this.#transport.timesPaused);
    const memory = this.#unread.reduce((sum, message) => sum + memoryOf(message.data), 0);
    assert.equal(bytesBuffered, memory);
    const { channelCapacity = 0 } = this.#options;
    if (client.state === "closing" || client.backpressure === "buffer") {
      assert.equal(this.#transport.paused, false);
    } else if (client.state === "open" && this.#unread.length >= channelCapacity) {
      assert.equal(this.#transport.paused, true);
    } else if (client.state === "open" && this.#unread.length <= channelCapacity / 2) {
      assert.equal(this.#transport.paused, false);
    }
    // A receiver must not wait while messages are available.
    assert.ok(this.#unread.length === 0 || !this.#mayHaveReceiver());
  }
}
