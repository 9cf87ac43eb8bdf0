import { Buffer } from "node:buffer";
import { makeClosePayload } from "./close-payload.js";
import type { MessageDeflater } from "./deflate.js";
import type { FrameWriter } from "./frame-writer.js";
import { BINARY, CLOSE, FIN, RSV1, TEXT } from "./frames.js";

/** A frame that is queued because an earlier message is still being deflated. */
interface QueuedFrame {
  readonly opcode: number;
  readonly payload: Uint8Array;
}

/** Sends messages and the close frame in call order, although large messages are deflated asynchronously. */
export class MessageSender {
  readonly #writer: FrameWriter;
  readonly #deflater: MessageDeflater | undefined;
  readonly #threshold: number;
  readonly #onError: (error: Error) => void;
  /** The frames after the message that is being deflated; `undefined` if none is. */
  #queue: QueuedFrame[] | undefined;
  #pendingBytes = 0;
  #onDrained: (() => void) | undefined;

  /**
   * @param threshold - The size in bytes below which messages are sent uncompressed.
   * @param onError - Called if zlib fails. Nothing can be sent afterwards.
   */
  constructor(
    writer: FrameWriter,
    deflater: MessageDeflater | undefined,
    threshold: number,
    onError: (error: Error) => void,
  ) {
    this.#writer = writer;
    this.#deflater = deflater;
    this.#threshold = threshold;
    this.#onError = onError;
  }

  /** The number of bytes that have not been written to the socket. */
  get size(): number {
    return this.#writer.size + this.#pendingBytes;
  }

  /** Sends a message and returns its size in bytes. `data` may be changed afterwards. */
  send(data: string | Uint8Array): number {
    const opcode = typeof data === "string" ? TEXT : BINARY;
    if (!this.#deflater) return this.#writer.add(FIN | opcode, data);
    if (!this.#queue) return this.#sendNow(this.#deflater, opcode, data);
    const payload = Buffer.from(data as Uint8Array);
    this.#enqueue(opcode, payload);
    return payload.length;
  }

  /** Sends a close frame; code 1005 sends one without a code. Nothing may be sent afterwards. */
  close(code: number, reason: string): void {
    const payload = makeClosePayload(code, reason);
    if (this.#queue) this.#enqueue(CLOSE, payload);
    else this.#writeClose(payload);
  }

  /** Calls back when all frames have been written to the socket: immediately if none is queued. */
  drain(done: () => void): void {
    this.#onDrained = done;
    if (!this.#queue) this.#endDrain();
  }

  /** Frees zlib's memory and discards the queued frames. */
  end(): void {
    this.#deflater?.close();
    this.#queue = this.#onDrained = undefined;
    this.#pendingBytes = 0;
  }

  #enqueue(opcode: number, payload: Uint8Array): void {
    this.#queue?.push({ opcode, payload });
    this.#pendingBytes += payload.length;
  }

  #sendNow(deflater: MessageDeflater, opcode: number, data: string | Uint8Array): number {
    const size = typeof data === "string" ? Buffer.byteLength(data) : data.length;
    // An empty message cannot become smaller.
    if (size < this.#threshold || size === 0) return this.#writer.add(FIN | opcode, data);
    const deflated = deflater.deflateSync(data, size);
    if (deflated) this.#writer.add(FIN | RSV1 | opcode, deflated);
    else this.#deflateAsync(deflater, opcode, Buffer.from(data as Uint8Array));
    return size;
  }

  #deflateAsync(deflater: MessageDeflater, opcode: number, payload: Buffer): void {
    this.#queue ??= [];
    this.#pendingBytes += payload.length;
    deflater.deflateAsync(payload, (error, deflated) => {
      this.#pendingBytes -= payload.length;
      if (error) {
        this.end();
        this.#onError(error);
        return;
      }
      const queued = this.#queue ?? [];
      this.#queue = undefined;
      this.#writer.add(FIN | RSV1 | opcode, deflated);
      this.#resume(deflater, queued);
    });
  }

  /** Sends the queued frames, up to the next message that has to be deflated asynchronously. */
  #resume(deflater: MessageDeflater, frames: readonly QueuedFrame[]): void {
    for (const { opcode, payload } of frames) {
      if (this.#queue) {
        this.#queue.push({ opcode, payload });
        continue;
      }
      this.#pendingBytes -= payload.length;
      if (opcode === CLOSE) this.#writeClose(payload);
      else this.#sendNow(deflater, opcode, payload);
    }
    if (!this.#queue) this.#endDrain();
  }

  #endDrain(): void {
    const done = this.#onDrained;
    if (!done) return;
    this.#onDrained = undefined;
    this.#writer.flush();
    done();
  }

  #writeClose(payload: Uint8Array): void {
    this.#writer.add(FIN | CLOSE, payload, false);
    // No frame follows that could be written together with this one.
    this.#writer.flush();
  }
}
