import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, expect, onTestFinished, vi } from "vitest";
import type { RawData } from "ws";
import { Condition } from "../../helpers/condition.js";
import { startEchoServer } from "../../helpers/echo-server.js";
import type { EchoServer, EchoServerOptions } from "../../helpers/echo-server.js";
import { checkLeaks } from "../../helpers/leaks.js";
import { startRawServer } from "../../helpers/raw-server.js";
import type { RawServer, RawServerOptions } from "../../helpers/raw-server.js";
import { ms } from "../../helpers/time.js";
import type { Socket, SocketEvent } from "./subjects.js";

/** Fails the test file if a resource remains after its last test, or if a promise was rejected unhandled. */
export function checkTraces(): void {
  checkLeaks();
  const rejections: unknown[] = [];
  const listener = (error: unknown): void => void rejections.push(error);
  beforeAll(() => void process.on("unhandledRejection", listener));
  afterAll(() => {
    process.off("unhandledRejection", listener);
    expect(rejections).toEqual([]);
  });
}

const TYPES = ["open", "message", "error", "close"] as const;

/** An event, and the state of the socket when it was dispatched. */
interface Seen {
  readonly type: string;
  readonly event: SocketEvent;
  readonly readyState: number;
  /** On the clock of `performance.now()`. */
  readonly time: number;
}

/** The events of a socket, in the order of their dispatch. */
export class EventLog {
  readonly all: Seen[] = [];
  readonly #changed = new Condition();

  constructor(socket: Socket) {
    for (const type of TYPES) {
      socket.addEventListener(type, (event: SocketEvent) => {
        this.all.push({
          type,
          event,
          readyState: socket.readyState,
          time: performance.now(),
        });
        this.#changed.notify();
      });
    }
  }

  get types(): string[] {
    return this.all.map(({ type }) => type);
  }

  /** The events of one type. */
  of(type: (typeof TYPES)[number]): Seen[] {
    return this.all.filter((seen) => seen.type === type);
  }

  /** Resolves with the `n`th event of a type, counted from 0. */
  async next(type: (typeof TYPES)[number], n = 0): Promise<Seen> {
    await this.#changed.until(() => this.of(type).length > n);
    return this.of(type)[n] as Seen;
  }
}

/** Sends 500 messages, and returns them. */
export function sendNumbers(socket: Socket): string[] {
  const numbers = Array.from({ length: 500 }, (_, n) => String(n));
  for (const text of numbers) socket.send(text);
  return numbers;
}

/** Disposes of a server when the test ends, also if the test has timed out. */
async function disposedAfterTest<T extends AsyncDisposable>(starting: Promise<T>): Promise<T> {
  const server = await starting;
  onTestFinished(() => server[Symbol.asyncDispose]());
  return server;
}

/** Starts a server that sends each message back. */
export function echoServer(options?: EchoServerOptions): Promise<EchoServer> {
  return disposedAfterTest(startEchoServer(options));
}

export function rawServer(options?: RawServerOptions): Promise<RawServer> {
  return disposedAfterTest(startRawServer(options));
}

/** Starts a server that answers no request. */
export function silentServer(): Promise<RawServer> {
  return rawServer({ onRequest: () => {} });
}

/** Starts a server that refuses the first `count` requests, and accepts all others. */
export function refusingServer(
  count = Infinity,
  status = "503 Service Unavailable",
): Promise<RawServer> {
  let requests = 0;
  return rawServer({
    onRequest(connection) {
      if (requests++ < count) connection.refuse(status, { Connection: "close" });
      else connection.accept();
    },
  });
}

/** A server that sends nothing back, and the messages that all its connections have received. */
export interface RecordingServer {
  readonly server: EchoServer;
  readonly messages: (string | Buffer)[];
  /** Resolves with all messages when there are at least `count`. */
  readonly received: (count: number) => Promise<(string | Buffer)[]>;
}

export async function recordingServer(): Promise<RecordingServer> {
  const messages: (string | Buffer)[] = [];
  const changed = new Condition();
  const server = await echoServer({
    echo: false,
    onConnection: ({ ws }) => {
      ws.on("message", (data: RawData, isBinary) => {
        messages.push(isBinary ? (data as Buffer) : (data as Buffer).toString());
        changed.notify();
      });
    },
  });
  return {
    server,
    messages,
    received: async (count) => {
      await changed.until(() => messages.length >= count);
      return messages;
    },
  };
}

/** Makes each pause as long as its delay, until the test ends. Ours is drawn from 0 to the delay. */
export function withoutJitter(): void {
  const random = vi.spyOn(Math, "random").mockReturnValue(0.9999);
  onTestFinished(() => random.mockRestore());
}

/** Polls until `holds` returns true. */
export async function eventually(holds: () => boolean): Promise<void> {
  while (!holds()) await wait(2);
}

/** Waits for events that must not come. */
export function quiet(time = 60): Promise<void> {
  return wait(ms(time));
}

/** A listener that throws. */
export function throwing(error: Error): () => never {
  return () => {
    throw error;
  };
}
