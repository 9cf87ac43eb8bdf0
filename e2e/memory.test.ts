import type { CDPSession } from "playwright";
import { expect, test } from "vitest";
import type { WebSocket } from "ws";
import { checkLeaks } from "../test/helpers/leaks.js";
import { ms } from "../test/helpers/time.js";
import { launch } from "./helpers/browsers.js";
import { startSite } from "./helpers/site.js";

checkLeaks();

const MIB = 2 ** 20;
const SIZE = 65_536;
const COUNT = (256 * MIB) / SIZE;

/** A consumer of one message per 10 ms. */
const PAGE = `
  <script type="module">
    import { connect } from "/dist/browser.mjs";
    let client;
    let received = 0;
    let inOrder = true;
    const take = async () => {
      const { ok, value } = await client.receive();
      if (ok) inOrder &&= new DataView(value.data.buffer).getUint32(0) === received++;
      return ok;
    };
    globalThis.consumer = {
      async open(options) {
        client = await connect("/", options);
        return client.backpressure;
      },
      async readSlowly(most) {
        while (client.state === "open" && received < most) {
          await take();
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
        return received;
      },
      async readRest() {
        while (await take());
        const { error } = await client.closed;
        return { received, inOrder, error: error?.code };
      },
    };
  </script>`;

/** Sends all there is to send, numbered, and keeps no more than a message waiting itself. */
function feed(socket: WebSocket, onSent: () => void): void {
  let next = 0;
  const send = (): void => {
    while (next < COUNT && socket.readyState === socket.OPEN && socket.bufferedAmount === 0) {
      const message = Buffer.alloc(SIZE);
      message.writeUInt32BE(next++);
      socket.send(message);
      onSent();
    }
    if (next < COUNT && socket.readyState === socket.OPEN) setTimeout(send, 1);
  };
  send();
}

/** The bytes that a page's script keeps alive: V8's heap, and the ArrayBuffers outside of it. */
async function heapOf(cdp: CDPSession): Promise<number> {
  await cdp.send("HeapProfiler.collectGarbage");
  const { usedSize, embedderHeapUsedSize, backingStorageSize } =
    await cdp.send("Runtime.getHeapUsage");
  return usedSize + embedderHeapUsedSize + backingStorageSize;
}

interface Result {
  readonly backpressure: string;
  /** Messages that were sent, and read, when the slow reading ended. */
  readonly sent: number;
  readonly read: number;
  /** By how many bytes the page's heap had grown at most until then. */
  readonly grown: number;
  /** All there was to read afterwards. */
  readonly rest: { readonly received: number; readonly inOrder: boolean; readonly error?: string };
}

/** Lets a page in Chromium read slowly, up to so many messages. */
async function consume(options: object, most: number): Promise<Result> {
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
    .evaluate<number>(`consumer.readSlowly(${most})`)
    .finally(() => (reading = false));
  let peak = before;
  do peak = Math.max(peak, await heapOf(cdp));
  while (reading);
  const read = await slow;
  const sentThen = sent;
  // It ends by itself, or with the server.
  for (const socket of site.sockets.clients) socket.close();
  const rest = await page.evaluate<Result["rest"]>("consumer.readRest()");
  return { backpressure, sent: sentThen, read, grown: peak - before, rest };
}

test(
  "a page that reads slowly from a WebSocket keeps bufferLimit, ends with SLOW_CONSUMER and loses nothing before",
  { timeout: ms(60_000) },
  async () => {
    const { backpressure, read, grown, rest } = await consume({}, COUNT);
    expect(backpressure).toBe("buffer");
    expect(rest).toMatchObject({ inOrder: true, error: "SLOW_CONSUMER" });
    const unread = (rest.received - read) * SIZE;
    expect(unread).toBeGreaterThan(63 * MIB);
    expect(unread).toBeLessThanOrEqual(64 * MIB);
    // What is measured is what is kept.
    expect(grown).toBeGreaterThan(60 * MIB);
    expect(grown).toBeLessThan(64 * MIB + 16 * MIB);
  },
);

test(
  "a page that reads slowly from a WebSocketStream slows the server down",
  { timeout: ms(60_000) },
  async () => {
    const { backpressure, sent, read, grown, rest } = await consume(
      { backpressure: "stream" },
      400,
    );
    expect(backpressure).toBe("stream");
    expect(read).toBe(400);
    // Its server closed while it was paused: what the browser still held is lost, which it is told.
    expect(rest).toMatchObject({ inOrder: true, error: "CONNECTION_LOST" });
    // Ahead of the consumer by what the buffers on the way hold, not by all there was to send.
    expect((sent - read) * SIZE).toBeLessThan(16 * MIB);
    expect(grown).toBeLessThan(32 * MIB);
  },
);
