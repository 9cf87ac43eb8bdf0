import { Buffer } from "node:buffer";
import { NO_STATUS } from "../../protocol/close-codes.js";
import type { MessageDeflater } from "./deflate.js";
import type { FrameWriter } from "./frame-writer.js";
import { BINARY, CLOSE, FIN, RSV1, TEXT } from "./frames.js";

/** A frame that waits because an earlier message is still being deflated. */
interface WaitingFrame {
  readonly opcode: number;
  readonly payload: Uint8Array;
}

/** Sends messages and the close frame in call order, whether they have to be deflated or not. */
export class MessageSender {
  readonly #writer: FrameWriter;
  readonly #deflater: MessageDeflater | undefined;
  readonly #threshold: number;
  readonly #onError: (error: Error) => void;
  /** What follows the message that is being deflated; `undefined` if none is. */
  #waiting: WaitingFrame[] | undefined;
  #waitingBytes = 0;
  #onDrained: (() => void) | undefined;

  /**
   * @param threshold Smaller messages are sent uncompressed, in bytes.
   * @param onError Called if zlib fails: then nothing more can be sent.
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

  /** Bytes that have not been handed to the socket. */
  get size(): number {
    return this.#writer.size + this.#waitingBytes;
  }

  /** Sends a message, and returns its size in bytes. `data` may change afterwards. */
  send(data: string | Uint8Array): number {
    const opcode = typeof data === "string" ? TEXT : BINARY;
    if (!this.#deflater) return this.#writer.add(FIN | opcode, data);
    if (!this.#waiting) return this.#sendNow(this.#deflater, opcode, data);
    const payload = Buffer.from(data as Uint8Array);
    this.#wait(opcode, payload);
    return payload.length;
  }

  /** Sends a close frame; 1005 stands for one without a code. Nothing may be sent after it. */
  close(code: number, reason: string): void {
    const payload = Buffer.alloc(code === NO_STATUS ? 0 : 2 + Buffer.byteLength(reason));
    if (payload.length > 0) {
      payload.writeUInt16BE(code);
      payload.write(reason, 2);
    }
    if (this.#waiting) this.#wait(CLOSE, payload);
    else this.#writeClose(payload);
  }

  /** Calls back as soon as all frames have been handed to the socket: at once if none wait. */
  drain(done: () => void): void {
    this.#onDrained = done;
    if (!this.#waiting) this.#endDrain();
  }

  /** Frees zlib's memory, and drops what waits. */
  end(): void {
    this.#deflater?.close();
    this.#waiting = this.#onDrained = undefined;
    this.#waitingBytes = 0;
  }

  #wait(opcode: number, payload: Uint8Array): void {
    this.#waiting?.push({ opcode, payload });
    this.#waitingBytes += payload.length;
  }

  #sendNow(deflater: MessageDeflater, opcode: number, data: string | Uint8Array): number {
    const size = typeof data === "string" ? Buffer.byteLength(data) : data.length;
    // An empty message cannot get smaller.
    if (size < this.#threshold || size === 0) return this.#writer.add(FIN | opcode, data);
    const deflated = deflater.deflateSync(data, size);
    if (deflated) this.#writer.add(FIN | RSV1 | opcode, deflated);
    else this.#deflateAsync(deflater, opcode, Buffer.from(data as Uint8Array));
    return size;
  }

  #deflateAsync(deflater: MessageDeflater, opcode: number, payload: Buffer): void {
    this.#waiting ??= [];
    this.#waitingBytes += payload.length;
    deflater.deflateAsync(payload, (error, deflated) => {
      this.#waitingBytes -= payload.length;
      if (error) {
        this.end();
        this.#onError(error);
        return;
      }
      const waiting = this.#waiting ?? [];
      this.#waiting = undefined;
      this.#writer.add(FIN | RSV1 | opcode, deflated);
      this.#resume(deflater, waiting);
    });
  }

  /** Sends what has waited, up to the next message that is deflated asynchronously. */
  #resume(deflater: MessageDeflater, frames: readonly WaitingFrame[]): void {
    for (const { opcode, payload } of frames) {
      if (this.#waiting) {
        this.#waiting.push({ opcode, payload });
        continue;
      }
      this.#waitingBytes -= payload.length;
      if (opcode === CLOSE) this.#writeClose(payload);
      else this.#sendNow(deflater, opcode, payload);
    }
    if (!this.#waiting) this.#endDrain();
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
    // Nothing follows in this turn.
    this.#writer.flush();
  }
}
