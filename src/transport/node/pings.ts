import { Buffer } from "node:buffer";
import type { PingDone } from "../../protocol/transport.js";
import { now } from "../../time/clock.js";

/** The payload of a ping is its number, so that a pong identifies the ping that it answers. */
const PAYLOAD_BYTES = 4;

/** A ping whose pong has not arrived. */
export interface Ping {
  readonly id: number;
  readonly payload: Buffer;
  /** When the ping was flushed, or sent if it has not been flushed, by the clock of `now`, in milliseconds. */
  start: number;
  isFlushed: boolean;
  /** The number of flushed frames at which this ping is flushed. */
  readonly frame: number;
  /** Called with the round trip in milliseconds; `undefined` if the connection ends first. */
  readonly done: PingDone;
}

/** The pings of a connection that await their pongs, oldest first. */
export class Pings {
  #pending: readonly Ping[] = [];
  #lastId = 0;

  get size(): number {
    return this.#pending.length;
  }

  /** Adds a new ping, which is the counted frame number `frame` of the connection. */
  add(frame: number, done: PingDone): Ping {
    const payload = Buffer.alloc(PAYLOAD_BYTES);
    const id = ++this.#lastId;
    const ping: Ping = { id, payload, start: now(), isFlushed: false, frame, done };
    payload.writeUInt32BE(id);
    this.#pending = [...this.#pending, ping];
    return ping;
  }

  /** Starts the round trip of each ping that is among the first `frames` frames. */
  onFlushed(frames: number): void {
    for (const ping of this.#pending) {
      if (ping.isFlushed || ping.frame > frames) continue;
      ping.isFlushed = true;
      ping.start = now();
    }
  }

  /** Removes a ping without calling its `done`. */
  remove(ping: Ping): void {
    this.#pending = this.#pending.filter((other) => other !== ping);
  }

  /**
   * Removes and returns the ping that a pong answers, and all earlier ones: a server may answer only the
   * latest ping (RFC 6455 section 5.5.3).
   */
  answeredBy(payload: Uint8Array): readonly Ping[] {
    if (payload.length !== PAYLOAD_BYTES) return [];
    const id = Buffer.from(payload).readUInt32BE();
    // An unsolicited pong may have any payload (RFC 6455 section 5.5.3).
    if (id > this.#lastId) return [];
    const answered = this.#pending.filter((ping) => ping.id <= id);
    this.#pending = this.#pending.filter((ping) => ping.id > id);
    return answered;
  }

  /** Removes all pings because the connection has ended. */
  end(): void {
    const pending = this.#pending;
    this.#pending = [];
    for (const { done } of pending) done(undefined);
  }
}
