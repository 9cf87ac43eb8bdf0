import type { Client } from "../../../../src/connection/client.js";
import { bindConnect } from "../../../../src/context/connect.js";
import type { ConnectOptions } from "../../../../src/options/connect-options.js";
import type { WebSocketClass } from "../../../../src/protocol/dial.js";
import { webSocketPlatform } from "../../../../src/transport/web/websocket.js";
import { microtasks } from "../../../helpers/failure.js";

/** A WebSocket in memory. It counts one byte more for each message, as `StreamSocket` does. */
export class FakeSocket {
  static last: FakeSocket;
  /** Properties of the next instance, to imitate a user's class. */
  static next: Partial<FakeSocket> = {};
  binaryType = "blob";
  readyState = 0;
  protocol = "";
  extensions: string | null = "";
  bufferedAmount: number | undefined = 0;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onerror: ((event: object) => void) | null = null;
  onclose: ((event: { code: number; reason?: string }) => void) | null = null;
  ondrain: (() => void) | null = null;
  setPaused?: (paused: boolean) => void;
  readonly sent: unknown[] = [];
  readonly closes: unknown[][] = [];

  constructor(
    readonly url: string,
    readonly protocols: string[],
  ) {
    FakeSocket.last = this;
    Object.assign(this, FakeSocket.next);
    FakeSocket.next = {};
  }

  open(): void {
    this.readyState = 1;
    this.onopen?.();
  }

  send(data: string | Uint8Array): void {
    this.sent.push(data);
    if (this.bufferedAmount !== undefined) this.bufferedAmount += data.length + 1;
  }

  /** Flushes a number of bytes. */
  drain(size: number): void {
    this.bufferedAmount = (this.bufferedAmount ?? 0) - size;
    this.ondrain?.();
  }

  close(...args: unknown[]): void {
    this.closes.push(args);
    this.readyState = 2;
  }
}

export const webSocket = FakeSocket as unknown as WebSocketClass;
export const connect = bindConnect(() => webSocketPlatform(() => undefined));

export interface Dialled {
  readonly dialled: Promise<Client>;
  readonly socket: FakeSocket;
}

/** Starts a dial. */
export async function dial(
  options: ConnectOptions = {},
  socket: Partial<FakeSocket> = {},
): Promise<Dialled> {
  FakeSocket.next = socket;
  const dialled = connect("ws://host.test/path?token=1", { webSocket, ...options });
  dialled.catch(() => {});
  await microtasks();
  return { dialled, socket: FakeSocket.last };
}

export interface Opened {
  readonly client: Client;
  readonly socket: FakeSocket;
}

export async function open(
  options: ConnectOptions = {},
  like: Partial<FakeSocket> = {},
): Promise<Opened> {
  const { dialled, socket } = await dial(options, like);
  socket.open();
  return { client: await dialled, socket };
}
