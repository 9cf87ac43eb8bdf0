import PartySocket from "partysocket/ws";
import PladariaWebSocket from "reconnecting-websocket";
import { onTestFinished, test } from "vitest";
import { WebSocket as WsWebSocket } from "ws";
import { ReconnectingWebSocket } from "../../../src/compat/node.js";
import { ms } from "../../helpers/time.js";

/** The classes that are compared: ours, and those of two packages. */
export type SubjectName = "wschan" | "partysocket" | "reconnecting-websocket";

/** An event of any of the four types, with the members of all. */
export interface SocketEvent {
  readonly type: string;
  readonly target?: unknown;
  readonly data?: unknown;
  readonly code?: number;
  readonly reason?: string;
  readonly wasClean?: boolean;
  readonly error?: unknown;
  readonly message?: string;
}

/** A function whose parameter is bivariant, like that of a method. */
type Callback = { handle(event: SocketEvent): unknown }["handle"];
type Listener = Callback | { handleEvent(event: SocketEvent): unknown };
type Handler = Callback | null;
type EventType = "open" | "message" | "close" | "error";

/** The members that the documents of both packages promise. */
export interface Socket {
  binaryType: string;
  readonly bufferedAmount: number;
  readonly extensions: string;
  readonly protocol: string;
  readonly readyState: number;
  readonly retryCount: number;
  /** `reconnecting-websocket` does not have this one. */
  readonly shouldReconnect?: boolean;
  readonly url: string;
  readonly CONNECTING: number;
  readonly OPEN: number;
  readonly CLOSING: number;
  readonly CLOSED: number;
  onopen: Handler;
  onmessage: Handler;
  onclose: Handler;
  onerror: Handler;
  send(data: string | ArrayBuffer | Blob | ArrayBufferView<ArrayBuffer>): unknown;
  close(code?: number, reason?: string): void;
  reconnect(code?: number, reason?: string): void;
  addEventListener(
    type: EventType,
    listener: Listener,
    options?: boolean | AddEventListenerOptions,
  ): void;
  removeEventListener(
    type: EventType,
    listener: Listener,
    options?: boolean | EventListenerOptions,
  ): void;
  dispatchEvent(event: Event): boolean;
}

/** The options that both packages have, by their names. Times are in milliseconds. */
export interface Settings {
  readonly minReconnectionDelay?: number;
  readonly maxReconnectionDelay?: number;
  readonly reconnectionDelayGrowFactor?: number;
  readonly minUptime?: number;
  readonly connectionTimeout?: number;
  readonly maxRetries?: number;
  readonly maxEnqueuedMessages?: number;
  readonly startClosed?: boolean;
}

export type Url = string | (() => string) | (() => Promise<string>);
type ProtocolsValue = string | string[] | null;
export type Protocols =
  ProtocolsValue | undefined | (() => ProtocolsValue) | (() => Promise<ProtocolsValue>);

/** A class under test. */
export interface Subject {
  readonly name: SubjectName;
  /** The class, for its static members. */
  readonly constants: Record<"CONNECTING" | "OPEN" | "CLOSING" | "CLOSED", number>;
  /** Makes a socket that waits at most 10 ms between attempts, unless `settings` says otherwise. */
  readonly make: (url: Url, protocols?: Protocols, settings?: Settings) => Socket;
}

/** An hour: a wait that lasts longer than any test. */
export const HOUR = 3_600_000;

const FAST: Settings = {
  minReconnectionDelay: ms(2),
  maxReconnectionDelay: ms(10),
  connectionTimeout: ms(4_000),
};

/** The WebSocket below the packages. An error that they do not listen for is no uncaught exception. */
class QuietWebSocket extends WsWebSocket {
  constructor(url: string, protocols?: string | string[]) {
    super(url, protocols);
    this.on("error", () => {});
  }
}

/** Makes the subject of a class that has the options of the packages. */
function peer(
  name: SubjectName,
  constructor: typeof PartySocket | typeof PladariaWebSocket,
): Subject {
  return {
    name,
    constants: constructor,
    make: (url, protocols, settings) => {
      // `reconnecting-websocket` takes no function for protocols.
      const socket = new constructor(url, protocols as string, {
        ...FAST,
        ...settings,
        WebSocket: QuietWebSocket,
      }) as unknown as Socket;
      return closedAfterTest(socket);
    },
  };
}

function closedAfterTest(socket: Socket): Socket {
  onTestFinished(() => socket.close());
  return socket;
}

const OURS: Subject = {
  name: "wschan",
  constants: ReconnectingWebSocket,
  make(url, protocols, settings) {
    const all = { ...FAST, ...settings };
    const { maxRetries, maxEnqueuedMessages } = all;
    // The check of types that ours has the members that the tests use.
    const socket: Socket = new ReconnectingWebSocket(url, protocols, {
      backoff: {
        min: all.minReconnectionDelay,
        max: all.maxReconnectionDelay,
        factor: all.reconnectionDelayGrowFactor,
      },
      // The packages offer compression, because `ws` does.
      compression: "context_takeover",
      stableAfter: all.minUptime,
      dialTimeout: all.connectionTimeout,
      autoStart: !all.startClosed,
      maxAttempts: maxRetries === undefined ? undefined : maxRetries + 1,
      ...(maxEnqueuedMessages !== undefined && { queue: { maxMessages: maxEnqueuedMessages } }),
    });
    return closedAfterTest(socket);
  },
};

const SUBJECTS: readonly Subject[] = [
  OURS,
  peer("partysocket", PartySocket),
  peer("reconnecting-websocket", PladariaWebSocket),
];

/**
 * The classes that break a promise, and how. With a plain text, the test has to fail for the class. With
 * `untested` it does not run, because the class would disturb other tests, for example by a rejection
 * that is unhandled, or because the class has no such feature.
 */
export type Deviations = Partial<Record<SubjectName, string | { readonly untested: string }>>;

/** Time after which a test that has to fail counts as hung, in milliseconds. */
const HUNG_MS = ms(700);

/** Registers a test for each class. */
export function promise(
  behaviour: string,
  check: (subject: Subject) => Promise<void> | void,
  deviations: Deviations = {},
): void {
  for (const subject of SUBJECTS) {
    const { name } = subject;
    const deviation = deviations[name];
    const run = (): Promise<void> | void => check(subject);
    if (deviation === undefined) test(`${behaviour} (${name})`, run);
    else if (typeof deviation === "string") {
      test.fails(`${behaviour} (not ${name}: ${deviation})`, run, HUNG_MS);
    }
  }
}
