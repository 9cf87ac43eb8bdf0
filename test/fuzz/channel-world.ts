import assert from "node:assert/strict";
import fc from "fast-check";
import { expect, vi } from "vitest";
import { Channel } from "../../src/channel/channel.js";
import type { ReceiveChannel } from "../../src/channel/channel.js";
import type { ReceiveResult } from "../../src/channel/queue.js";
import { WsError } from "../../src/errors/ws-error.js";
import { select } from "../../src/channel/select.js";
import { after, ticker } from "../../src/channel/timer.js";
import type { Ticker } from "../../src/channel/timer.js";
import { microtasks } from "../helpers/failure.js";
import { turns } from "../helpers/unit-clock.js";
import { CountingController } from "../helpers/unit-signal.js";
import { Model } from "./channel-model.js";
import type { Call, ModelCase, Outcome } from "./channel-model.js";

/** Channels of a program, given by their capacities, and its timers, given by their periods. */
export interface Setting {
  readonly capacities: readonly number[];
  readonly timers: readonly { readonly repeats: boolean; readonly period: number }[];
}

/** Method with which a call is made. */
type Via = "send" | "trySend" | "receive" | "next" | "tryReceive" | "select";

/** One step of a program. A channel is an index, taken modulo the number of channels. */
export type Step =
  | {
      readonly do: "call";
      readonly via: Via;
      readonly cases: readonly { readonly channel: number; readonly sends: boolean }[];
      readonly default: boolean;
      readonly timeout: number | undefined;
      readonly signal: number | undefined;
    }
  | { readonly do: "close"; readonly channel: number }
  /** Stops a ticker; with a period, resets it. */
  | { readonly do: "set"; readonly channel: number; readonly period?: number }
  | { readonly do: "abort"; readonly signal: number }
  /** Compares the earlier calls with the model and advances the time by one millisecond. */
  | { readonly do: "advance" }
  /** Compares the calls and the lengths of channels. Reading the length of a timer may change it. */
  | { readonly do: "look" };

const SIGNALS = 3;

const channel = fc.nat(4);

export const settings: fc.Arbitrary<Setting> = fc.record({
  capacities: fc.array(fc.nat(3), { minLength: 1, maxLength: 3 }),
  timers: fc.array(fc.record({ repeats: fc.boolean(), period: fc.integer({ min: 1, max: 4 }) }), {
    maxLength: 2,
  }),
});

/** Calls on one or several channels, with and without waiting. */
export const calls: fc.Arbitrary<Step> = fc.record({
  do: fc.constant("call" as const),
  via: fc.constantFrom<Via>(
    ...(["send", "trySend", "receive", "next", "tryReceive"] as const),
    ...(["select", "select", "select"] as const),
  ),
  cases: fc.oneof(
    { weight: 30, arbitrary: cases(1) },
    // A select without cases.
    { weight: 1, arbitrary: cases(0) },
  ),
  default: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.constant(true)),
  timeout: fc.option(fc.nat(4), { nil: undefined, freq: 2 }),
  signal: fc.option(fc.nat(SIGNALS - 1), { nil: undefined, freq: 2 }),
});

function cases(minLength: number): fc.Arbitrary<{ channel: number; sends: boolean }[]> {
  const maxLength = minLength * 4;
  return fc.array(fc.record({ channel, sends: fc.boolean() }), { minLength, maxLength });
}

/** Steps that end waits other than by time. */
export const ends: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constantFrom("close" as const, "set" as const), channel }),
  fc.record({ do: fc.constant("abort" as const), signal: fc.nat(SIGNALS - 1) }),
);

export const pauses: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constantFrom("advance" as const, "look" as const) }),
  fc.record({
    do: fc.constant("set" as const),
    channel,
    period: fc.integer({ min: 1, max: 4 }),
  }),
);

/** The real channels of a program, and their model. */
export class World {
  readonly #channels: Channel<number>[];
  readonly #tickers: (Ticker | undefined)[] = [];
  readonly #timers: ReceiveChannel<Date>[] = [];
  readonly #controllers = Array.from({ length: SIGNALS }, () => new CountingController());
  readonly #outcomes = new Map<number, Outcome>();
  readonly #model: Model;
  readonly #start = Date.now();
  /** Operations since the last comparison, to replay in the model. */
  #replays: (() => void)[] = [];
  #calls = 0;

  constructor({ capacities, timers }: Setting) {
    this.#channels = capacities.map((capacity) => new Channel(capacity));
    this.#model = new Model(capacities, this.#outcomes);
    for (const { repeats, period } of timers) {
      const one = repeats ? ticker(period) : undefined;
      this.#tickers.push(one);
      this.#timers.push(one?.channel ?? after(period));
      this.#model.addTimer(period, repeats ? period : Infinity);
    }
  }

  /** The kinds of results that occurred. */
  get kinds(): ReadonlySet<string> {
    return new Set([...this.#outcomes.values()].map(({ what }) => what));
  }

  /** Executes a step. If the step is a call, the promise settles with it. */
  async step(step: Step): Promise<void> {
    switch (step.do) {
      case "call":
        return this.#call(step);
      case "close": {
        const [index, one] = this.#pick(step.channel);
        one.close();
        this.#replays.push(() => this.#model.close(index));
        return;
      }
      case "set":
        this.#setTicker(step);
        return;
      case "abort":
        this.#controllers[step.signal]?.abort();
        this.#replays.push(() => this.#model.abort(step.signal));
        return;
      case "advance":
        await this.compare();
        vi.advanceTimersByTime(1);
        // If two timers are due and a select receives from one, the other is armed again for the remaining
        // waiters, and fires a millisecond later. Reading its length makes it fire now, as in the model.
        if (this.#model.tied) this.#timers.forEach((timer) => timer.length);
        await turns(1);
        this.#replays.push(() => this.#model.advance());
        return;
      case "look":
        await this.compare();
        this.#compareLengths();
    }
  }

  /** Replays the operations in the model, and checks that exactly the same calls have the same results. */
  async compare(): Promise<void> {
    await microtasks();
    for (const replay of this.#replays.splice(0)) replay();
    const byId = (map: ReadonlyMap<number, Outcome>): unknown => [...map].sort(([a], [b]) => a - b);
    assert.deepEqual(byId(this.#outcomes), byId(this.#model.outcomes));
  }

  /** Ends all waits, and checks that no waiter, listener or timer remains. */
  async finish(): Promise<void> {
    for (let signal = 0; signal < SIGNALS; signal++) await this.step({ do: "abort", signal });
    for (let time = 0; time < 5; time++) await this.step({ do: "advance" });
    await this.step({ do: "look" });
    // A leaked receiver would accept the sent value, and a leaked sender would supply a received one.
    for (const via of ["trySend", "tryReceive"] as const) {
      for (let index = 0; index < this.#channels.length; index++) await this.#probe(via, index);
    }
    for (let index = 0; index < this.#channels.length; index++) {
      await this.step({ do: "close", channel: index });
    }
    for (let index = 0; index < this.#timers.length; index++) {
      await this.step({ do: "set", channel: index });
    }
    await this.compare();
    // A receiver of a timer that has fired may stay pending, but needs no timer.
    for (const id of this.#model.waiting) assert.ok(!this.#outcomes.has(id));
    const listeners = this.#controllers.map((one) => one.listeners);
    assert.deepEqual(
      listeners,
      listeners.map(() => 0),
    );
    expect(vi.getTimerCount(), "timers left").toBe(0);
  }

  async #probe(via: "trySend" | "tryReceive", index: number): Promise<void> {
    const sends = via === "trySend";
    const count = (this.#channels[index]?.capacity ?? 0) + 2;
    for (let i = 0; i < count; i++) {
      await this.step({
        do: "call",
        via,
        cases: [{ channel: index, sends }],
        default: true,
        timeout: undefined,
        signal: undefined,
      });
    }
  }

  #compareLengths(): void {
    const { channels } = this.#model;
    [...this.#channels, ...this.#timers].forEach((one, index) => {
      const { values, closed } = channels[index] as (typeof channels)[number];
      assert.deepEqual([one.length, one.closed], [values.length, closed], `channel ${index}`);
    });
  }

  #pick(index: number): [number, Channel<number>] {
    const at = index % this.#channels.length;
    return [at, this.#channels[at] as Channel<number>];
  }

  #setTicker({ channel, period }: Extract<Step, { readonly do: "set" }>): void {
    const at = channel % (this.#timers.length || 1);
    const one = this.#tickers[at];
    if (!one) return;
    const index = this.#channels.length + at;
    if (period === undefined) {
      one.stop();
      this.#replays.push(() => this.#model.stop(index));
    } else if (!one.channel.closed) {
      one.reset(period);
      this.#replays.push(() => this.#model.reset(index, period));
    }
  }

  async #call(step: Extract<Step, { readonly do: "call" }>): Promise<void> {
    const id = this.#calls++;
    const { via } = step;
    const isTry = via === "trySend" || via === "tryReceive";
    const isSelect = via === "select";
    const cases = (isSelect ? step.cases : step.cases.slice(0, 1)).map((one, index) =>
      this.#toCase(via, one, id * 10 + index),
    );
    const [first] = cases;
    if (!isSelect && !first) return;
    const waits = !isTry && via !== "next";
    const timeout = waits ? step.timeout : undefined;
    const signal = waits ? step.signal : undefined;
    const isEmpty = isSelect && cases.length === 0 && timeout === undefined;
    const otherwise =
      isTry || (isSelect && step.default) ? "default" : isEmpty ? "INVALID_OPTION" : undefined;
    const call: Call = {
      id,
      cases,
      timeoutCode: via === "receive" ? "RECEIVE_TIMEOUT" : "CHANNEL_TIMEOUT",
      ...(otherwise !== undefined && { otherwise }),
      ...(timeout !== undefined && { timeout }),
      ...(signal !== undefined && { signal }),
    };
    this.#replays.push(() => this.#model.call(call));
    const options = {
      ...(timeout !== undefined && { timeout }),
      ...(signal !== undefined && { signal: this.#controllers[signal]?.signal }),
    };
    try {
      const outcome = isSelect
        ? await this.#select(cases, { ...options, ...(step.default && { default: true }) })
        : await this.#simple(via, first as ModelCase, waits ? options : {});
      this.#outcomes.set(id, outcome);
    } catch (error) {
      this.#outcomes.set(id, { what: WsError.is(error) ? error.code : String(error) });
    }
  }

  /** Converts a case for the model. Timers allow receives only. */
  #toCase(
    via: Via,
    { channel, sends }: { channel: number; sends: boolean },
    value: number,
  ): ModelCase {
    const mustSend = via === "send" || via === "trySend" || (via === "select" && sends);
    return mustSend
      ? { channel: this.#pick(channel)[0], value }
      : { channel: channel % (this.#channels.length + this.#timers.length) };
  }

  #receiveChannel(index: number): ReceiveChannel<number | Date> {
    return (this.#channels[index] ?? this.#timers[index - this.#channels.length]) as ReceiveChannel<
      number | Date
    >;
  }

  async #select(cases: readonly ModelCase[], options: object): Promise<Outcome> {
    const result = await select(
      cases.map(({ channel, value }) =>
        value === undefined
          ? this.#receiveChannel(channel).caseReceive()
          : this.#pick(channel)[1].caseSend(value),
      ),
      options,
    );
    const { index } = result;
    const chosen = cases[index];
    if (!chosen) {
      assert.deepEqual(result, {
        default: true,
        index: -1,
        ok: false,
        channel: undefined,
        value: undefined,
      });
      return { what: "default" };
    }
    assert.equal(result.channel, this.#receiveChannel(chosen.channel));
    if (chosen.value === undefined)
      return { ...this.#toOutcome(result as ReceiveResult<number | Date>), index };
    assert.deepEqual([result.ok, result.value], [true, undefined]);
    return { what: "sent", index };
  }

  async #simple(via: Via, { channel, value = 0 }: ModelCase, options: object): Promise<Outcome> {
    const isPlain = Object.keys(options).length === 0;
    const one = this.#receiveChannel(channel);
    switch (via) {
      case "send":
        await this.#pick(channel)[1].send(value, options);
        return { what: "sent", index: 0 };
      case "trySend":
        return this.#pick(channel)[1].trySend(value)
          ? { what: "sent", index: 0 }
          : { what: "default" };
      case "tryReceive":
        return this.#toOutcome(one.tryReceive());
      case "next": {
        const { done, value: next } = await one[Symbol.asyncIterator]().next();
        return this.#toOutcome(done ? { ok: false, value: next } : { ok: true, value: next });
      }
      default:
        return this.#toOutcome(await one.receive(isPlain ? undefined : options));
    }
  }

  #toOutcome(result: ReceiveResult<number | Date> | undefined): Outcome {
    if (result === undefined) return { what: "default" };
    if (!result.ok) {
      assert.equal(result.value, undefined);
      return { what: "drained", index: 0 };
    }
    const { value } = result;
    const number = value instanceof Date ? value.getTime() - this.#start : value;
    return { what: "received", index: 0, value: number };
  }
}
