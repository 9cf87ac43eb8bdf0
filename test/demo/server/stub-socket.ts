import { EventEmitter } from "node:events";
import { WebSocket } from "ws";
import type { Body } from "./demo-server.js";

/** A stub of the parts of a `ws` connection that the endpoints use. Tests set its properties. */
export class StubSocket extends EventEmitter {
  readonly OPEN = WebSocket.OPEN;
  readyState: number = WebSocket.OPEN;
  isPaused = false;
  bufferedAmount = 0;
  readonly sent: Body[] = [];
  terminated = false;
  readonly #flushed: (() => void)[] = [];

  /** Calls back for the oldest message that has not been flushed. */
  flushed(): void {
    this.#flushed.shift()?.();
  }

  send(data: string | Buffer, _options: unknown, flushed: () => void): void {
    this.sent.push(JSON.parse(data.toString()) as Body);
    this.#flushed.push(flushed);
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  terminate(): void {
    this.terminated = true;
    this.emit("close");
  }

  request(body: Body): void {
    this.emit("message", Buffer.from(JSON.stringify(body)), false);
  }

  asWebSocket(): WebSocket {
    return this as unknown as WebSocket;
  }
}
