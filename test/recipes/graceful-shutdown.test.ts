import { expect, test, vi } from "vitest";
import { Program } from "../helpers/program.js";
import { ms } from "../helpers/time.js";
import { startTextServer } from "./text-server.js";

// Each test starts a process.
vi.setConfig({ testTimeout: ms(30_000) });

/** A program that sends 1,000 messages and then waits for a signal, after which it sends no more. */
const program = (connecting: string, deadlineMs: number): Program =>
  new Program(
    "--input-type=module",
    "--eval",
    `import { connect } from "wschan";
     import { reconnecting } from "wschan/reconnect";
     import { shutDownOnSignal } from "./examples/recipes/graceful-shutdown.mjs";
     const client = await ${connecting};
     const stopping = shutDownOnSignal(client, ${deadlineMs});
     stopping.addEventListener("abort", () => console.log("stopping"));
     for (let i = 1; i <= 1000; i++) void client.send(String(i));
     console.log("ready");`,
  );

test.each(["SIGTERM", "SIGINT"] as const)(
  "on %s, every message arrives, the server gets 1001, and the exit code is 0",
  async (signal) => {
    await using server = await startTextServer();
    const running = program(`connect("${server.url}")`, ms(10_000));
    await running.wrote("ready\n");
    running.child.kill(signal);
    const { closed } = await server.connection();
    expect(await running.ended).toEqual({ stdout: "ready\nstopping\n", stderr: "", code: 0 });
    expect(await closed).toEqual({ code: 1001, reason: "shutting down" });
    expect((await server.peer()).texts).toHaveLength(1_000);
  },
);

test("messages in the queue of a reconnecting client arrive, too", async () => {
  await using server = await startTextServer();
  const running = program(
    `(async () => {
      const client = reconnecting("${server.url}", { autoStart: false });
      process.on("SIGTERM", () => client.start());
      setInterval(() => {}, 1_000); // Something else that keeps the process alive.
      return client;
    })()`,
    ms(10_000),
  );
  await running.wrote("ready\n");
  expect(server.connections).toEqual([]);
  running.child.kill("SIGTERM");
  expect(await running.ended).toEqual({ stdout: "ready\nstopping\n", stderr: "", code: 0 });
  expect((await server.peer()).texts).toHaveLength(1_000);
});

test("a server that neither reads nor answers delays the exit by the deadline only", async () => {
  await using server = await startTextServer(undefined, {
    onConnection: ({ ws }) => ws.pause(),
  });
  const connecting = `connect("${server.url}", { closeTimeout: "1h" })`;
  const running = program(connecting, ms(200));
  await running.wrote("ready\n");
  running.child.kill("SIGTERM");
  expect(await running.ended).toEqual({ stdout: "ready\nstopping\n", stderr: "", code: 1 });
});
