import { Backlog } from "../channel/backlog.js";
import { ReceiveChannel } from "../channel/channel.js";
import { Queue } from "../channel/queue.js";
import type { ReceiveResult } from "../channel/queue.js";
import { WsError } from "../errors/ws-error.js";
import { ABNORMAL_CLOSURE, NO_STATUS, NORMAL } from "../protocol/close-codes.js";
import { checkClose } from "../protocol/close.js";
import type { CloseInfo } from "../protocol/close.js";
import { payloadSize } from "../protocol/message.js";
import type { Data, Message } from "../protocol/message.js";
import { toPayload } from "../protocol/payload.js";
import { now, startTimer } from "../time/clock.js";
import { waitFor, waitForStarted } from "../time/wait.js";
import type { WaitOptions } from "../time/wait.js";
import { describeExpected, expectMessage } from "./difference.js";
import { EMPTY_CLOSE } from "./endpoint.js";
import type { Endpoint, EndpointEvents } from "./endpoint.js";
import { toMessage } from "./frame.js";
import { parseLink } from "./link.js";
import type { Link, LinkOptions } from "./link.js";

/** The longest wait for the client's close frame, as that of the package `ws`. */
const CLOSE_TIMEOUT_MS = 30_000;

/** The request that opened a connection. */
export interface TestRequest {
  readonly url: string;
  /** The subprotocols that the client offers. */
  readonly protocols: readonly string[];
  /** The headers that the client sets. Names are in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The end of a connection, as the server sees it. */
export type TestPeerEnd = Pick<CloseInfo, "code" | "reason" | "clean" | "by">;

/** The messages that a peer has sent and the kernel has not accepted, and the functions that settle their sends. */
interface Unflushed {
  readonly frame: number;
  readonly settle: (error?: WsError) => void;
}

/** A ping that awaits its pong. */
interface PendingPing {
  readonly start: number;
  /** Called with the round trip; `undefined` if the connection ends first. */
  readonly settle: (roundTrip?: number) => void;
}

/** The server's side of one connection of a {@link TestServer}. */
export class TestPeer {
  /** The longest wait for the client's close frame, as that of the package `ws`. */
  CLOSE_TIMEOUT_MS = 30_000;

  /** The request that opened the connection. */
  readonly request: TestRequest;
  /** Resolves when the connection has ended. Never rejects. */
  readonly closed: Promise<TestPeerEnd>;
  /** Payload bytes of the messages that were received and sent so far. */
  bytesReceived = 0;
  bytesSent = 0;

  readonly #endpoint: Endpoint;
  readonly #inbox = new Queue<Message>(Infinity);
  readonly #channel: ReceiveChannel<Message> = ReceiveChannel.of(this.#inbox);
  readonly #setLink: (link: Link) => void;
  #settleClosed!: (end: TestPeerEnd) => void;
  readonly #unflushed = new Backlog<Unflushed>();
  #frames = 0;
  #lastPing = 0;
  #pings = new Map<number, PendingPing>();
  /** The number of calls of `expect` that wait. */
  #expectations = 0;
  #stopTimer: (() => void) | undefined;
  #isTerminated = false;
  /** True if the server sent its close frame first. */
  #isClosing = false;

  /** Servers create peers. @internal */
  constructor(request: TestRequest, endpoint: Endpoint, setLink: (link: Link) => void) {
    this.request = request;
    this.#endpoint = endpoint;
    this.#setLink = setLink;
    this.closed = new Promise((resolve) => (this.#settleClosed = resolve));
    const events: EndpointEvents = {
      onMessage: (message) => {
        this.bytesReceived += payloadSize(message.data);
        this.#inbox.push(message);
      },
      onPong: (id) => this.#onPong(id),
      onClose: () => {},
      onProgress: () => this.#onProgress(),
      onEnd: () => this.#onEnd(),
    };
    endpoint.attach(events);
  }

  /**
   * Replaces the link of this connection, which is that of the server by default. Bytes that are on the wire arrive as
   * planned. Throws `INVALID_OPTION`.
   */
  set link(options: LinkOptions) {
    this.#setLink(parseLink(options));
  }

  /**
   * Returns the unread messages, also those on their way, and unanswered expectations of this peer, as text for a strict
   * server. No message arrives after that. @internal
   */
  takeLeftovers(): string[] {
    const { url } = this.request;
    const unread = this.#inbox.size + this.#endpoint.discardIncoming();
    return [
      ...(unread > 0 ? [`${unread} unread messages on ${url}`] : []),
      ...(this.#expectations > 0 ? [`an expected message did not arrive on ${url}`] : []),
    ];
  }

  /** Ends both sides at once. @internal */
  abort(): void {
    this.#endpoint.abort();
  }

  /**
   * Sends one message. Resolves when it has left: later if the client does not read, or the link is slow. Rejects with
   * `INVALID_MESSAGE`, or with `CLOSED` after the end.
   *
   * @param data A string, or bytes, which are copied.
   */
  async send(data: Data): Promise<void> {
    const payload = toPayload(data);
    if (!this.#endpoint.isOpen) throw this.#closedError("send");
    this.bytesSent += payloadSize(payload);
    const frame = ++this.#frames;
    this.#endpoint.send(toMessage(payload));
    if (this.#endpoint.flushed >= frame) return;
    await new Promise<void>((resolve, reject) => {
      const settle = (error?: WsError): void => (error ? reject(error) : resolve());
      this.#unflushed.push({ frame, settle });
    });
  }

  /**
   * Receives the next message: `{ ok: true, value }`, or `{ ok: false }` after the end. Rejects with `RECEIVE_TIMEOUT`
   * or `ABORTED`.
   */
  receive(wait?: WaitOptions): Promise<ReceiveResult<Message>> {
    return this.#channel.receive(wait);
  }

  /** Returns the channel of received messages, for `select` and `for await`. */
  channel(): ReceiveChannel<Message> {
    return this.#channel;
  }

  /**
   * Receives the next message and compares it: a string with a text message, bytes with a binary one, and any other
   * JSON value with the JSON of a text message. Rejects with an error that shows the difference, and that has `actual`
   * and `expected`; with `RECEIVE_TIMEOUT`; or with `INVALID_MESSAGE` for a value that JSON cannot represent.
   */
  async expect(message: unknown, wait: WaitOptions = {}): Promise<void> {
    const wanted = describeExpected(message);
    this.#expectations++;
    try {
      const receive = this.#channel.caseReceive();
      expectMessage(await waitFor("expect", "RECEIVE_TIMEOUT", wait, receive), message, wanted);
    } finally {
      this.#expectations--;
    }
  }

  /**
   * Sends a close frame. Resolves like `closed`: if the client does not answer, after 30 s. Rejects with
   * `INVALID_CLOSE`.
   *
   * @param code Default 1000. 1005 sends a close frame without a code.
   */
  async close(code: number = NORMAL, reason = ""): Promise<TestPeerEnd> {
    if (code !== NO_STATUS) checkClose(code, reason);
    if (this.#endpoint.isOpen && !this.#endpoint.receivedClose) this.#isClosing = true;
    this.#endpoint.close(code === NO_STATUS ? EMPTY_CLOSE : { code, reason });
    this.#stopTimer ??= startTimer(CLOSE_TIMEOUT_MS, () => this.#endpoint.cut(), false);
    return this.closed;
  }

  /** Ends TCP without a close frame: 1006 at the client. */
  terminate(): void {
    this.#isTerminated = true;
    this.#endpoint.cut();
  }

  /** Sends a ping frame. Resolves with the round trip in milliseconds. Rejects with `CLOSED`, or as a wait does. */
  async ping(wait: WaitOptions = {}): Promise<number> {
    let roundTrip = 0;
    const id = ++this.#lastPing;
    const start = async (): Promise<void> => {
      if (!this.#endpoint.isOpen) throw this.#closedError("ping");
      this.#frames++;
      await new Promise<void>((resolve, reject) => {
        const settle = (time?: number): void => {
          roundTrip = time ?? 0;
          if (time === undefined) reject(this.#closedError("ping"));
          else resolve();
        };
        this.#pings.set(id, { start: now(), settle });
        this.#endpoint.ping(id);
      });
    };
    await waitForStarted("ping", "PING_TIMEOUT", wait, start);
    return roundTrip;
  }

  /** Stops reading, so that what the client sends backs up. */
  pause(): void {
    this.#endpoint.setPaused(true);
  }

  /** Reads again after `pause()`. */
  resume(): void {
    this.#endpoint.setPaused(false);
  }

  /** Stops answering pings and close frames, like a peer that has hung. */
  silence(): void {
    this.#endpoint.isSilent = true;
  }

  /** Closes the connection, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #closedError(operation: string): WsError {
    return new WsError("CLOSED", `${operation}: the connection is closed`);
  }

  #onProgress(): void {
    const { flushed } = this.#endpoint;
    for (let first; (first = this.#unflushed.first) && first.frame <= flushed;) {
      this.#unflushed.shift();
      first.settle();
    }
  }

  #onPong(id: number): void {
    const ping = this.#pings.get(id);
    this.#pings.delete(id);
    ping?.settle(now() - ping.start);
  }

  #onEnd(): void {
    const { sentClose, receivedClose } = this.#endpoint;
    const pings = [...this.#pings.values()];
    this.#pings.clear();
    for (const { settle } of pings) settle();
    for (let first; (first = this.#unflushed.shift());) first.settle(this.#closedError("send"));
    this.#stopTimer?.();
    this.#inbox.close();
    const isClosing = this.#isClosing;
    const { code, reason } = (isClosing ? sentClose : receivedClose) ?? {
      code: ABNORMAL_CLOSURE,
      reason: "",
    };
    const clean = receivedClose !== undefined && sentClose !== undefined;
    const by = isClosing || this.#isTerminated ? "local" : receivedClose ? "peer" : "none";
    this.#settleClosed(Object.freeze({ code, reason, clean, by }));
  }
}
