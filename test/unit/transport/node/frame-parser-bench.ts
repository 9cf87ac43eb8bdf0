import { Buffer } from "node:buffer";
import type { FrameEvents } from "../../../../src/transport/node/frame-events.js";
import type { FrameFault } from "../../../../src/transport/node/frame-fault.js";
import { FrameParser } from "../../../../src/transport/node/frame-parser.js";
import type { FrameLimits } from "../../../../src/transport/node/frame-parser.js";
import { frame, OPCODE } from "../../../helpers/frames.js";

const { CONTINUATION, TEXT } = OPCODE;

export const WITHOUT_COMPRESSION: FrameLimits = { message: 2 ** 30, compressed: undefined };
export const WITH_COMPRESSION: FrameLimits = { message: 2 ** 30, compressed: 2 ** 30 };

/** A parser that records its events as texts. */
export class Bench implements FrameEvents {
  readonly events: string[] = [];
  readonly faults: FrameFault[] = [];
  readonly parser: FrameParser;
  /** Called during each event. */
  onEvent: (() => void) | undefined;

  constructor(limits: FrameLimits = WITHOUT_COMPRESSION) {
    this.parser = new FrameParser(limits, this);
  }

  push(...parts: readonly Uint8Array[]): this {
    this.parser.push(Buffer.concat(parts));
    return this;
  }

  /** Pushes each byte as a separate chunk. */
  pushBytes(...parts: readonly Uint8Array[]): this {
    for (const byte of Buffer.concat(parts)) this.parser.push(Buffer.of(byte));
    return this;
  }

  onText(text: string, size: number): void {
    this.#add(`text ${size} ${text}`);
  }

  onBinary(bytes: Uint8Array<ArrayBuffer>, start: number, end: number): void {
    this.#add(
      `binary ${Buffer.from(bytes.buffer, bytes.byteOffset).toString("latin1", start, end)}`,
    );
  }

  onCompressed(isText: boolean, payload: Buffer): void {
    this.#add(`compressed ${isText ? "text" : "binary"} ${payload.toString("latin1")}`);
  }

  onPing(payload: Buffer): void {
    this.#add(`ping ${payload.toString("latin1")}`);
  }

  onPong(payload: Buffer): void {
    this.#add(`pong ${payload.toString("latin1")}`);
  }

  onClose(code: number, reason: string): void {
    this.#add(`close ${code} ${reason}`);
  }

  onFault(fault: FrameFault): void {
    this.faults.push(fault);
    this.#add(`fault ${fault.closeCode}`);
  }

  #add(event: string): void {
    this.events.push(event);
    this.onEvent?.();
  }
}

/** Returns the events of bytes that arrive in one chunk. */
export const eventsOf = (bytes: Uint8Array, limits?: FrameLimits): string[] =>
  new Bench(limits).push(bytes).events;

export const compressedFrame = (payload: string | Uint8Array): Buffer =>
  frame({ opcode: TEXT, rsv1: true, payload });

/** Returns the first frame of a fragmented message. */
export const firstFragment = (payload: string | Uint8Array = "", opcode: number = TEXT): Buffer =>
  frame({ opcode, fin: false, payload });

export const lastFragment = (payload: string | Uint8Array = ""): Buffer =>
  frame({ opcode: CONTINUATION, payload });
