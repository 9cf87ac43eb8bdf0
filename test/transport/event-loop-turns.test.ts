import { describe, expect, test } from "vitest";
import { connect } from "../../src/node.js";
import { startEchoServer } from "../helpers/echo-server.js";
import { OPCODE } from "../helpers/frames.js";
import { checkLeaks } from "../helpers/leaks.js";
import { startRawServer } from "../helpers/raw-server.js";
import { ms } from "../helpers/time.js";
import { turns } from "../helpers/unit-clock.js";

checkLeaks();

/** Returns the CPU time that this process has used, in milliseconds. */
function cpuTimeMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

describe("a turn of the event loop", () => {
  test.each([
    ["without await", false],
    ["with await", true],
  ])(
    "writes the first of many small messages at once and the others in one write, %s",
    async (_, awaited) => {
      await using server = await startRawServer();
      const client = await connect(server.url);
      const peer = await server.connection();
      await turns(1);
      for (let i = 0; i < 100; i++) {
        const sent = client.send(`message ${i}`);
        if (awaited) await sent;
      }
      await peer.frame(OPCODE.TEXT, 99);
      expect(peer.reads).toBeLessThanOrEqual(2);
      expect(peer.frames.map(({ payload }) => payload.toString())).toEqual(
        Array.from({ length: 100 }, (_, i) => `message ${i}`),
      );
      client.terminate();
    },
  );

  test.each([
    ["small", "x", 0],
    ["empty", "", 0],
    ["large", "x".repeat(100_000), 0],
    ["compressed", "x".repeat(10_000), 1],
  ] as const)(
    "is short even in a loop that awaits sends: %s messages",
    async (_, data, compression) => {
      await using server = await startEchoServer({ echo: false, compression: true });
      const client = await connect(server.url, { compression });
      // CPU time is measured, because other processes may delay the timers of this one.
      const delays: number[] = [];
      const start = cpuTimeMs();
      let last = start;
      const timer = setInterval(() => {
        const now = cpuTimeMs();
        delays.push(now - last);
        last = now;
      }, 10);
      let sent = 0;
      while (cpuTimeMs() < start + ms(300)) {
        await client.send(data);
        sent++;
      }
      clearInterval(timer);
      expect(sent).toBeGreaterThan(20);
      expect(delays.length).toBeGreaterThan(8);
      expect(Math.max(...delays)).toBeLessThan(ms(80));
      client.terminate();
    },
  );
});
