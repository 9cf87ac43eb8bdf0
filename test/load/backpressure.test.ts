import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { WebSocketServer } from "ws";
import { ROOT } from "../helpers/root.js";
import { runOrThrow } from "../helpers/run.js";
import { ms } from "../helpers/time.js";

const MIB = 2 ** 20;
const TOTAL = 256 * MIB;

test.each([{ size: 1024 }, { size: 65_536 }, { size: MIB }])(
  "slows the server down when one message of $size bytes is read per 10 ms",
  { timeout: ms(60_000) },
  async ({ size }) => {
    const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false });
    await once(server, "listening");
    let sent = 0;
    let stalled = 0;
    server.on("connection", (socket) => {
      const message = Buffer.alloc(size);
      const send = (): void => {
        while (sent * size < TOTAL && socket.readyState === socket.OPEN) {
          message.writeUInt32BE(sent++);
          // A copy, since the server keeps what its own socket does not take.
          socket.send(Buffer.from(message), { binary: true });
          if (socket.bufferedAmount > 0) {
            const before = sent;
            setTimeout(() => {
              if (sent === before && socket.bufferedAmount > 0) stalled++;
            }, 500);
            waitForRoom();
            return;
          }
        }
      };
      const waitForRoom = (): void => {
        if (socket.bufferedAmount === 0) send();
        else setTimeout(waitForRoom, 5);
      };
      send();
    });
    const { port } = server.address() as AddressInfo;
    const { stdout } = await runOrThrow(
      process.execPath,
      ["--expose-gc", "test/load/slow-consumer.mjs", `ws://127.0.0.1:${port}`, "6"],
      ROOT,
    );
    server.close();
    const report = JSON.parse(stdout) as Record<string, number | string>;
    expect(report).toMatchObject({ backpressure: "socket" });
    expect(report.growth).toBeLessThan(32 * MIB);
    expect(report.timesPaused).toBeGreaterThan(0);
    // 1 MiB unread, and what one read of the socket or one message adds to it.
    expect(report.buffered).toBeLessThan(MIB + Math.max(size, 65_536) + MIB);
    // The kernel's buffers and ours, and not the 256 MiB that the server would have sent by now.
    expect(sent * size).toBeLessThan(TOTAL / 2);
    expect(stalled).toBeGreaterThan(0);
  },
);
