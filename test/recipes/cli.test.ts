import { expect, test, vi } from "vitest";
import { Program } from "../helpers/program.js";
import { ms } from "../helpers/time.js";
import { startEchoServer } from "../helpers/echo-server.js";

// Each test starts a process.
vi.setConfig({ testTimeout: ms(30_000) });

const CLI = "examples/recipes/cli.mjs";

test("sends lines, prints the replies, and closes with 1000 at the end of the input", async () => {
  await using server = await startEchoServer();
  const cli = new Program(CLI, server.url);
  // Without a line break after the last line.
  cli.child.stdin.end("one\ntwo\nthree");
  expect(await cli.ended).toEqual({
    stdout: "one\ntwo\nthree\n",
    stderr: "closed with 1000\n",
    code: 0,
  });
  expect((await (await server.connection()).closed).code).toBe(1000);
});

test("prints messages while the input is open, and the size of binary ones", async () => {
  await using server = await startEchoServer();
  const cli = new Program(CLI, server.url);
  const { ws } = await server.connection();
  ws.send("hello");
  ws.send(Buffer.alloc(7));
  await cli.wrote("hello\n(7 bytes)\n");
  ws.close(1000, "that is all");
  expect(await cli.ended).toMatchObject({ stderr: "closed with 1000: that is all\n", code: 0 });
});

test("exits with 1 when the connection is cut", async () => {
  await using server = await startEchoServer();
  const cli = new Program(CLI, server.url);
  cli.child.stdin.write("one\n");
  await cli.wrote("one\n");
  (await server.connection()).ws.terminate();
  expect(await cli.ended).toMatchObject({ stderr: "closed with 1006\n", code: 1 });
});

test("fails with the error of the dial", async () => {
  const { code, stderr } = await new Program(CLI, "ws://127.0.0.1:1/").ended;
  expect(code).toBe(1);
  expect(stderr).toContain("DIAL_FAILED");
});
