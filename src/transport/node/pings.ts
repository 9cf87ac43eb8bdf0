import { Buffer } from "node:buffer";
import { now } from "../../time/clock.js";

/** A ping's payload is its number, so that a pong names the ping that it answers. */
const PAYLOAD_BYTES = 4;

/** A ping whose pong has not arrived. */
export interface Ping {
  readonly id: number;
  readonly payload: Buffer;
  /** When it was flushed, or sent if that is still to come, on the clock of `now`. */
  start: number;
  isFlushed: boolean;
  /** The count of flushed frames that includes it. */
  readonly frame: number;
  /** Called with the round trip in milliseconds; NaN when the connection has ended. */
  readonly done: (roundTrip: number) => void;
}

/** The pings of a connection that wait for their pongs, oldest first. */
export class Pings {
  #waiting: readonly Ping[] = [];
  #sent = 0;

  get size(): number {
    return this.#waiting.length;
  }

  /** Registers a new ping, which is the `frame`th counted frame of the connection. */
  add(frame: number, done: (roundTrip: number) => void): Ping {
    const payload = Buffer.alloc(PAYLOAD_BYTES);
    const id = ++this.#sent;
    const ping: Ping = { id, payload, start: now(), isFlushed: false, frame, done };
    payload.writeUInt32BE(id);
    this.#waiting = [...this.#waiting, ping];
    return ping;
  }

  /** So many frames have been flushed: the round trips of the pings among them begin. */
  onFlushed(frames: number): void {
    for (const ping of this.#waiting) {
      if (ping.isFlushed || ping.frame > frames) continue;
      ping.isFlushed = true;
      ping.start = now();
    }
  }

  /** Forgets a ping, whose `done` is not called. */
  remove(ping: Ping): void {
    this.#waiting = this.#waiting.filter((one) => one !== ping);
  }

  /** Removes the ping that this pong answers and all earlier ones (RFC 6455 section 5.5.3), and returns them. */
  answeredBy(payload: Uint8Array): readonly Ping[] {
    if (payload.length !== PAYLOAD_BYTES) return [];
    const id = Buffer.from(payload).readUInt32BE();
    // An unsolicited pong answers nothing.
    if (id > this.#sent) return [];
    const answered = this.#waiting.filter((ping) => ping.id <= id);
    this.#waiting = this.#waiting.filter((ping) => ping.id > id);
    return answered;
  }

  /** Removes all pings, whose pongs will not arrive. */
  end(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { done } of waiting) done(NaN);
  }
}
