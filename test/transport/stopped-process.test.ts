import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { describe, expect, test } from "vitest";
import { connect } from "../../src/node.js";
import { checkLeaks } from "../helpers/leaks.js";
import { ROOT } from "../helpers/root.js";
import { ms } from "../helpers/time.js";
import { turns } from "../helpers/unit-clock.js";
import { sleep } from "./support.js";

checkLeaks();

describe("a process that was stopped", () => {
  const startChild = async (module: string, args: string[] = []): Promise<ChildProcess> => {
    const child = fork(join(ROOT, "test/transport/fixtures", module), args, {
      execArgv: [],
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    return child;
  };
  const killChild = async (child: ChildProcess): Promise<void> => {
    const exit = once(child, "exit");
    child.kill("SIGKILL");
    await exit;
  };
  const nextMessage = async (child: ChildProcess): Promise<Record<string, unknown>> => {
    const [message] = (await once(child, "message")) as [Record<string, unknown>];
    return message;
  };
  const block = (time: number): void => {
    const end = performance.now() + time;
    while (performance.now() < end);
  };

  test("by a blocking loop of 2 s keeps its live connections despite timeouts of 1 s", async () => {
    const server = await startChild("stream-server.mjs");
    try {
      const { port } = await nextMessage(server);
      const url = `ws://127.0.0.1:${String(port)}/`;
      // While the loop is blocked, a ping of this connection and the dial of a second one are outstanding.
      const client = await connect(url, {
        readTimeout: "1s",
        writeTimeout: "1s",
        closeTimeout: "1s",
      });
      await client.receive();
      const pinged = client.ping({ timeout: "1s" });
      const received = client.receive({ timeout: "1s" });
      const dialled = connect(url, { dialTimeout: "1s" });
      await turns(1);
      block(2_200);
      expect(await pinged).toBeGreaterThan(0);
      expect((await received).ok).toBe(true);
      const second = await dialled;
      await sleep(300);
      expect(client.state).toBe("open");
      // The close handshakes must survive a blocked loop as well.
      const closed = client.close(1000);
      const other = second.close(1000);
      block(2_200);
      expect((await closed).clean).toBe(true);
      expect((await other).clean).toBe(true);
      // The close frame has been written, and its answer arrives while the loop is blocked.
      const third = await connect(url, { closeTimeout: "1s" });
      await third.receive();
      const last = third.close(1000);
      await turns(1);
      await turns(1);
      block(3_500);
      expect(await last).toMatchObject({ clean: true, by: "local", sentCode: 1000 });
    } finally {
      await killChild(server);
    }
  }, 15_000);

  test.concurrent.each([
    {
      code: "READ_TIMEOUT",
      options: { readTimeout: "1s", writeTimeout: "1s", closeTimeout: "1s" },
      period: "50",
    },
    // The server sends no messages, so only the pongs show that it is alive.
    {
      code: "KEEPALIVE_TIMEOUT",
      options: { keepAlive: { interval: "50ms", timeout: "1s" } },
      period: "1000000",
    },
  ])(
    "by a signal ends a connection only if its peer is silent: $code",
    async ({ code, options, period }) => {
      const dir = await mkdtemp(join(tmpdir(), "wschan-"));
      const server = await startChild("stream-server.mjs", [period]);
      let client: ChildProcess | undefined;
      try {
        const outfile = join(dir, "wschan.cjs");
        await build({
          entryPoints: [join(ROOT, "src/node.ts")],
          outfile,
          bundle: true,
          platform: "node",
          format: "cjs",
          external: ["bufferutil", "utf-8-validate"],
          logLevel: "error",
        });
        const { port } = await nextMessage(server);
        const url = `ws://127.0.0.1:${String(port)}/`;
        const args = [pathToFileURL(outfile).href, url, JSON.stringify(options)];
        client = await startChild("stream-client.mjs", args);
        expect(await nextMessage(client)).toEqual({ open: true });
        await sleep(300);
        for (const time of [2_200, 1_100]) {
          client.kill("SIGSTOP");
          await sleep(time / ms(1));
          client.kill("SIGCONT");
          await sleep(400);
        }
        client.send("state");
        const { state, messagesReceived, roundTrip } = await nextMessage(client);
        expect(state).toBe("open");
        if (code === "READ_TIMEOUT") expect(messagesReceived).toBeGreaterThan(60);
        else expect(roundTrip).toBeGreaterThan(0);
        // The same deadline must end the connection when the server does go silent.
        server.kill("SIGSTOP");
        expect(await nextMessage(client)).toMatchObject({ code });
        server.kill("SIGCONT");
      } finally {
        if (client) await killChild(client);
        await killChild(server);
        await rm(dir, { recursive: true });
      }
    },
    20_000,
  );
});
