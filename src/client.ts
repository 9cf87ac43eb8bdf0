import { iterate, Queue, receive, ReceiveChannel } from "./channel.js";
import type { ReceiveResult } from "./channel.js";
import { checkClose, CLOSE_CODES, peerError, wireCode } from "./close.js";
import type { CloseInfo } from "./close.js";
import { BINARY, COMPRESSION, TEXT } from "./constants.js";
import type { CompressionMode } from "./constants.js";
import { checkMayWait, Deadline, guardWait, nextTurn, now, parseWait } from "./deadline.js";
import type { WaitOptions } from "./deadline.js";
import { show, WsError } from "./errors.js";
import { memoryOf } from "./message.js";
import type { Message } from "./message.js";
import type { Data, ParsedOptions } from "./options.js";
import type {
  Backpressure,
  Handshake,
  Transport,
  TransportEnd,
  TransportHandler,
} from "./transport.js";

declare global {
  interface SymbolConstructor {
    // As the libraries declare it; here for users whose `lib` does not have it.
    readonly asyncDispose: unique symbol;
  }
}

/** Unread bytes at which the socket is paused, whatever the channel's capacity. */
const UNREAD_HIGH = 1_048_576;

/** How long a loop of awaited sends may keep the event loop to itself, in milliseconds. */
const TURN_LIMIT = 5;

/** What IANA registered for a peer that was too slow. */
const TIMEOUT_CODE = 3008;

const PING_TIMEOUT = 10_000;

/** A ping carries its number, so that its pong names it. */
const PING_BYTES = 4;

const SENT: Promise<void> = /* @__PURE__ */ Promise.resolve();

/** What a {@link Client} has received and sent so far, and what waits in it. */
export interface ClientStats {
  readonly messagesReceived: number;
  readonly messagesSent: number;
  /** Payloads of received messages, in bytes. */
  readonly bytesReceived: number;
  /** Payloads of sent messages, in bytes. */
  readonly bytesSent: number;
  /** What unread messages hold: payload + 64 bytes each, a text's payload at 2 x `length`. */
  readonly bytesBuffered: number;
  /** How often reading was paused because the consumer was slow. */
  readonly timesPaused: number;
}

/** Options of {@link Client.ping}. */
export interface PingOptions extends WaitOptions {}

/** What a client is made of. */
export interface ClientInit {
  readonly id: string;
  /** Without credentials. */
  readonly url: string;
  /** The URL as messages show it. */
  readonly label: string;
  readonly options: ParsedOptions;
  readonly anyCloseCode: boolean;
  readonly ended: (client: Client) => void;
}

interface Waiter {
  resolve(): void;
  reject(error: WsError): void;
}

interface Ping {
  readonly id: number;
  start: number;
  settle(error?: WsError): void;
}

/**
 * One WebSocket connection.
 *
 * Any number of tasks may send and receive at the same time; each message goes to one receiver.
 * Messages wait in the channel from the moment the connection is open, so none is missed. After the
 * end, what had arrived can still be received. A client must be read until it is closed: one that is
 * not read slows its server down, and answers no ping.
 */
export class Client implements AsyncIterable<Message> {
  /** Unique in this process. */
  readonly id: string;
  /** The URL it is connected to, after redirects, without credentials. */
  readonly url: string;
  /** Settles once, when the connection has ended, with how it ended. Never rejects. */
  readonly closed: Promise<CloseInfo>;

  readonly #transport: Transport;
  readonly #options: ParsedOptions;
  readonly #label: string;
  readonly #anyCloseCode: boolean;
  readonly #queue: Queue<Message>;
  readonly #channel: ReceiveChannel<Message>;
  readonly #ended: (client: Client) => void;
  readonly #flushes = new Set<Waiter>();
  readonly #readDeadline: Deadline | undefined;
  readonly #writeDeadline: Deadline | undefined;

  #state: "open" | "closing" | "closed" = "open";
  /** The code and reason of a local close, and what went out for it. */
  #asked: { info: { code: number; reason: string }; sentCode: number } | undefined;
  #closeDeadline: Deadline | undefined;
  /** Whether all that was sent before a local close has left. */
  #drained = false;
  /** Why it ended or is about to; nothing after a normal end. */
  #failure: WsError | undefined;
  #failureCode = 0;
  #settleClosed!: (info: CloseInfo) => void;

  #messagesReceived = 0;
  #messagesSent = 0;
  #bytesReceived = 0;
  #bytesSent = 0;
  #bytesBuffered = 0;

  /** The channel is at its capacity, or holds too many bytes, and has not been caught up with. */
  #full = false;
  #paused = false;
  #pings: Ping[] = [];
  #pingsSent = 0;

  /** What this turn of the event loop has sent, in bytes, and when it began to. */
  #spent = 0;
  #turnStart = 0;
  /** What all sends that may not settle yet share. */
  #pace: Promise<void> | undefined;
  #paceWaiter: Waiter | undefined;
  #paceChecking = false;
  #lastRead = 0;
  #lastWritten = 0;

  private constructor(transport: Transport, init: ClientInit) {
    const { options } = init;
    this.id = init.id;
    this.url = init.url;
    this.#label = init.label;
    this.#anyCloseCode = init.anyCloseCode;
    this.#ended = init.ended;
    this.#transport = transport;
    this.#options = options;
    this.#queue = new Queue(options.channelCapacity);
    this.#queue.taken = (message) => this.#onTaken(message);
    this.#channel = ReceiveChannel.of(this.#queue);
    this.closed = new Promise((resolve) => {
      this.#settleClosed = resolve;
    });
    this.#readDeadline = this.#watch(options.readTimeout, "READ_TIMEOUT", () =>
      this.#isReadAlive(),
    );
    this.#writeDeadline = this.#watch(options.writeTimeout, "WRITE_TIMEOUT", () =>
      this.#isWriteAlive(),
    );
  }

  /** Makes a client on an open transport, and the handler that the transport reports to. @internal */
  static open(transport: Transport, init: ClientInit): [Client, TransportHandler] {
    const client = new Client(transport, init);
    // Platforms report late and twice; whatever comes after the end is none of it.
    const ifLive =
      <A extends unknown[]>(handle: (...args: A) => void) =>
      (...args: A): void => {
        if (client.#state !== "closed") handle(...args);
      };
    return [
      client,
      {
        onMessage: (message, size) => client.#onMessage(message, size),
        onProgress: () => client.#onProgress(),
        onPong: ifLive((payload) => client.#onPong(payload)),
        onError: ifLive((error, closeCode) => client.#onError(error, closeCode)),
        onClosing: ifLive(() => client.#onClosing()),
        onEnd: ifLive((end) => client.#onEnd(end)),
      },
    ];
  }

  /** `"open"`, `"closing"` from the first close frame either way, `"closed"` when all is over. */
  get state(): "open" | "closing" | "closed" {
    return this.#state;
  }

  /** The subprotocol the server picked; `""` for none. */
  get protocol(): string {
    return this.#transport.protocol;
  }

  /** The extensions the server accepted, as it wrote them; `""` for none. */
  get extensions(): string {
    return this.#transport.extensions;
  }

  /** The mode of compression that was agreed on: see {@link COMPRESSION}. */
  get compression(): CompressionMode {
    const { extensions } = this.#transport;
    if (!/permessage-deflate/i.test(extensions)) return COMPRESSION.DISABLED;
    return /client_no_context_takeover/i.test(extensions) &&
      /server_no_context_takeover/i.test(extensions)
      ? COMPRESSION.NO_CONTEXT
      : COMPRESSION.CONTEXT_TAKEOVER;
  }

  /** How many sent bytes the operating system has not taken yet. */
  get bufferedAmount(): number {
    return this.#state === "closed" ? 0 : this.#transport.bufferedAmount;
  }

  /**
   * What a slow consumer leads to: the `"socket"` or the `"stream"` is paused, which slows the server
   * down; or messages `"buffer"` here, up to `bufferLimit`.
   */
  get backpressure(): Backpressure {
    return this.#options.backpressure === "buffer" ? "buffer" : this.#transport.backpressure;
  }

  /** Whether this platform has ping frames. */
  get canPing(): boolean {
    return this.#transport.canPing;
  }

  /** The HTTP response that opened the connection, in Node; elsewhere `undefined`. */
  get handshake(): Handshake | undefined {
    return this.#transport.handshake;
  }

  /** What was received and sent so far, and what waits to be read. A snapshot. */
  get stats(): ClientStats {
    return {
      messagesReceived: this.#messagesReceived,
      messagesSent: this.#messagesSent,
      bytesReceived: this.#bytesReceived,
      bytesSent: this.#bytesSent,
      bytesBuffered: this.#bytesBuffered,
      timesPaused: this.#transport.timesPaused,
    };
  }

  /** The channel on which messages arrive; always the same one. It closes when the connection ends. */
  channel(): ReceiveChannel<Message> {
    return this.#channel;
  }

  /** Short for `channel().receive(options)`. */
  receive(options?: WaitOptions): Promise<ReceiveResult<Message>> {
    return receive(this.#queue, options);
  }

  /**
   * The messages, until the connection ends. Returns after a normal end (1000, 1001, 1005) or a local
   * close, and throws the connection's `WsError` after any other. Leaving the loop leaves the
   * connection open.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<Message, undefined> {
    return iterate(this.#queue, () => (this.#asked === undefined ? this.#failure : undefined));
  }

  /**
   * Sends one message: handed over at once, in call order. Settles as soon as fewer than
   * `sendHighWaterMark` bytes wait, which is usually at once. The bytes may be reused when `send` has
   * returned.
   *
   * @param data A string; or an `ArrayBuffer` or a view, as bytes.
   * @param type {@link TEXT} or {@link BINARY}. By default a string is text and bytes are binary. A
   * string as `BINARY` goes out as its UTF-8 bytes; bytes as `TEXT` must be valid UTF-8.
   *
   * Rejects with `INVALID_MESSAGE`, or `CLOSED` when the connection has ended or ends while it waits; a
   * failure that nobody awaits stands in `closed` as well and is no unhandled rejection.
   */
  send(data: Data, type?: 1 | 2): Promise<void> {
    let payload: string | Uint8Array;
    try {
      payload = toPayload(data, type);
    } catch (error) {
      return rejected(error);
    }
    if (this.#state !== "open") return rejected(this.#closedError("send"));
    if (this.#writeDeadline && this.#transport.bufferedAmount === 0) this.#writeDeadline.touch();
    const size = this.#transport.send(payload);
    if (size < 0) return rejected(this.#closedError("send"));
    this.#messagesSent++;
    this.#bytesSent += size;
    return this.#settleSend(size);
  }

  /**
   * Settles when all that was sent has been handed to the operating system; in a browser, when
   * `bufferedAmount` is 0. Rejects with `CLOSED` if the connection ended first, and with `UNSUPPORTED`
   * where the platform has no `bufferedAmount`.
   */
  flush(): Promise<void> {
    if (!this.#transport.canFlush) {
      const text = `flush ${this.#label}: this platform does not tell when bytes have left`;
      return rejected(new WsError("UNSUPPORTED", `${text}: let the peer answer`));
    }
    if (this.#state === "closed") return rejected(this.#closedError("flush"));
    const promise = new Promise<void>((resolve, reject) => {
      const waiter: Waiter = { resolve, reject };
      this.#flushes.add(waiter);
      this.#transport.flush(() => {
        if (this.#flushes.delete(waiter)) resolve();
      });
    });
    promise.catch(ignore);
    return promise;
  }

  /**
   * Sends a ping frame and waits for its pong. Resolves with the round trip in milliseconds, from the
   * flushed ping. A pong settles its ping and every earlier one (RFC 6455 section 5.5.3). While a ping
   * is out the socket is not paused: what arrives meanwhile counts against `bufferLimit`, so ping
   * rarely, or with a short timeout, where the server has a long backlog. `timeout` is 10 s by default.
   *
   * Rejects with `PING_TIMEOUT`, `ABORTED`, `CLOSED`, `INVALID_DURATION`, `INVALID_OPTION`, or
   * `UNSUPPORTED` where {@link canPing} is false.
   */
  ping(options: PingOptions = {}): Promise<number> {
    const promise = this.#ping(options);
    // For a keep-alive that nobody awaits: if the connection ends, `closed` tells.
    promise.catch(ignore);
    return promise;
  }

  async #ping(options: PingOptions): Promise<number> {
    if (!this.canPing) {
      throw new WsError(
        "UNSUPPORTED",
        `ping ${this.#label}: no ping frames on this platform: use option keepAlive.message`,
      );
    }
    const wait = parseWait(`ping ${this.#label}`, "PING_TIMEOUT", options, {
      defaultTimeout: PING_TIMEOUT,
    });
    if (this.#state !== "open") throw this.#closedError("ping");
    checkMayWait(wait);
    return new Promise((resolve, reject) => {
      const release = guardWait(wait, (error) => this.#settlePings([ping], error));
      const ping: Ping = {
        id: ++this.#pingsSent,
        start: now(),
        settle: (error) => {
          release();
          if (error) reject(error);
          else resolve(now() - ping.start);
        },
      };
      this.#pings.push(ping);
      this.#regulate();
      const payload = new Uint8Array(PING_BYTES);
      viewOf(payload).setUint32(0, ping.id);
      this.#transport.ping(payload);
      this.#transport.flush(() => {
        ping.start = now();
      });
    });
  }

  /**
   * Closes the connection: the channel closes at once, what was sent still goes out, then the close
   * frame, and the peer has `closeTimeout` to answer it. Resolves with how it ended. Calling it again
   * returns the same promise.
   *
   * @param code 1000-1003, 1007-1014 or 3000-4999; default 1000. A browser may send only 1000 and
   * 3000-4999 (WHATWG): there the others go out as `code + 3000`.
   * @param reason At most 123 bytes of UTF-8 (RFC 6455 section 5.5); default `""`.
   *
   * Rejects with `INVALID_CLOSE`, and the connection stays open.
   */
  close(code: number = CLOSE_CODES.NORMAL, reason = ""): Promise<CloseInfo> {
    if (this.#state !== "open") return this.closed;
    try {
      checkClose(code, reason);
    } catch (error) {
      return Promise.reject(error);
    }
    const sentCode = wireCode(code, this.#anyCloseCode);
    this.#asked = { info: { code, reason }, sentCode };
    this.#beginClosing();
    this.#queue.close();
    this.#regulate();
    this.#startCloseDeadline();
    this.#transport.close(sentCode, reason);
    this.#transport.flush(() => {
      this.#drained = true;
      this.#closeDeadline?.touch();
    });
    return this.closed;
  }

  /** Ends the connection now, without a closing handshake; what was sent and has not left is dropped. */
  terminate(): void {
    if (this.#state === "closed") return;
    const error = this.#failure;
    this.#transport.terminate();
    this.#finish({
      code: CLOSE_CODES.ABNORMAL_CLOSURE,
      reason: "",
      clean: false,
      by: "local",
      ...(error && { error }),
    });
  }

  /** `close()`, for `await using`, where the platform has the symbol. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  // Receiving

  #onMessage(message: Message, size: number): void {
    if (this.#queue.closed) return;
    this.#messagesReceived++;
    this.#bytesReceived += size;
    this.#readDeadline?.touch();
    if (this.#queue.receivers.size > 0) {
      this.#queue.push(message);
      return;
    }
    const cost = memoryOf(message);
    const { bufferLimit } = this.#options;
    // One that meets an empty buffer is always let in, or a limit below `readLimit` would end it all.
    if (this.#bytesBuffered > 0 && this.#bytesBuffered + cost > bufferLimit) {
      this.#failSlowConsumer(bufferLimit, this.#bytesBuffered + cost);
      return;
    }
    this.#bytesBuffered += cost;
    this.#queue.push(message);
    if (!this.#full) this.#regulate();
  }

  #onTaken(message: Message): void {
    this.#bytesBuffered -= memoryOf(message);
    if (this.#full) this.#regulate();
  }

  /** Pauses and resumes reading as the consumer falls behind and catches up. */
  #regulate(): void {
    const unread = this.#queue.size;
    const { capacity } = this.#queue;
    if (!this.#full) {
      this.#full = unread >= capacity || this.#bytesBuffered >= UNREAD_HIGH;
    } else if (unread <= capacity / 2 && this.#bytesBuffered <= UNREAD_HIGH / 2) {
      // Half way down and not at once, so that a pause is worth its system calls.
      this.#full = false;
      this.#readDeadline?.touch();
    }
    // A paused socket would not see the pong, and what waits for it would be our own doing.
    const pause =
      this.#full &&
      this.#state === "open" &&
      this.#pings.length === 0 &&
      this.#options.backpressure === "auto";
    if (pause === this.#paused) return;
    this.#paused = pause;
    if (pause) this.#transport.pause();
    else this.#transport.resume();
  }

  #failSlowConsumer(limit: number, size: number): void {
    const error = new WsError(
      "SLOW_CONSUMER",
      `receive ${this.#label}: over ${limit} bytes unread: read faster or raise option bufferLimit`,
      { details: { limit, size } },
    );
    this.#fail(error, CLOSE_CODES.POLICY_VIOLATION);
  }

  // Sending

  /** A promise that settles when this send may be followed by another. */
  #settleSend(size: number): Promise<void> {
    const { sendHighWaterMark } = this.#options;
    if (this.#spent === 0) {
      this.#turnStart = now();
      nextTurn(() => {
        this.#spent = 0;
      });
    }
    // An empty message is work, too.
    this.#spent += size + 1;
    const mayGoOn =
      this.#spent < sendHighWaterMark &&
      this.#transport.bufferedAmount < sendHighWaterMark &&
      now() - this.#turnStart < TURN_LIMIT;
    return mayGoOn ? SENT : (this.#pace ??= this.#startPace());
  }

  #startPace(): Promise<void> {
    const promise = new Promise<void>((resolve, reject) => {
      this.#paceWaiter = { resolve, reject };
    });
    promise.catch(ignore);
    this.#checkPace();
    return promise;
  }

  /** In a later turn: a socket that takes everything at once would otherwise starve the timers. */
  #checkPace(): void {
    if (this.#paceChecking) return;
    this.#paceChecking = true;
    nextTurn(() => {
      this.#paceChecking = false;
      const { bufferedAmount, flushed } = this.#transport;
      // Flushed, and still bytes wait: the platform's own pongs.
      if (bufferedAmount >= this.#options.sendHighWaterMark && !flushed) return;
      this.#paceWaiter?.resolve();
      this.#pace = this.#paceWaiter = undefined;
    });
  }

  #onProgress(): void {
    this.#writeDeadline?.touch();
    if (this.#pace !== undefined) this.#checkPace();
  }

  // Pings

  #onPong(payload: Uint8Array): void {
    if (payload.byteLength !== PING_BYTES) return;
    const id = viewOf(payload).getUint32(0);
    // The pong of a ping that was given up settles the earlier ones, too. Others were never asked for.
    if (id <= this.#pingsSent) this.#settlePings(this.#pings.filter((ping) => ping.id <= id));
  }

  #settlePings(pings: readonly Ping[], error?: WsError): void {
    this.#pings = this.#pings.filter((ping) => !pings.includes(ping));
    for (const ping of pings) ping.settle(error);
    this.#regulate();
  }

  // Deadlines

  #watch(
    period: number | undefined,
    code: "READ_TIMEOUT" | "WRITE_TIMEOUT",
    alive: () => boolean,
  ): Deadline | undefined {
    if (period === undefined) return undefined;
    const what = code === "READ_TIMEOUT" ? "receive" : "send";
    const expire = (): void => {
      const error = new WsError(code, `${what} ${this.#label}: nothing moved for ${period} ms`);
      // Bytes that do not move would keep a close frame waiting, too.
      this.#fail(error, code === "READ_TIMEOUT" ? TIMEOUT_CODE : undefined);
    };
    const deadline = new Deadline(period, expire, alive);
    deadline.start();
    return deadline;
  }

  /** Whether the next message is owed by us, on its way, or anything moved since the last look. */
  #isReadAlive(): boolean {
    const { bytesRead, bytesWritten, receiving } = this.#transport;
    const moved = bytesRead + bytesWritten !== this.#lastRead;
    this.#lastRead = bytesRead + bytesWritten;
    return moved || receiving || this.#full;
  }

  /** Whether nothing waits to be written, or some of it went since the last look. */
  #isWriteAlive(): boolean {
    const { bytesWritten, blocked } = this.#transport;
    const moved = bytesWritten !== this.#lastWritten;
    this.#lastWritten = bytesWritten;
    // A peer may wait for us to read before it reads on.
    return moved || !blocked || this.#paused;
  }

  // The end

  #beginClosing(): void {
    this.#state = "closing";
    this.#readDeadline?.stop();
    this.#writeDeadline?.stop();
  }

  #startCloseDeadline(): void {
    const { closeTimeout } = this.#options;
    this.#closeDeadline = new Deadline(
      closeTimeout,
      () => this.#transport.cut(),
      () => !this.#drained && this.#isWriteAlive() && this.#transport.bufferedAmount > 0,
    );
    this.#closeDeadline.start();
  }

  /** The peer has begun to close, and should be done in as long as it would have to answer. */
  #onClosing(): void {
    if (this.#state === "closing") return;
    this.#beginClosing();
    this.#regulate();
    this.#startCloseDeadline();
  }

  /** The peer broke a rule: a close frame is out, and what had arrived can still be read. */
  #onError(error: WsError, closeCode: number): void {
    if (this.#asked !== undefined || this.#failure !== undefined) return;
    this.#failure = error;
    this.#failureCode = closeCode;
    this.#drained = true;
    this.#beginClosing();
    this.#queue.close();
    this.#startCloseDeadline();
  }

  /** This side gives up: no handshake is waited for. */
  #fail(error: WsError, closeCode?: number): void {
    const wire = closeCode && wireCode(closeCode, this.#anyCloseCode);
    // Behind what could not leave, the close frame could not either.
    const sentCode = this.#transport.flushed ? wire : undefined;
    this.#transport.terminate(wire, "");
    this.#finish({
      code: closeCode ?? CLOSE_CODES.ABNORMAL_CLOSURE,
      reason: "",
      clean: false,
      by: "local",
      ...(sentCode === undefined ? {} : { sentCode }),
      error,
    });
  }

  #onEnd({ code, reason, cause, echoed }: TransportEnd): void {
    const handshaken = code !== CLOSE_CODES.ABNORMAL_CLOSURE;
    const { flushed } = this.#transport;
    const clean = handshaken && flushed;
    const failure = this.#failure;
    if (this.#asked !== undefined) {
      const { info, sentCode } = this.#asked;
      // Behind what could not leave, the close frame could not either.
      const sent = handshaken && echoed ? withCode(code) : flushed && { sentCode };
      const error = flushed ? undefined : this.#droppedError(cause);
      this.#finish({ ...info, ...sent, clean, by: "local", ...(error && { error }) });
    } else if (failure !== undefined) {
      const sentCode = wireCode(this.#failureCode, this.#anyCloseCode);
      const ended = { code: this.#failureCode, reason: "", clean: false, by: "local" } as const;
      this.#finish({ ...ended, ...(flushed && { sentCode }), error: failure });
    } else if (handshaken) {
      const error = peerError(this.#label, code, reason);
      this.#finish({ code, reason, clean, by: "peer", ...(error && { error }) });
    } else {
      const error = new WsError(
        "CONNECTION_LOST",
        `connection ${this.#label}: ended without a close frame`,
        cause === undefined ? {} : { cause },
      );
      this.#finish({ code, reason: "", clean, by: "none", error });
    }
  }

  #droppedError(cause: unknown): WsError {
    return new WsError("WRITE_TIMEOUT", `close ${this.#label}: what was sent could not all leave`, {
      ...(cause === undefined ? {} : { cause }),
    });
  }

  /** The one way into `closed`: settles all that waits. */
  #finish(info: CloseInfo): void {
    this.#beginClosing();
    this.#state = "closed";
    this.#closeDeadline?.stop();
    this.#failure = info.error;
    this.#queue.close();
    this.#paceWaiter?.reject(this.#closedError("send"));
    this.#pace = this.#paceWaiter = undefined;
    for (const waiter of this.#flushes) waiter.reject(this.#closedError("flush"));
    this.#flushes.clear();
    if (this.#pings.length > 0) this.#settlePings(this.#pings, this.#closedError("ping"));
    this.#settleClosed(Object.freeze(info));
    this.#ended(this);
  }

  #closedError(operation: string): WsError {
    const cause = this.#failure;
    // The transport may know first that nothing more can be sent.
    const state = this.#state === "open" ? "closing" : this.#state;
    return new WsError("CLOSED", `${operation} ${this.#label}: the connection is ${state}`, {
      retryable: cause?.retryable ?? false,
      ...(cause && { cause }),
    });
  }
}

/** An answer to the peer's close frame has its code (RFC 6455 section 5.5.1), or none as it had none. */
function withCode(code: number): { sentCode?: number } {
  return code === CLOSE_CODES.NO_STATUS ? {} : { sentCode: code };
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

function ignore(): void {
  // The failure also stands in `closed`.
}

/** A rejection for whoever awaits it, that is never reported as unhandled. */
function rejected(error: unknown): Promise<never> {
  const promise = Promise.reject(error);
  promise.catch(ignore);
  return promise;
}

function toPayload(data: Data, type: number | undefined): string | Uint8Array {
  if (type !== undefined && type !== TEXT && type !== BINARY) {
    throw invalidMessage(`type must be TEXT (1) or BINARY (2), not ${show(type)}`);
  }
  if (typeof data === "string") return type === BINARY ? new TextEncoder().encode(data) : data;
  const bytes = toBytes(data);
  if (type !== TEXT) return bytes;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw invalidMessage("bytes sent as TEXT must be valid UTF-8: send them as BINARY", cause);
  }
}

function toBytes(data: unknown): Uint8Array {
  try {
    if (ArrayBuffer.isView(data)) {
      return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    }
    // Takes an ArrayBuffer of any realm, as test runners and frames have, and nothing else.
    ArrayBuffer.prototype.slice.call(data, 0, 0);
    return new Uint8Array(data as ArrayBuffer);
  } catch (cause) {
    throw invalidMessage(
      "data must be a string, an ArrayBuffer or a view, and not detached: of a Blob, send await blob.arrayBuffer()",
      cause,
    );
  }
}

function invalidMessage(text: string, cause?: unknown): WsError {
  return new WsError("INVALID_MESSAGE", `send: ${text}`, cause === undefined ? {} : { cause });
}
