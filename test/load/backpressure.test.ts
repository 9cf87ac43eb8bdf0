import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { WebSocketServer } from "ws";
import { linkTo } from "../helpers/links.js";
import { ROOT } from "../helpers/root.js";
import { runOrThrow } from "../helpers/run.js";
import { ms } from "../helpers/time.js";

const MIB = 2 ** 20;
const TOTAL = 256 * MIB;

test.each([
  { size: 1024, count: 400 },
  { size: 65_536, count: 400 },
  { size: MIB, count: 128 },
])(
  "slows the server down when one message of $size bytes is read per 10 ms",
  { timeout: ms(60_000) },
  async ({ size, count }) => {
    const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false });
    await once(server, "listening");
    let sent = 0;
    let waited = 0;
    server.on("connection", (socket) => {
      const message = Buffer.alloc(size);
      let offered = 0;
      // Of a client that has gone `ws` learns in a later turn: all that is offered until then fails.
      const written = (error?: Error | null): void => {
        if (!error) sent++;
      };
      const send = (): void => {
        while (offered * size < TOTAL && socket.readyState === socket.OPEN) {
          message.writeUInt32BE(offered++);
          // A copy, since the server keeps what its own socket does not take.
          socket.send(Buffer.from(message), { binary: true }, written);
          if (socket.bufferedAmount > 0) {
            waitForRoom();
            return;
          }
        }
      };
      const waitForRoom = (): void => {
        if (socket.bufferedAmount === 0) send();
        else {
          waited++;
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
    // Messages of 1 MiB leave so much behind at once that the allocator keeps pages for them.
    expect(report.rss).toBeLessThan(size < MIB ? 32 * MIB : 64 * MIB);
    expect(report.timesPaused).toBeGreaterThan(0);
    // 1 MiB unread, and what one read of the socket or one message adds to it.
    expect(report.buffered).toBeLessThan(2 * MIB + size);
    expect(sent).toBeGreaterThanOrEqual(count);
    // Ahead of the consumer by what the kernel's buffers hold, not by all there was to send.
    expect(sent * size).toBeLessThan(count * size + 24 * MIB);
    expect(waited).toBeGreaterThan(100);
  },
);
