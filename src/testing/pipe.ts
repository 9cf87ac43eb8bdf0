import { Backlog } from "../channel/backlog.js";
import { nextTurn, now, startTimer } from "../time/clock.js";
import { activity } from "./activity.js";
import { sizeOf } from "./frame.js";
import type { Frame } from "./frame.js";
import { delayOf } from "./link.js";
import type { Link } from "./link.js";

/** The most bytes that the buffers of both kernels hold in one direction. Further bytes wait at the sender. */
const WINDOW_BYTES = 262_144;

/** A large frame travels in parts of this size, so that its progress can be observed. */
const PART_BYTES = 16_384;

/** A part of a frame on its way. */
interface Part {
  readonly bytes: number;
  /** The time of arrival. */
  readonly due: number;
  /** Set in the last part of a frame. */
  readonly frame: Frame | undefined;
}

/** The receiving side of a pipe, and the sender's view of its progress. */
export interface PipeEvents {
  onFrame(frame: Frame): void;
  /** A frame was accepted by the kernel. */
  onFlushed(frame: Frame): void;
  /** More bytes have arrived: `bytes` since the last call. */
  onArrived(bytes: number): void;
}

/** Counts the bytes of both directions, and cuts the connection when its link says so. */
export interface Meter {
  /** Counts bytes before they are sent. Returns false, and cuts, if they are more than the link permits. */
  admit(bytes: number): boolean;
  /** Cuts if the link permits no more. */
  check(): void;
}

/**
 * One direction of a connection: a queue at the sender, the buffers of the kernels, and the wire between them. Frames
 * arrive in order, in a later turn of the event loop or after the delay of the link.
 */
export class Pipe {
  /** Bytes that wait at the sender. */
  queued = 0;
  /** Bytes that the kernel has accepted so far. */
  accepted = 0;
  /** True while a frame is partly received. */
  isReceiving = false;

  readonly #link: () => Link;
  readonly #events: PipeEvents;
  readonly #meter: Meter;
  readonly #frames = new Backlog<Frame>();
  /** Bytes of the first frame that the kernel has accepted. */
  #firstAccepted = 0;
  /** Parts that are on the wire, and those that have arrived and were not read. */
  readonly #parts = new Backlog<Part>();
  #bytesInWindow = 0;
  /** The time since which the wire has been busy with one bandwidth, and the bytes that it has sent since. */
  #busySince = 0;
  #busyBytes = 0;
  #bandwidth = Infinity;
  /** The time at which the last byte arrives. */
  #lastDue = 0;
  #isPaused = false;
  #isScheduled = false;
  #stopTimer: (() => void) | undefined;
  #isClosed = false;

  constructor(link: () => Link, meter: Meter, events: PipeEvents) {
    this.#link = link;
    this.#meter = meter;
    this.#events = events;
  }

  send(frame: Frame): void {
    if (this.#isClosed) return;
    this.#frames.push(frame);
    this.queued += sizeOf(frame);
    this.#fill();
  }

  /** Pauses or resumes the receiver. */
  setPaused(isPaused: boolean): void {
    if (this.#isClosed) return;
    this.#isPaused = isPaused;
    this.#schedule();
  }

  /**
   * Discards the bytes that wait at the sender. Those on the wire still arrive, even if the receiver is paused, and the
   * end of TCP after them.
   */
  cut(): void {
    if (this.#isClosed) return;
    this.#frames.clear();
    this.#frames.push({ type: "end" });
    this.queued = this.#firstAccepted = 0;
    this.#isPaused = false;
    this.#bytesInWindow = 0;
    this.#isClosed = true;
    this.#fill();
  }

  /** Discards all bytes, and stops. Returns the number of messages that had not arrived. */
  discard(): number {
    let count = 0;
    const add = (frame: Frame | undefined): void => {
      if (frame?.type === "message") count++;
    };
    for (let part; (part = this.#parts.shift());) add(part.frame);
    for (let frame; (frame = this.#frames.shift());) add(frame);
    this.close();
    return count;
  }

  /** Discards all bytes, and stops. */
  close(): void {
    this.#isClosed = true;
    this.#frames.clear();
    this.#parts.clear();
    this.queued = 0;
    this.#stopTimer?.();
  }

  /** Moves bytes from the sender to the kernel, as far as there is room. */
  #fill(): void {
    for (let frame; (frame = this.#frames.first) && this.#bytesInWindow < WINDOW_BYTES;) {
      const rest = sizeOf(frame) - this.#firstAccepted;
      const bytes = Math.min(rest, PART_BYTES);
      const isLast = bytes === rest;
      if (frame.type !== "end" && !this.#meter.admit(bytes)) return;
      this.queued -= bytes;
      this.accepted += bytes;
      this.#firstAccepted = isLast ? 0 : this.#firstAccepted + bytes;
      if (isLast) this.#frames.shift();
      this.#transmit(bytes, isLast ? frame : undefined);
      if (isLast) this.#events.onFlushed(frame);
      if (frame.type !== "end") this.#meter.check();
    }
  }

  #transmit(bytes: number, frame: Frame | undefined): void {
    const link = this.#link();
    const sentAt = this.#sendAt(bytes, link.bandwidth);
    this.#lastDue = Math.max(this.#lastDue, sentAt + delayOf(link));
    this.#bytesInWindow += bytes;
    this.#parts.push({ bytes, due: this.#lastDue, frame });
    this.#schedule();
  }

  /** Returns the time at which the wire has sent these bytes. It adds no rounding errors from part to part. */
  #sendAt(bytes: number, bandwidth: number): number {
    const freeAt = this.#busySince + (this.#busyBytes / this.#bandwidth) * 1000;
    if (freeAt <= now() || bandwidth !== this.#bandwidth) {
      this.#busySince = Math.max(freeAt, now());
      this.#busyBytes = 0;
      this.#bandwidth = bandwidth;
    }
    this.#busyBytes += bytes;
    return this.#busySince + (this.#busyBytes / bandwidth) * 1000;
  }

  /** Makes sure that the next part is read when it arrives. */
  #schedule(): void {
    const part = this.#parts.first;
    if (!part || this.#isPaused || this.#isScheduled) return;
    this.#isScheduled = true;
    activity.count++;
    const run = (): void => {
      this.#isScheduled = false;
      this.#stopTimer = undefined;
      this.#read();
    };
    const delay = part.due - now();
    if (delay > 0) this.#stopTimer = startTimer(delay, run);
    else nextTurn(run);
  }

  /** Delivers the frames that have arrived. */
  #read(): void {
    activity.count++;
    for (let part; !this.#isPaused && (part = this.#parts.first) && part.due <= now();) {
      this.#parts.shift();
      this.#bytesInWindow = Math.max(0, this.#bytesInWindow - part.bytes);
      this.isReceiving = !part.frame;
      this.#events.onArrived(part.bytes);
      this.#fill();
      if (part.frame) this.#events.onFrame(part.frame);
      // The client opens in a turn of its own, as on a network.
      if (part.frame?.type === "accept") break;
    }
    this.#schedule();
  }
}
