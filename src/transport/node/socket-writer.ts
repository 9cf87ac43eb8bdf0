import type { Buffer } from "node:buffer";
import type { Duplex } from "node:stream";
import type { FrameTarget } from "./frame-writer.js";
import type { KernelCounters } from "./kernel-counters.js";

/** Receives the results of a {@link SocketWriter}. */
export interface WriteEvents {
  /** Bytes with this many counted frames have been flushed. */
  onFlushed(frames: number): void;
  /** The stream threw an exception. */
  onWriteError(error: unknown): void;
}

/** Writes frames to a socket, in parts if that is necessary to observe progress. */
export class SocketWriter implements FrameTarget {
  readonly #socket: Duplex;
  readonly #counters: KernelCounters;
  readonly #events: WriteEvents;

  constructor(socket: Duplex, counters: KernelCounters, events: WriteEvents) {
    this.#socket = socket;
    this.#counters = counters;
    this.#events = events;
  }

  write(bytes: Buffer, frames: number): void {
    const { maxWriteBytes } = this.#counters;
    const { length } = bytes;
    const onWritten = (error?: Error | null): void => {
      // An error is reported by the socket's own event. A destroyed socket discards bytes without an error.
      if (!error && !this.#socket.destroyed) this.#events.onFlushed(frames);
    };
    this.#counters.writtenBytes += length;
    try {
      if (length <= maxWriteBytes) this.#socket.write(bytes, onWritten);
      else this.#writeInParts(bytes, maxWriteBytes, onWritten);
    } catch (error) {
      // A Duplex that the user provides may throw.
      this.#events.onWriteError(error);
    }
  }

  #writeInParts(bytes: Buffer, partBytes: number, onWritten: (error?: Error | null) => void): void {
    let start = 0;
    for (; start + partBytes < bytes.length; start += partBytes) {
      this.#socket.write(bytes.subarray(start, start + partBytes));
    }
    this.#socket.write(bytes.subarray(start), onWritten);
  }
}
