import { describe, expect, test } from "vitest";
import type { Client } from "../../src/client.js";
import { bindConnect } from "../../src/connect.js";
import type { ConnectOptions } from "../../src/options.js";
import type { WebSocketClass } from "../../src/transport.js";
import { webSocketPlatform } from "../../src/transport/browser.js";
import { advance, useClock } from "../helpers/unit-clock.js";
import { stateOf } from "../helpers/unit-failure.js";

useClock();

/** A WebSocket that counts a byte of its own with each message, as `StreamSocket` does. */
class CountingSocket {
  static last: CountingSocket;
  readonly readyState = 1;
  readonly protocol = "";
  readonly extensions = "";
  bufferedAmount = 0;
  onopen: (() => void) | null = null;
  ondrain: (() => void) | null = null;

  constructor() {
    CountingSocket.last = this;
    queueMicrotask(() => this.onopen?.());
  }

  send(data: string): void {
    this.bufferedAmount += data.length + 1;
  }

  /** So many bytes have left. */
  drain(size: number): void {
    this.bufferedAmount -= size;
    this.ondrain?.();
  }

  close(): void {
    this.onopen = null;
  }
}

async function open(options: ConnectOptions = {}): Promise<[Client, CountingSocket]> {
  const connect = bindConnect(() => webSocketPlatform(() => undefined));
  const webSocket = CountingSocket as unknown as WebSocketClass;
  return [await connect("ws://host.test/", { ...options, webSocket }), CountingSocket.last];
}

describe("a WebSocket that counts more than payloads", () => {
  test("settles a flush when what was sent before it has left", async () => {
    const [client, socket] = await open();
    void client.send("12345");
    const flush = client.flush();
    for (let i = 0; i < 3; i++) void client.send("12345");
    socket.drain(5);
    expect(await stateOf(flush)).toBe("pending");
    socket.drain(1);
    expect(await stateOf(flush)).toBe("resolved");
    client.terminate();
  });

  test("takes no send for progress of what waits", async () => {
    const [client] = await open({ writeTimeout: 1000 });
    for (let i = 0; i < 9; i++) {
      void client.send("x");
      await advance(110);
    }
    expect(client.state).toBe("open");
    await advance(20);
    expect(client.state).toBe("closed");
    expect((await client.closed).error?.code).toBe("WRITE_TIMEOUT");
  });
});
