import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { WebSocketServer } from "ws";
import { linkTo } from "../helpers/links.js";
import { ROOT } from "../helpers/root.js";
import { runOrThrow } from "../helpers/run.js";
import { ms } from "../helpers/time.js";

const MIB = 2 ** 20;
const TOTAL_BYTES = 256 * MIB;

test.each([
  { size: 1024, count: 400 },
  { size: 65_536, count: 400 },
  { size: MIB, count: 128 },
])(
  "a client that reads one message of $size bytes per 10 ms slows the server down",
  { timeout: ms(60_000) },
  async ({ size, count }) => {
    const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false });
    await once(server, "listening");
    let sentCount = 0;
    let waitCount = 0;
    server.on("connection", (socket) => {
      const message = Buffer.alloc(size);
      let offeredCount = 0;
      // `ws` notices the end of the client in a later turn; sends until then fail and do not count.
      const onWritten = (error?: Error | null): void => {
        if (!error) sentCount++;
      };
      const send = (): void => {
        while (offeredCount * size < TOTAL_BYTES && socket.readyState === socket.OPEN) {
          message.writeUInt32BE(offeredCount++);
          // The message is copied, because `ws` keeps it until the socket accepts it.
          socket.send(Buffer.from(message), { binary: true }, onWritten);
          if (socket.bufferedAmount > 0) {
            waitForRoom();
            return;
          }
        }
      };
      const waitForRoom = (): void => {
        if (socket.bufferedAmount === 0) send();
        else {
          waitCount++;
          setTimeout(waitForRoom, 5);
        }
      };
      send();
    });
    const { port } = server.address() as AddressInfo;
    await using link = await linkTo(`ws://127.0.0.1:${port}`);
    const { stdout } = await runOrThrow(
      process.execPath,
      ["--expose-gc", "test/load/slow-consumer.mjs", link.url, String(count)],
      ROOT,
    );
    server.close();
    const report = JSON.parse(stdout) as Record<string, number | string>;
    expect(report).toMatchObject({ backpressure: "socket" });
    expect(report.held).toBeLessThan(8 * MIB + 8 * size);
    // Messages of 1 MiB free so much memory at once that the allocator keeps pages for reuse.
    expect(report.rss).toBeLessThan(size < MIB ? 32 * MIB : 64 * MIB);
    expect(report.timesPaused).toBeGreaterThan(0);
    // The bound is 1 MiB of unread bytes, plus one read of the socket or one message.
    expect(report.buffered).toBeLessThan(2 * MIB + size);
    expect(sentCount).toBeGreaterThanOrEqual(count);
    // The server is ahead of the consumer only by the size of the kernel buffers.
    expect(sentCount * size).toBeLessThan(count * size + 24 * MIB);
    expect(waitCount).toBeGreaterThan(100);
  },
);
