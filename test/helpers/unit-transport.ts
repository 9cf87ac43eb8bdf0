import { Client } from "../../src/client.js";
import type { ConnectOptions } from "../../src/options.js";
import { checkOptions, completeOptions, nodeOptionChecks, pickOptions } from "../../src/options.js";
import type {
  Backpressure,
  Handshake,
  Platform,
  Transport,
  TransportHandler,
} from "../../src/transport.js";

/** No test here is to get as far as this. */
const neverDial = (): Promise<void> => Promise.reject(new Error("dialled"));

/** As `src/node.ts` has it, but for its dial. */
export const NODE: Platform = {
  dial: neverDial,
  capabilities: {
    platform: "Node",
    credentials: true,
    unix: true,
    baseUrl: undefined,
    anyCloseCode: true,
  },
  dialOptions: nodeOptionChecks,
};

/** As a page has it. */
export const BROWSER: Platform = {
  dial: neverDial,
  capabilities: {
    platform: "a browser",
    credentials: false,
    unix: false,
    baseUrl: "https://page.test/app/",
    anyCloseCode: false,
  },
};

/** A transport in memory: it notes what the client asks for and does what the test says. */
export class FakeTransport implements Transport {
  protocol = "";
  extensions = "";
  handshake: Handshake | undefined;
  backpressure: Backpressure = "socket";
  canPing = true;
  canFlush = true;
  bufferedAmount = 0;
  flushed = true;
  bytesRead = 0;
  bytesWritten = 0;
  receiving = false;
  timesPaused = 0;

  /** What was asked for, in order: "pause", "close 1000 bye", ... */
  readonly calls: string[] = [];
  readonly sent: (string | Uint8Array)[] = [];
  readonly pings: Uint8Array[] = [];
  /** Sent bytes stay in `bufferedAmount`, and flushes wait, until `drain`. */
  holds = false;
  /** Takes no more messages. */
  refuses = false;
  paused = false;
  onClose: (() => void) | undefined;
  /** What it reports to, for the end that `cut` tells. */
  handler: TransportHandler | undefined;
  #flushes: (() => void)[] = [];

  get blocked(): boolean {
    return this.bufferedAmount > 0;
  }

  send(data: string | Uint8Array): number {
    if (this.refuses) return -1;
    this.sent.push(data);
    const size = typeof data === "string" ? Buffer.byteLength(data) : data.byteLength;
    if (this.holds) {
      this.bufferedAmount += size;
      this.flushed = false;
    }
    return size;
  }

  ping(payload: Uint8Array): void {
    this.pings.push(payload.slice());
    if (this.holds) this.flushed = false;
  }

  flush(done: () => void): void {
    if (this.holds) this.#flushes.push(done);
    else done();
  }

  /** The operating system has taken everything. */
  drain(): void {
    this.bytesWritten += this.bufferedAmount;
    this.bufferedAmount = 0;
    this.flushed = true;
    for (const done of this.#flushes.splice(0)) done();
  }

  pause(): void {
    this.calls.push("pause");
    this.paused = true;
    this.timesPaused++;
  }

  resume(): void {
    this.calls.push("resume");
    this.paused = false;
  }

  close(code: number, reason: string): void {
    this.calls.push(`close ${code} ${reason}`.trim());
    this.onClose?.();
  }

  cut(): void {
    this.calls.push("cut");
    this.handler?.onEnd({ code: 1006, reason: "" });
  }

  terminate(code?: number, reason?: string): void {
    this.calls.push(`terminate ${code ?? ""} ${reason ?? ""}`.trim());
  }
}

export interface Opened {
  readonly client: Client;
  readonly transport: FakeTransport;
  readonly handler: TransportHandler;
  /** The clients that were reported as ended. */
  readonly ended: Client[];
  /** A text message arrives. */
  readonly text: (data: string) => void;
  /** A binary message of so many bytes arrives. */
  readonly bytes: (size: number) => void;
  /** The pong of the nth ping, from 0, arrives. */
  readonly pong: (index: number) => void;
}

/** A client on a {@link FakeTransport}. */
export function openClient(
  options: ConnectOptions = {},
  transport: FakeTransport = new FakeTransport(),
  platform: Platform = NODE,
): Opened {
  const ended: Client[] = [];
  const [client, handler] = Client.open(transport, {
    id: "test-1",
    url: "ws://host.test/path?token=1",
    label: "ws://host.test/path?...",
    options: completeOptions(checkOptions(pickOptions(options), platform)),
    anyCloseCode: platform.capabilities.anyCloseCode,
    ended: (one) => ended.push(one),
  });
  transport.handler = handler;
  return {
    client,
    transport,
    handler,
    ended,
    text: (data) => handler.onMessage({ type: "text", data }, Buffer.byteLength(data)),
    bytes: (size) => handler.onMessage({ type: "binary", data: new Uint8Array(size) }, size),
    pong: (index) => handler.onPong(transport.pings[index] ?? new Uint8Array()),
  };
}
