import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, test } from "vitest";
import { connect } from "../../src/node.js";
import { startEchoServer } from "../helpers/echo-server.js";
import { checkLeaks } from "../helpers/leaks.js";
import { conclude } from "../helpers/outcome.js";
import { Program } from "../helpers/program.js";
import { ROOT } from "../helpers/root.js";
import { ms } from "../helpers/time.js";

checkLeaks();

describe("a message that is sent right before the end of the process", () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "wschan-"));
    await build({
      entryPoints: [join(ROOT, "src/node.ts")],
      outfile: join(folder, "wschan.cjs"),
      bundle: true,
      platform: "node",
      format: "cjs",
      external: ["bufferutil", "utf-8-validate"],
      logLevel: "error",
    });
  });

  afterAll(() => rm(folder, { recursive: true }));

  test.for([
    ["process.exit()", "exit"],
    ["an uncaught exception", "uncaught exception"],
  ] as const)("is delivered after %s", async ([, way], context) => {
    const messages: string[] = [];
    await using server = await startEchoServer({
      onConnection: ({ ws }) => ws.on("message", (data: Buffer) => messages.push(data.toString())),
    });
    const bundle = pathToFileURL(join(folder, "wschan.cjs")).href;
    const program = new Program("test/faults/fixtures/last-words.mjs", bundle, server.url, way);
    await program.ended;
    const connection = await server.connection();
    await connection.closed;
    conclude(context, {
      expected: "received: first, last words",
      happened: `received: ${messages.join(", ")}`,
    });
  });
});

test("a send under fake timers blocks no connection after the real timers are restored", async (context) => {
  await using server = await startEchoServer();
  // Node's socket never completes a write that it began under fake timers, so close() takes closeTimeout.
  const oldClient = await connect(server.url, { closeTimeout: ms(300) });
  const { queueMicrotask, setImmediate } = globalThis;
  // eslint-disable-next-line @typescript-eslint/unbound-method -- it is only restored
  const { nextTick } = process;
  globalThis.queueMicrotask = () => {};
  globalThis.setImmediate = (() => {}) as never;
  process.nextTick = () => {};
  void oldClient.send("1");
  void oldClient.send("2");
  Object.assign(globalThis, { queueMicrotask, setImmediate });
  process.nextTick = nextTick;
  const newClient = await connect(server.url);
  await Promise.all([oldClient.send("3"), newClient.send("4")]);
  const echoes: unknown[] = [];
  for (const client of [oldClient, oldClient, oldClient, newClient])
    echoes.push((await client.receive()).value?.data);
  await Promise.all([oldClient.close(), newClient.close()]);
  conclude(context, { expected: "echoes: 1, 2, 3, 4", happened: `echoes: ${echoes.join(", ")}` });
});
