import { describe, expect, test } from "vitest";
import { Channel } from "../../../src/channel/channel.js";
import type { WsError } from "../../../src/errors/ws-error.js";
import { microtasks } from "../../helpers/failure.js";
import { advance, useClock } from "../../helpers/unit-clock.js";
import { Random } from "../../helpers/unit-random.js";

useClock();

/** A minimal model of Go's channel. */
class Model {
  readonly buffer: number[] = [];
  readonly receivers: number[] = [];
  readonly senders: { readonly id: number; readonly value: number }[] = [];
  /** The outcome of each operation, by its number. */
  readonly outcomes = new Map<number, string>();
  closed = false;

  constructor(readonly capacity: number) {}

  send(id: number, value: number, mayWait: boolean): void {
    const receiver = this.receivers.shift();
    if (this.closed) this.outcomes.set(id, "CHANNEL_CLOSED");
    else if (receiver !== undefined) {
      this.outcomes.set(receiver, String(value));
      this.outcomes.set(id, "sent");
    } else if (this.buffer.length < this.capacity) {
      this.buffer.push(value);
      this.outcomes.set(id, "sent");
    } else if (mayWait) this.senders.push({ id, value });
    else this.outcomes.set(id, "CHANNEL_TIMEOUT");
  }

  receive(id: number, mayWait: boolean): void {
    const held = this.buffer.shift();
    if (held !== undefined) this.outcomes.set(id, String(held));
    const sender = held === undefined || this.capacity > 0 ? this.senders.shift() : undefined;
    if (sender !== undefined) {
      this.outcomes.set(sender.id, "sent");
      if (held === undefined) this.outcomes.set(id, String(sender.value));
      else this.buffer.push(sender.value);
    }
    if (held !== undefined || sender !== undefined) return;
    if (this.closed) this.outcomes.set(id, "end");
    else if (mayWait) this.receivers.push(id);
    else this.outcomes.set(id, "RECEIVE_TIMEOUT");
  }

  /** Cancels a wait. Returns false if the operation is not waiting. */
  cancel(id: number, outcome: string): boolean {
    const receiver = this.receivers.indexOf(id);
    const sender = this.senders.findIndex((one) => one.id === id);
    if (receiver >= 0) this.receivers.splice(receiver, 1);
    if (sender >= 0) this.senders.splice(sender, 1);
    if (receiver < 0 && sender < 0) return false;
    this.outcomes.set(id, outcome);
    return true;
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    for (const id of this.receivers.splice(0)) this.outcomes.set(id, "end");
    for (const { id } of this.senders.splice(0)) this.outcomes.set(id, "CHANNEL_CLOSED");
  }
}

describe.each([0, 1, 3, 64])(
  "a channel of capacity %i behaves as the model of Go's channel",
  (capacity) => {
    test.each([1, 2, 3])("in 1500 random steps with seed %i", async (seed) => {
      const random = new Random(seed * 1000 + capacity);
      const channel = new Channel<number>(capacity);
      const model = new Model(capacity);
      const outcomes = new Map<number, string>();
      const aborts = new Map<number, AbortController>();
      const timeouts = new Map<number, number>();
      let clock = 0;

      const watch = (id: number, promise: Promise<unknown>): void => {
        promise.then(
          (result) => {
            const { ok, value } = (result ?? {}) as { ok?: boolean; value?: number };
            outcomes.set(id, ok === undefined ? "sent" : ok ? String(value) : "end");
          },
          (error: unknown) => outcomes.set(id, (error as WsError).code),
        );
      };

      for (let id = 0; id < 1500; id++) {
        const controller = new AbortController();
        const kind = random.below(20);
        const options: { timeout?: number; signal?: AbortSignal } = {};
        if (random.chance(0.3)) options.signal = controller.signal;
        if (random.chance(0.2)) options.timeout = random.below(3) * 10;
        if (options.signal) aborts.set(id, controller);
        if (options.timeout !== undefined) timeouts.set(id, clock + options.timeout);
        const mayWait = options.timeout !== 0;
        // Majorities of senders and of receivers alternate, so that both have to wait.
        const sends = random.chance(id % 300 < 150 ? 0.65 : 0.35);
        if (kind < 15) {
          if (sends) {
            watch(id, channel.send(id, options));
            model.send(id, id, mayWait);
          } else {
            watch(id, channel.receive(options));
            model.receive(id, mayWait);
          }
        } else if (kind < 17) {
          const before = new Map(model.outcomes);
          if (sends) {
            model.send(id, id, false);
            let result: string;
            try {
              result = channel.trySend(id) ? "sent" : "CHANNEL_TIMEOUT";
            } catch (error) {
              result = (error as WsError).code;
            }
            outcomes.set(id, result);
          } else {
            model.receive(id, false);
            const result = channel.tryReceive();
            outcomes.set(
              id,
              !result ? "RECEIVE_TIMEOUT" : result.ok ? String(result.value) : "end",
            );
          }
          expect(before.has(id)).toBe(false);
        } else if (kind < 19) {
          const [target, abort] = random.pick([...aborts, [-1, controller] as const]);
          model.cancel(target, "ABORTED");
          abort.abort();
          aborts.delete(target);
        } else {
          clock += 10;
          await advance(10);
          for (const [waiting, due] of timeouts) {
            if (due > clock) continue;
            const sender = model.senders.some((one) => one.id === waiting);
            model.cancel(waiting, sender ? "CHANNEL_TIMEOUT" : "RECEIVE_TIMEOUT");
            timeouts.delete(waiting);
          }
        }
        if (id === 1450) {
          channel.close();
          model.close();
        }
        expect(channel.length).toBe(model.buffer.length);
        expect(channel.closed).toBe(model.closed);
        if (id % 50 === 0) {
          await microtasks();
          expect(outcomes).toEqual(model.outcomes);
        }
      }
      await microtasks();
      expect(outcomes).toEqual(model.outcomes);
      expect(outcomes.size).toBeGreaterThan(1000);
      expect(new Set(outcomes.values()).size).toBeGreaterThan(300);
    });
  },
);
