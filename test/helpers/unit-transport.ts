import { Client } from "../../src/connection/client.js";
import { Connection } from "../../src/connection/connection.js";
import { Events } from "../../src/connection/events.js";
import type { Message } from "../../src/protocol/message.js";
import { browserCode } from "../../src/protocol/close-codes.js";
import type { CompressionMode } from "../../src/protocol/constants.js";
import { compressionMode } from "../../src/protocol/extensions.js";
import { DEFAULTS } from "../../src/options/resolved-options.js";
import { nodeParsers } from "../../src/options/node-parsers.js";
import { parseOptions } from "../../src/options/parse-options.js";
import type { ConnectOptions } from "../../src/options/connect-options.js";
import type { ResolvedOptions } from "../../src/options/resolved-options.js";
import type {
  Backpressure,
  Handshake,
  PingDone,
  Pressure,
  Transport,
  TransportEnd,
  TransportHandler,
} from "../../src/protocol/transport.js";
import type { Platform } from "../../src/protocol/dial.js";
import { nodePlatform } from "../../src/transport/node/dial.js";

/** Rejects: tests that use this dial end before it. */
const neverDial = (): Promise<void> => Promise.reject(new Error("dialled"));

/** The platform of `src/node.ts`, with a dial that rejects. */
export const NODE: Platform = { ...nodePlatform, dial: neverDial, parsers: nodeParsers };

/** The platform of a page, with a dial that rejects. */
export const BROWSER: Platform = {
  dial: neverDial,
  credentials: false,
  base: "https://page.test/app/",
};

/** A transport in memory that records the client's calls and is controlled by the test. */
export class FakeTransport implements Transport {
  protocol = "";
  extensions = "";
  handshake: Handshake | undefined;
  backpressure: Backpressure = "socket";
  bufferedAmount: number | undefined = 0;
  unsent = 0;
  accepted = 0;
  flushed = 0;
  /** Number of bytes flushed to the kernel. */
  bytesWritten = 0;
  /** True if bytes are waiting for the peer to read. */
  blocked = false;
  bytesRead = 0;
  receiving = false;
  timesPaused = 0;
  /** Maps close codes as browsers require. */
  movesCodes = false;

  /** The client's calls in order: "pause", "close 1000 bye", ... */
  readonly calls: string[] = [];
  readonly sent: (string | Uint8Array)[] = [];
  readonly warnings: string[] = [];
  /** Callbacks of the pings without a pong. */
  readonly pings: PingDone[] = [];
  /** Keeps sent bytes in `bufferedAmount` until `drain`. */
  holds = false;
  /** Refuses further messages. */
  refuses = false;
  paused = false;
  /** True if reading is paused even while a pong is awaited. */
  firmly = false;
  onClose: (() => void) | undefined;
  /** Handler that is notified of the end. */
  handler: TransportHandler | undefined;
  sentCode: number | undefined;

  get compression(): CompressionMode {
    return compressionMode(this.extensions);
  }

  get progress(): number | undefined {
    return this.blocked || this.flushed < this.accepted ? this.bytesWritten : undefined;
  }

  get activity(): number {
    return this.bytesRead + this.bytesWritten;
  }

  get isReceiving(): boolean {
    return this.receiving;
  }

  get received(): number | undefined {
    return this.ping && this.bytesRead;
  }

  send(data: string | Uint8Array): number | undefined {
    if (this.refuses) return undefined;
    this.sent.push(data);
    const size = typeof data === "string" ? Buffer.byteLength(data) : data.byteLength;
    this.accepted += size + 1;
    if (this.holds) this.bufferedAmount = (this.bufferedAmount ?? 0) + size;
    else this.flushed = this.accepted;
    return size;
  }

  ping?: (done: PingDone) => () => void = (done) => {
    this.pings.push(done);
    return () => {
      this.calls.push("give up ping");
    };
  };

  warn: ((text: string) => void) | undefined = (text) => {
    this.warnings.push(text);
  };

  /** Flushes all buffered bytes. */
  drain(): void {
    this.bytesWritten += this.bufferedAmount ?? 0;
    this.bufferedAmount = 0;
    this.flushed = this.accepted;
    this.handler?.onProgress();
  }

  pause(pressure: Pressure): void {
    const paused = pressure > 0;
    const firmly = pressure > 1;
    if (paused === this.paused && firmly === this.firmly) return;
    this.calls.push(firmly ? "pause firmly" : paused ? "pause" : "resume");
    if (paused && !this.paused) this.timesPaused++;
    this.paused = paused;
    this.firmly = firmly;
  }

  close(code: number, reason: string): void {
    this.sentCode = this.#wireCode(code);
    this.calls.push(`close ${code} ${reason}`.trim());
    this.onClose?.();
  }

  destroy(): void {
    this.calls.push("destroy");
    this.end({ code: 1006, reason: "" });
  }

  /** Ends the connection. */
  end(end: TransportEnd): void {
    for (const done of this.pings.splice(0)) done(undefined);
    this.handler?.onEnd({ sentCode: this.sentCode, ...end });
  }

  terminate(code: number): number | undefined {
    this.calls.push(`terminate ${code}`);
    for (const done of this.pings.splice(0)) done(undefined);
    return code === 1006 ? undefined : this.#wireCode(code);
  }

  #wireCode(code: number): number | undefined {
    return this.movesCodes ? browserCode(code) : code;
  }
}

export interface Opened {
  readonly client: Client;
  readonly transport: FakeTransport;
  readonly handler: TransportHandler;
  /** Delivers a text message. */
  readonly text: (data: string) => void;
  /** Delivers a binary message of `size` bytes. */
  readonly bytes: (size: number) => void;
}

/** Creates a client on a {@link FakeTransport}. */
export function openClient(
  options: ConnectOptions = {},
  transport: FakeTransport = new FakeTransport(),
  platform: Platform = NODE,
): Opened {
  const parsed = parseOptions(DEFAULTS, options, platform) as ResolvedOptions;
  // The real transports switch to this mode as well.
  if (parsed.backpressure === "buffer") transport.backpressure = "buffer";
  const url = new URL("ws://user:secret@host.test/path?token=1");
  const { observe, observeMessages } = parsed;
  const events = new Events(undefined, observe, observeMessages, platform.observerOf);
  const handler = new Connection<Message>(transport, url, parsed, events);
  const client = new Client(handler, url);
  transport.handler = handler;
  return {
    client,
    transport,
    handler,
    text: (data) => handler.onMessage({ type: "text", data }, Buffer.byteLength(data)),
    bytes: (size) => handler.onMessage({ type: "binary", data: new Uint8Array(size) }, size),
  };
}
