import type { CDPSession } from "playwright";
import { expect, test } from "vitest";
import type { WebSocket } from "ws";
import { checkLeaks } from "../test/helpers/leaks.js";
import { ms } from "../test/helpers/time.js";
import { launch } from "./helpers/browsers.js";
import { startSite } from "./helpers/site.js";

checkLeaks();

const MIB = 2 ** 20;
const MESSAGE_BYTES = 65_536;
const MESSAGE_COUNT = (256 * MIB) / MESSAGE_BYTES;

/** A page with a consumer that reads one message per 10 ms. */
const PAGE = `
  <script type="module">
    import { connect } from "/dist/browser.mjs";
    let client;
    let received = 0;
    let inOrder = true;
    const readOne = async () => {
      const { ok, value } = await client.receive();
      if (ok) inOrder &&= new DataView(value.data.buffer).getUint32(0) === received++;
      return ok;
    };
    globalThis.consumer = {
      async open(options) {
        client = await connect("/", options);
        return client.backpressure;
      },
      async readSlowly(maxCount) {
        while (client.state === "open" && received < maxCount) {
          await readOne();
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
        return received;
      },
      async readRest() {
        while (await readOne());
        const { error } = await client.closed;
        return { received, inOrder, error: error?.code };
      },
    };
  </script>`;

/** Sends all messages, numbered, as fast as the socket accepts them. At most one message is queued in the server. */
function feed(socket: WebSocket, onSent: () => void): void {
  let next = 0;
  const send = (): void => {
    while (
      next < MESSAGE_COUNT &&
      socket.readyState === socket.OPEN &&
      socket.bufferedAmount === 0
    ) {
      const message = Buffer.alloc(MESSAGE_BYTES);
      message.writeUInt32BE(next++);
      socket.send(message);
      onSent();
    }
    if (next < MESSAGE_COUNT && socket.readyState === socket.OPEN) setTimeout(send, 1);
  };
  send();
}

/** Returns the bytes that a page's script keeps alive: V8's heap, and the ArrayBuffers outside of it. */
async function heapOf(cdp: CDPSession): Promise<number> {
  await cdp.send("HeapProfiler.collectGarbage");
  const { usedSize, embedderHeapUsedSize, backingStorageSize } =
    await cdp.send("Runtime.getHeapUsage");
  return usedSize + embedderHeapUsedSize + backingStorageSize;
}

interface Result {
  readonly backpressure: string;
  /** The numbers of messages that had been sent and read when the slow reading ended. */
  readonly sent: number;
  readonly read: number;
  /** The largest growth of the page's heap until then, in bytes. */
  readonly growth: number;
  /** The results of reading the remaining messages. */
  readonly rest: { readonly received: number; readonly inOrder: boolean; readonly error?: string };
}

/** Reads at most `maxCount` messages slowly, and then the rest fast, in a page of Chromium. */
async function consume(options: object, maxCount: number): Promise<Result> {
  await using site = await startSite();
  site.pages.set("/", () => PAGE);
  let sent = 0;
  site.sockets.on("connection", (socket) => feed(socket, () => sent++));
  await using browser = await launch("chromium");
  const page = await browser.newPage();
  await page.goto(`${site.url}/`);
  const cdp = await page.context().newCDPSession(page);
  const before = await heapOf(cdp);
  const backpressure = await page.evaluate<string>(`consumer.open(${JSON.stringify(options)})`);

  let reading = true;
  const slow = page
    .evaluate<number>(`consumer.readSlowly(${maxCount})`)
    .finally(() => (reading = false));
  let peak = before;
  do peak = Math.max(peak, await heapOf(cdp));
  while (reading);
  const read = await slow;
  const sentCount = sent;
  // The connection may have ended before.
  for (const socket of site.sockets.clients) socket.close();
  const rest = await page.evaluate<Result["rest"]>("consumer.readRest()");
  return { backpressure, sent: sentCount, read, growth: peak - before, rest };
}

test(
  "a page that reads slowly from a WebSocket buffers up to bufferLimit, then ends with SLOW_CONSUMER and can read all that was buffered",
  { timeout: ms(60_000) },
  async () => {
    const { backpressure, read, growth, rest } = await consume({}, MESSAGE_COUNT);
    expect(backpressure).toBe("buffer");
    expect(rest).toMatchObject({ inOrder: true, error: "SLOW_CONSUMER" });
    const unread = (rest.received - read) * MESSAGE_BYTES;
    expect(unread).toBeGreaterThan(63 * MIB);
    expect(unread).toBeLessThanOrEqual(64 * MIB);
    // Proves that the measured memory includes the messages.
    expect(growth).toBeGreaterThan(60 * MIB);
    expect(growth).toBeLessThan(64 * MIB + 16 * MIB);
  },
);

test(
  "a page that reads slowly from a WebSocketStream slows the server down",
  { timeout: ms(60_000) },
  async () => {
    const { backpressure, sent, read, growth, rest } = await consume(
      { backpressure: "stream" },
      400,
    );
    expect(backpressure).toBe("stream");
    expect(read).toBe(400);
    // The server closes while the stream is paused. The browser then discards its buffer, which is reported.
    expect(rest).toMatchObject({ inOrder: true, error: "CONNECTION_LOST" });
    // The server is ahead of the consumer only by the size of the buffers in between.
    expect((sent - read) * MESSAGE_BYTES).toBeLessThan(16 * MIB);
    expect(growth).toBeLessThan(32 * MIB);
  },
);
