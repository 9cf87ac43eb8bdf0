import type { Lane } from "../messages.js";
import { current } from "./settings.js";

/** The number of messages that a picture shows one by one. */
const MAX_SHOWN = 30;

interface Flight {
  readonly bytes: number;
  readonly start: number;
}

/** The messages on their way in one direction. They arrive in order. */
export class Flights {
  #flights: Flight[] = [];
  #bytes = 0;
  /** Messages whose arrival was seen before their departure. */
  #early = 0;

  /** A message is on its way. */
  depart(bytes: number): void {
    if (this.#early > 0) {
      this.#early--;
      return;
    }
    this.#flights.push({ bytes, start: performance.now() });
    this.#bytes += bytes;
  }

  /** The oldest message has arrived. */
  arrive(): void {
    const flight = this.#flights.shift();
    if (flight) this.#bytes -= flight.bytes;
    else this.#early++;
  }

  /** Returns the messages as a picture shows them. */
  lane(): Lane {
    const now = performance.now();
    const progress = this.#flights
      .slice(0, MAX_SHOWN)
      .map(({ start }) => Math.min(1, (now - start) / Math.max(1, current.latency)));
    return {
      count: this.#flights.length,
      bytes: this.#bytes,
      progress: progress.map((value) => Math.round(value * 100) / 100),
    };
  }
}
